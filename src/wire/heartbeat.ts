/**
 * The heartbeat packet: what is proved to come from the peer, and nothing else gets through.
 *
 * | offset | bytes | what |
 * | --- | --- | --- |
 * | 0 | 4 | magic `KGHB` |
 * | 4 | 2 | version, big-endian: 1 |
 * | 6 | 2 | reserved, 0 |
 * | 8 | 32 | HMAC-SHA256 under the cluster key, over bytes 0–7 and the body |
 * | 40 | … | body, opaque here (compressed JSON) |
 *
 * The MAC function is passed in, so that this module runs anywhere.
 */

const magic = 0x4b474842
const version = 1
const macBytes = 32
const headerBytes = 8
const heartbeatBytesMax = 60_000

export type Mac = (...parts: readonly Uint8Array[]) => Uint8Array

export function encodeHeartbeat(body: Uint8Array, mac: Mac): Uint8Array {
  const packet = new Uint8Array(headerBytes + macBytes + body.length)
  const view = new DataView(packet.buffer)
  view.setUint32(0, magic)
  view.setUint16(4, version)
  packet.set(body, headerBytes + macBytes)
  packet.set(mac(packet.subarray(0, headerBytes), body), headerBytes)
  return packet
}

/** The body, or null for anything that is not an authentic packet of this version. */
export function decodeHeartbeat(packet: Uint8Array, mac: Mac): Uint8Array | null {
  if (packet.length <= headerBytes + macBytes || packet.length > heartbeatBytesMax) return null
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  if (view.getUint32(0) !== magic || view.getUint16(4) !== version) return null
  const body = packet.subarray(headerBytes + macBytes)
  const expected = mac(packet.subarray(0, headerBytes), body)
  const found = packet.subarray(headerBytes, headerBytes + macBytes)
  return isEqual(expected, found) ? body : null
}

/** Takes the same time wherever the first difference is. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0)
  return difference === 0
}
