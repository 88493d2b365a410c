/**
 * Addresses of this server and of others, by `ip -j`, `ping` and `arping`.
 */
import { readFile } from 'node:fs/promises'
import type { Run } from './process.ts'

/** `device`: the network interface that holds an address; null when none does. */
export type Holder =
  | { readonly isKnown: true; readonly device: string | null }
  | { readonly isKnown: false; readonly reason: string }

export interface Place {
  readonly address: string
  readonly prefix: number
  readonly device: string
}

export interface Ip {
  holderOf(address: string): Promise<Holder>
  /**
   * Adds the address, or gives the one that is there a new lifetime, after which the kernel forgets
   * it. `seconds`: null: for ever. Null when it is done, else why not.
   */
  put(place: Place, seconds: number | null): Promise<string | null>
  remove(place: Place): Promise<string | null>
  /** Does somebody else on this network answer for the address? (ARP) */
  isTaken(address: string, device: string): Promise<boolean>
  /**
   * Tells the network that the address lives here now (gratuitous ARP), several times, until the
   * returned function is called: a late word from here must not mislead clients after a move.
   */
  announce(address: string, device: string): () => void
  /** One ICMP echo. */
  ping(address: string, from: string | null, timeoutMs: number): Promise<boolean>
  /** Has the interface a carrier? True when it cannot be told. */
  hasCarrier(device: string): Promise<boolean>
}

const quickMs = 5000
const duplicateWaitMs = 250
const announcements = 5
const announcePauseMs = 1000

interface AddressRow {
  readonly ifname: string
  readonly addr_info: readonly { readonly local?: string }[]
}

/** `ip -j` prints nothing at all, or half a table when it was cut short. */
function parseRows(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return []
  }
}

export function systemIp(run: Run): Ip {
  const ip = async (...args: string[]): Promise<string | null> => {
    const result = await run('ip', args, { timeoutMs: quickMs })
    return result.code === 0 ? null : `ip ${args.join(' ')}: ${result.stderr.trim()}`
  }
  return {
    // Every server has at least the loopback address: an empty table has not been read.
    async holderOf(address) {
      const result = await run('ip', ['-j', '-4', 'address', 'show'], { timeoutMs: quickMs })
      const rows = parseRows(result.stdout) as readonly AddressRow[]
      if (result.code !== 0 || rows.length === 0) {
        return { isKnown: false, reason: `ip address show: ${result.stderr.trim()}` }
      }
      const found = rows.find((row) => row.addr_info.some((each) => each.local === address))
      return { isKnown: true, device: found?.ifname ?? null }
    },
    put: ({ address, prefix, device }, seconds) => {
      const lifetime = seconds === null ? 'forever' : String(seconds)
      const ends = ['valid_lft', lifetime, 'preferred_lft', lifetime]
      return ip('address', 'replace', `${address}/${prefix}`, 'dev', device, ...ends)
    },
    remove: ({ address, prefix, device }) =>
      ip('address', 'del', `${address}/${prefix}`, 'dev', device),
    // arping -D waits whole seconds. The kernel itself asks by ARP when something is sent, and
    // remembers an answer even from a host that ignores ICMP.
    async isTaken(address, device) {
      await run('ip', ['neighbour', 'del', address, 'dev', device], { timeoutMs: quickMs })
      const args = [
        '-n',
        '-q',
        '-c',
        '1',
        '-W',
        String(duplicateWaitMs / 1000),
        '-I',
        device,
        address,
      ]
      const echo = await run('ping', args, { timeoutMs: quickMs })
      if (echo.code === 0) return true
      const show = ['-j', 'neighbour', 'show', 'to', address, 'dev', device]
      const known = await run('ip', show, { timeoutMs: quickMs })
      const rows = parseRows(known.stdout) as readonly { readonly lladdr?: string }[]
      return rows.some((row) => row.lladdr !== undefined)
    },
    announce(address, device) {
      const say = (kind: '-U' | '-A') =>
        run('arping', [kind, '-q', '-c', '1', '-I', device, address], { timeoutMs: quickMs })
      void say('-U')
      let left = announcements
      const timer = setInterval(() => {
        left -= 1
        if (left <= 0) clearInterval(timer)
        void say('-A')
      }, announcePauseMs)
      return () => clearInterval(timer)
    },
    async ping(address, from, timeoutMs) {
      const source = from === null ? [] : ['-I', from]
      const wait = String(timeoutMs / 1000)
      const args = ['-n', '-q', '-c', '1', '-W', wait, ...source, address]
      const result = await run('ping', args, { timeoutMs: timeoutMs + 500 })
      return result.code === 0
    },
    async hasCarrier(device) {
      try {
        return (await readFile(`/sys/class/net/${device}/carrier`, 'utf8')).trim() !== '0'
      } catch (error) {
        // Reading the carrier of an interface that is down fails with EINVAL.
        return !(error instanceof Error && 'code' in error && error.code === 'EINVAL')
      }
    },
  }
}
