import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRequest } from './control-server.ts'

test.each([
  { id: 1, command: 'status' },
  { id: 2, command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false },
  { id: 3, command: 'permit-alone', breakNumber: 4, grounds: 'operator' },
  { id: 4, command: 'mark-outdated', asker: 'SERVER1', breakNumber: 0, incarnation: 'ab' },
])('$command is understood', (request) => {
  expect(parseRequest(JSON.stringify(request))).toEqual(request)
})

test.each([
  '',
  'status',
  '[]',
  '{"command":"status"}',
  '{"id":1,"command":"promote","term":0,"grounds":"in-sync","peerExcluded":false}',
  '{"id":1,"command":"promote","term":1,"grounds":"because","peerExcluded":false}',
  '{"id":1,"command":"format"}',
])('%s is not', (line) => {
  expect(parseRequest(line)).toBeNull()
})

test('arbitrary lines never throw', () => {
  const lines = fc.oneof(fc.string(), fc.json())
  fc.assert(
    fc.property(lines, (line) => {
      expect(parseRequest(line)).toBeNull()
    }),
  )
})
