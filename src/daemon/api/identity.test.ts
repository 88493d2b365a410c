import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { makeServiceIdentity } from '../../drivers/certificates.ts'
import { readIdentity } from './identity.ts'

const folder = mkdtempSync(join(tmpdir(), 'kagami-identity-'))
const at = (name: string): string => join(folder, name)
const own = { certificate: at('own.pem'), privateKey: at('own.key'), authority: at('ca.pem') }
let theirCertificate = ''

beforeAll(async () => {
  const [ours, theirs] = await Promise.all([
    makeServiceIdentity('cluster', ['192.168.4.21']),
    makeServiceIdentity('company', ['kagami.example']),
  ])
  theirCertificate = theirs.certificate
  writeFileSync(own.certificate, ours.certificate)
  writeFileSync(own.privateKey, ours.privateKey)
  writeFileSync(own.authority, ours.authority)
  writeFileSync(at('their.pem'), theirs.certificate)
  writeFileSync(at('their.key'), theirs.privateKey)
  writeFileSync(at('empty'), '')
})

test('the cluster’s own, with its authority; the administrator’s, where one is named', async () => {
  const { identity, problem } = await readIdentity({ own, theirs: null })
  expect(identity.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  expect(problem).toBe(null)
  const theirs = { certificate: at('their.pem'), privateKey: at('their.key') }
  expect(await readIdentity({ own, theirs })).toMatchObject({
    identity: { cert: theirCertificate },
    problem: null,
  })
})

test.each([
  ['a file that is not there', 'nowhere.pem', 'their.key'],
  ['an empty one', 'empty', 'their.key'],
  ['the key of another one', 'their.pem', 'own.key'],
])('%s: the cluster’s own is used, and it is told why', async (_what, certificate, privateKey) => {
  const theirs = { certificate: at(certificate), privateKey: at(privateKey) }
  const { identity, problem } = await readIdentity({ own, theirs })
  expect(identity.cert).not.toContain(theirCertificate)
  expect(problem).toMatchObject({ id: 'certificate-unusable', args: { path: at(certificate) } })
})
