import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCertificates, writeIdentity } from '../drivers/certificates.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'
import { readLinkSecurity, validityMessage } from './link-security.ts'

const nowMs = Date.parse('2030-03-04T00:00:00Z')
const dayMs = 24 * 60 * 60 * 1000
let folder = ''

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-keys-'))
  for (const cluster of ['ours', 'theirs']) {
    const made = await makeCertificates(cluster, ['A', 'B'], nowMs)
    for (const [server, identity] of made) writeIdentity(at(cluster), server, identity)
  }
  fs.writeFileSync(at('garbage'), 'garbage')
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

function at(name: string): string {
  return path.join(folder, name)
}

/** The answer for server A with these files. */
function read(certificate: string, key: string, authority: string): string {
  const link = {
    security: 'tls',
    certificateFile: at(certificate),
    privateKeyFile: at(key),
    authorityFile: at(authority),
  }
  const answer = readLinkSecurity({ server: 'A', link } as MirrorSettings)
  return answer.ok ? 'ok' : `${answer.error.id} ${answer.error.args?.['path']}`
}

const wrong = 'mirrord-certificate-wrong'
const cases: [string, string, string, string, string][] = [
  ['all of one server', 'ours/A.pem', 'ours/A.key', 'ours/ca.pem', 'ok'],
  ['no file', 'ours/C.pem', 'ours/A.key', 'ours/ca.pem', 'ours/C.pem'],
  ['no authority', 'ours/A.pem', 'ours/A.key', 'ours/none', 'ours/none'],
  ['garbage', 'ours/A.pem', 'garbage', 'ours/ca.pem', 'garbage'],
  ["another server's key", 'ours/A.pem', 'ours/B.key', 'ours/ca.pem', 'ours/B.key'],
  ['another server', 'ours/B.pem', 'ours/B.key', 'ours/ca.pem', 'ours/B.pem'],
  ["another cluster's authority", 'ours/A.pem', 'ours/A.key', 'theirs/ca.pem', 'ours/A.pem'],
  ['no authority at all', 'ours/A.pem', 'ours/A.key', 'ours/B.pem', 'ours/B.pem'],
]

test.each(cases)('%s', (_name, certificate, key, authority, expected) => {
  const answer = read(certificate, key, authority)
  expect(answer).toBe(expected === 'ok' ? 'ok' : `${wrong} ${at(expected)}`)
})

test('no files are read for a link that is not secured', () => {
  const settings = { server: 'A', link: { security: 'off' } } as MirrorSettings
  expect(readLinkSecurity(settings)).toEqual({ ok: true, identity: null })
})

test.each([
  [-2, 'mirrord-certificate-early'],
  [0, null],
  [3600, null],
  [3640, 'mirrord-certificate-expires'],
  [3653, 'mirrord-certificate-expired'],
])('on day %i', (day, expected) => {
  const text = fs.readFileSync(at('ours/A.pem'), 'utf8')
  const message = validityMessage('A.pem', text, nowMs + day * dayMs)
  expect(message?.id ?? null).toBe(expected)
})
