/**
 * With which certificate the API answers: the administrator's, where the definition names one, and else the
 * cluster's own. Files are looked at again now and then, so that a renewed certificate counts without a restart.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { say, type Message } from '../../messages/catalogue.ts'

/** PEM files. */
export interface IdentityFiles {
  readonly certificate: string
  readonly privateKey: string
}

/** PEM texts; the certificate with the chain that is sent after it. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

interface Place {
  /** The cluster's own, and the authority that is sent with it. */
  readonly own: IdentityFiles & { readonly authority: string }
  /** null: none is named. */
  readonly theirs: IdentityFiles | null
}

/** `problem`: why the administrator's is not used. Rejects when the cluster's own cannot be read. */
export async function readIdentity({ own, theirs }: Place): Promise<{
  readonly identity: Identity
  readonly problem: Message | null
}> {
  let problem: Message | null = null
  if (theirs !== null) {
    try {
      return { identity: await usable(theirs), problem }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      problem = say('certificate-unusable', { path: theirs.certificate, reason })
    }
  }
  const { cert, key } = await usable(own)
  // With the authority: whoever asks for the first time sees whom to trust.
  const chain = `${cert.trimEnd()}\n${await readFile(own.authority, 'utf8')}`
  return { identity: { cert: chain, key }, problem }
}

/** Rejects when they cannot be read, or do not belong together. */
async function usable({ certificate, privateKey }: IdentityFiles): Promise<Identity> {
  const [cert, key] = await Promise.all([
    readFile(certificate, 'utf8'),
    readFile(privateKey, 'utf8'),
  ])
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the certificate and the private key do not belong together')
  }
  createSecureContext({ cert, key })
  return { cert, key }
}
