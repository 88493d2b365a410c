/** Looks for clusters at every address of a network: a few at a time, and no longer than it is wanted. */
import { addressOf, addressText } from '../config/ipv4.ts'
import { say, type Message } from '../messages/catalogue.ts'

/** One server of a cluster, as it was found. */
export interface Found {
  readonly superCluster: string
  readonly cluster: string
  readonly server: string
  readonly version: string
  readonly address: string
  /** Of the cluster's authority, SHA-256: to be compared with what the server itself shows. */
  readonly fingerprint: string
}

export interface Search {
  readonly total: number
  readonly done: number
  readonly running: boolean
  readonly found: readonly Found[]
}

const addressesMax = 1024
const atOnce = 64

/** The addresses of a network and mask as in `192.168.4.0`, `255.255.255.0`; a message: what is wrong. */
export function addressSpace(network: string, mask: string): readonly string[] | Message {
  if (!isAddress(network)) return say('discovery-network-wrong', { text: network })
  const bits = isAddress(mask) ? addressOf(mask) : 0
  const size = 2 ** 32 - bits
  // Ones, then zeros.
  if (bits === 0 || !Number.isInteger(Math.log2(size))) {
    return say('discovery-mask-wrong', { text: mask })
  }
  if (size > addressesMax) return say('discovery-too-large', { count: size, most: addressesMax })
  const first = Math.floor(addressOf(network) / size) * size
  const all = Array.from({ length: size }, (_, index) => addressText(first + index))
  // The network's own address, and that of everybody.
  return size > 2 ? all.slice(1, -1) : all
}

function isAddress(text: string): boolean {
  return (
    /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split('.').every((octet) => Number(octet) < 256)
  )
}

export interface Searching {
  state(): Search
  stop(): void
  /** When it has ended, by itself or not. */
  readonly ended: Promise<void>
}

/** `look`: null when nobody of ours answers there. */
export function search(
  addresses: readonly string[],
  look: (address: string) => Promise<Found | null>,
): Searching {
  const found: Found[] = []
  let next = 0
  let done = 0
  const stopped = new AbortController()
  const worker = async (): Promise<void> => {
    for (;;) {
      const address = addresses[next]
      if (address === undefined || stopped.signal.aborted) return
      next += 1
      const answer = await look(address)
      done += 1
      if (answer !== null && !stopped.signal.aborted) found.push(answer)
    }
  }
  let isRunning = true
  const ended = Promise.all(Array.from({ length: atOnce }, worker)).then(() => {
    isRunning = false
  })
  return {
    state: () => ({
      ...{ total: addresses.length, done, found },
      running: isRunning && !stopped.signal.aborted,
    }),
    stop: () => stopped.abort(),
    ended,
  }
}
