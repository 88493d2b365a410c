/** IPv4 arithmetic: an address is an unsigned 32-bit number. */

export interface Subnet {
  /** The address as written, without its prefix length. */
  readonly address: number
  readonly prefix: number
  /** The first address of the subnet. */
  readonly network: number
  /** The last one. */
  readonly broadcast: number
}

/** `'10.1.1.1'` -> 0x0a010101. The text must be valid. */
export function addressOf(text: string): number {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
}

/** `'192.168.4.21/24'`; the text must be valid. */
export function subnetOf(text: string): Subnet {
  const [host = '', length = ''] = text.split('/')
  const address = addressOf(host)
  const prefix = Number(length)
  const size = 2 ** (32 - prefix)
  const network = Math.floor(address / size) * size
  return { address, prefix, network, broadcast: network + size - 1 }
}

export function contains(subnet: Subnet, address: number): boolean {
  return subnet.network <= address && address <= subnet.broadcast
}

/** `'192.168.4.0/24'`. */
export function subnetText(subnet: Subnet): string {
  return `${addressText(subnet.network)}/${subnet.prefix}`
}

/** The inverse of `addressOf`. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')
}

/** False for 0.x, 127.x, multicast and above, and the subnet's own first and last address. */
export function isHostAddress(address: number, subnet: Subnet): boolean {
  const first = Math.floor(address / 2 ** 24)
  if (first === 0 || first === 127 || first >= 224) return false
  if (subnet.prefix >= 31) return true
  return address !== subnet.network && address !== subnet.broadcast
}
