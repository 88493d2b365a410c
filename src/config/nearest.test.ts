import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const known = ['servers', 'links', 'superCluster', 'mountPoint', 'name']

test.each([
  ['supercluster', 'superCluster'],
  ['sevrers', 'servers'],
  ['mountpoints', 'mountPoint'],
  ['nmae', 'name'],
  ['colour', null],
  ['', null],
])('%s -> %s', (word, expected) => {
  expect(nearest(word, known)).toBe(expected)
})
