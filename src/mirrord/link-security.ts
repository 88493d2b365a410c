/**
 * What secures the link of one mirror disk: the certificate files, read and checked at start.
 *
 * What cannot work, or is not what the settings say, is refused. A certificate that has expired is
 * told loudly and used all the same: the peer will turn it away, but this server can still serve
 * its disk, and a clock that is wrong at boot must not keep it from that.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import fs from 'node:fs'
import type { TlsIdentity } from '../drivers/tls-stream.ts'
import { type Message, say } from '../messages/catalogue.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'

export type ReadLinkSecurity =
  | { readonly ok: true; readonly identity: TlsIdentity | null }
  | { readonly ok: false; readonly error: Message }

const dayMs = 24 * 60 * 60 * 1000
const warnDays = 30

/** `identity` is null when the link is not secured. */
export function readLinkSecurity({ server, link }: MirrorSettings): ReadLinkSecurity {
  if (link.security === 'off') return { ok: true, identity: null }
  const { certificateFile, privateKeyFile, authorityFile } = link
  const wrong = (path: string, detail: string): ReadLinkSecurity => ({
    ok: false,
    error: say('mirrord-certificate-wrong', { path, detail }),
  })
  let path = authorityFile
  try {
    const authority = fs.readFileSync(path, 'utf8')
    const issuer = new X509Certificate(authority)
    path = certificateFile
    const certificate = fs.readFileSync(path, 'utf8')
    const own = new X509Certificate(certificate)
    path = privateKeyFile
    const privateKey = fs.readFileSync(path, 'utf8')
    if (!own.checkPrivateKey(createPrivateKey(privateKey))) {
      return wrong(path, `it does not belong to ${certificateFile}`)
    }
    if (!issuer.ca) return wrong(authorityFile, 'it is not the certificate of an authority')
    if (!own.checkIssued(issuer) || !own.verify(issuer.publicKey)) {
      return wrong(certificateFile, `it was not issued by ${authorityFile}`)
    }
    if (!own.subjectAltName?.split(', ').includes(`DNS:${server}`)) {
      return wrong(certificateFile, `it does not name ${server}`)
    }
    return { ok: true, identity: { certificate, privateKey, authority } }
  } catch (error) {
    return wrong(path, String(error))
  }
}

/** Tells of certificates that are not valid now or soon not any more, now and each day. */
export function watchValidity(
  { link }: MirrorSettings,
  identity: TlsIdentity | null,
  tell: (message: Message) => void,
): void {
  if (link.security === 'off' || identity === null) return
  const files = [
    { path: link.certificateFile, text: identity.certificate },
    { path: link.authorityFile, text: identity.authority },
  ]
  const look = (): void => {
    for (const { path, text } of files) {
      const message = validityMessage(path, text, Date.now())
      if (message !== null) tell(message)
    }
  }
  look()
  setInterval(look, dayMs).unref()
}

/** `text`: PEM. Null: valid for a while. */
export function validityMessage(path: string, text: string, nowMs: number): Message | null {
  const { validFrom, validTo } = new X509Certificate(text)
  const endMs = Date.parse(validTo)
  if (nowMs < Date.parse(validFrom)) {
    return say('mirrord-certificate-early', { path, from: validFrom })
  }
  if (nowMs >= endMs) return say('mirrord-certificate-expired', { path, until: validTo })
  const days = Math.floor((endMs - nowMs) / dayMs)
  if (days >= warnDays) return null
  return say('mirrord-certificate-expires', { path, until: validTo, days })
}
