/**
 * Who answers there? Reads the certificate authority that a server shows, before anybody trusts it: nothing is
 * sent over that connection. What is believed later is checked against this authority.
 */
import { X509Certificate } from 'node:crypto'
import { connect, type DetailedPeerCertificate } from 'node:tls'

export interface Authority {
  /** PEM. */
  readonly pem: string
  /** SHA-256, as openssl prints it. */
  readonly fingerprint: string
}

/** null: nobody answers there in time, or without a certificate of an authority. */
export function authorityAt(
  host: string,
  port: number,
  timeoutMs: number,
): Promise<Authority | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false })
    const end = (found: Authority | null): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(found)
    }
    const timer = setTimeout(() => end(null), timeoutMs)
    socket.on('error', () => end(null))
    socket.once('secureConnect', () => end(authorityOf(socket.getPeerCertificate(true))))
  })
}

function authorityOf(shown: DetailedPeerCertificate): Authority | null {
  let last = shown
  // The last of the chain is its own issuer.
  for (let depth = 0; depth < 4 && last.issuerCertificate !== last; depth += 1) {
    // Node.js leaves it out when the server did not send it.
    if ((last.issuerCertificate as DetailedPeerCertificate | undefined) === undefined) return null
    last = last.issuerCertificate
  }
  if (last.raw === undefined || last.issuerCertificate !== last) return null
  const certificate = new X509Certificate(last.raw)
  if (!certificate.ca) return null
  return { pem: certificate.toString(), fingerprint: certificate.fingerprint256 }
}
