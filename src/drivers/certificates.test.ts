import { X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificates, writeIdentity } from './certificates.ts'

const nowMs = Date.parse('2030-03-04T05:06:07Z')

// That the made ones work in a handshake, and others do not, stands in tls-stream.test.ts.

test('one authority, one certificate a server, for ten years and a day', async () => {
  const made = await makeCertificates('s/c', ['SERVER1', 'with_line-2'], nowMs)
  expect([...made.keys()]).toEqual(['SERVER1', 'with_line-2'])
  const authorities = new Set([...made.values()].map((identity) => identity.authority))
  expect(authorities.size).toBe(1)
  const serials = new Set<string>()
  for (const [server, identity] of made) {
    const own = new X509Certificate(identity.certificate)
    const issuer = new X509Certificate(identity.authority)
    expect(own.subjectAltName).toBe(`DNS:${server}`)
    expect(own.ca).toBe(false)
    expect(issuer.ca).toBe(true)
    expect(own.checkIssued(issuer) && own.verify(issuer.publicKey)).toBe(true)
    expect(Date.parse(own.validFrom)).toBe(Date.parse('2030-03-03T05:06:07Z'))
    expect(Date.parse(own.validTo)).toBe(Date.parse('2040-03-04T05:06:07Z'))
    serials.add(own.serialNumber)
  }
  expect(serials.size).toBe(2)
})

test('the files can be read by their owner alone, also over older ones', async () => {
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-keys-')), 'keys')
  fs.mkdirSync(folder)
  fs.writeFileSync(path.join(folder, 'A.key'), 'older', { mode: 0o644 })
  const [entry] = await makeCertificates('s/c', ['A'])
  if (entry === undefined) throw new Error('none made')
  writeIdentity(folder, entry[0], entry[1])
  const files = fs.readdirSync(folder).toSorted()
  expect(files).toEqual(['A.key', 'A.pem', 'ca.pem'])
  for (const file of files) {
    expect(fs.statSync(path.join(folder, file)).mode & 0o777).toBe(0o600)
  }
  expect(fs.readFileSync(path.join(folder, 'A.key'), 'utf8')).toBe(entry[1].privateKey)
  fs.rmSync(path.dirname(folder), { recursive: true })
})
