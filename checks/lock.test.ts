import { expect, test } from 'vitest'
import { missingEntries, readLock, withAddress } from './lock.ts'

test('the lock file has every optional package and no address (node checks/lock.ts --complete)', () => {
  expect(missingEntries(readLock())).toEqual({})
  expect(withAddress(readLock())).toEqual([])
})

test('a missing package of another platform is added so that it is never installed here', () => {
  const packages = {
    '': {},
    'node_modules/x': { optionalDependencies: { '@x/linux-x64-musl': '1.2.3' } },
  }
  expect(missingEntries({ packages })).toEqual({
    'node_modules/@x/linux-x64-musl': {
      version: '1.2.3',
      cpu: ['x64'],
      os: ['linux'],
      libc: ['musl'],
      optional: true,
    },
  })
})
