/**
 * The certificates of a cluster, made once when it is created: an authority of its own, and for
 * each server a certificate of that authority which names it.
 *
 * They serve the mutual TLS of the mirror link, and the Manager: a browser trusts the authority once, and
 * then both servers. The authority's private key is never given out: whoever holds it could stand in for
 * either server, and nothing needs it again. A lost certificate means making all of them anew.
 *
 * Only creation loads this file; it is heavy. The running processes read what it made.
 */
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import fs from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import {
  BasicConstraintsExtension,
  type Extension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { TlsIdentity } from './tls-stream.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }
const dayMs = 24 * 60 * 60 * 1000
const years = 10

/**
 * One identity a server, all of one new authority. PEM texts. Browsers reach a server by its addresses,
 * and by those that move between the servers.
 */
export async function makeCertificates(
  cluster: string,
  servers: readonly string[],
  nowMs: number = Date.now(),
  addressesOf: (server: string) => readonly string[] = () => [],
): Promise<ReadonlyMap<string, TlsIdentity>> {
  const issue = await newAuthority(cluster, nowMs)
  const made = new Map<string, TlsIdentity>()
  for (const server of servers) {
    made.set(server, await issue(server, [server, ...addressesOf(server)]))
  }
  return made
}

/** One identity for a service that is called by these names or addresses, of a new authority. */
export async function makeServiceIdentity(
  service: string,
  names: readonly string[],
  nowMs: number = Date.now(),
): Promise<TlsIdentity> {
  const issue = await newAuthority(service, nowMs)
  return issue(service, names)
}

type Issue = (subject: string, names: readonly string[]) => Promise<TlsIdentity>

/** Its private key is forgotten with the function that it gives. */
async function newAuthority(name: string, nowMs: number): Promise<Issue> {
  const validity = validityFrom(nowMs)
  const issuer = `CN=Kagami ${name}`
  const authority = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const authorityCertificate = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: newSerialNumber(),
    subject: issuer,
    issuer,
    publicKey: authority.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  })
  return async (subject, names) => {
    const own = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const certificate = await X509CertificateGenerator.create({
      ...validity,
      serialNumber: newSerialNumber(),
      subject: `CN=${subject}`,
      issuer,
      publicKey: own.publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm,
      extensions: extensionsFor(names),
    })
    return {
      certificate: `${certificate.toString('pem')}\n`,
      privateKey: await privateKeyPem(own.privateKey),
      authority: `${authorityCertificate.toString('pem')}\n`,
    }
  }
}

/** Puts a server's identity into its keys folder: `ca.pem`, `SERVER.pem`, `SERVER.key`. */
export function writeIdentity(folder: string, server: string, identity: TlsIdentity): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const write = (name: string, text: string): void => {
    const file = path.join(folder, name)
    fs.rmSync(file, { force: true })
    fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  }
  write('ca.pem', identity.authority)
  write(`${server}.pem`, identity.certificate)
  write(`${server}.key`, identity.privateKey)
}

/** From a day earlier, because the servers' clocks may differ. */
function validityFrom(nowMs: number): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(nowMs)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years)
  return { notBefore: new Date(nowMs - dayMs), notAfter }
}

function extensionsFor(names: readonly string[]): Extension[] {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    // Either server may be the one that dials.
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    new SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
    ),
  ]
}

/** Sixteen bytes, positive, as RFC 5280 wants it. */
function newSerialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40
  return bytes.toString('hex')
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64')
  const lines = der.match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
}
