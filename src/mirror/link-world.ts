/** The link to the peer as its surroundings see it: what it needs, what it tells, how it is set. */
import type { Checksum, FrameFault } from '../wire/peer-frame.ts'
import type { Mac } from '../wire/peer-greeting.ts'
import type { PeerMessage } from '../wire/peer-message.ts'
import type { GreetingFault, Self } from './greeting.ts'

export type LinkFault = FrameFault | GreetingFault | 'bad-message' | 'bad-sequence' | 'bad-session'

/** What the link needs of the world. None of these calls back at once. */
export interface LinkWorld {
  readonly checksum: Checksum
  readonly mac: Mac
  nowMs(): number
  random(bytes: number): Buffer
  /** Calls back when what happens now is dealt with, before anything else happens. */
  soon(action: () => void): void
  /** Opens a connection; its number. `opened` or `closed` follows. */
  dial(path: number): number
  write(connection: number, parts: readonly Buffer[]): void
  /** At once, whatever was not sent yet; no event follows for this connection. */
  close(connection: number): void
  /** After everything was sent; no event follows. */
  finish(connection: number): void
}

export interface LinkListener {
  sessionBegan(): void
  sessionEnded(): void
  received(message: PeerMessage, frame: { readonly term: number; readonly sequence: number }): void
  /** What was sent has made room for more. */
  roomAgain(): void
  /** The traffic moved to another path, or has none now. */
  pathChanged(path: number | null): void
  fault(fault: LinkFault, path: number): void
}

export interface LinkSettings {
  readonly self: Self
  readonly pathCount: number
  readonly pathTimeoutMs: number
  readonly peerTimeoutMs: number
  /** Memory for what the peer has not got yet, bytes. */
  readonly sendBytesMax: number
}
