/**
 * Somebody with the right address and the wrong key, run on a machine of the lab: for three seconds, heartbeats
 * of another cluster and broken ones, and for the mirror link garbage, no certificate, and one of another
 * authority. Prints how many packets went out and how many TLS sessions came about (none should).
 *
 *   node stranger.ts ADDRESS HEARTBEAT_PORT MIRROR_PORT
 */
import { createHmac, randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect as connectPlain } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'
import { setTimeout as pause } from 'node:timers/promises'
import { deflateRawSync } from 'node:zlib'
import { makeServiceIdentity } from '../src/drivers/certificates.ts'
import { encodeHeartbeat, type Mac } from '../src/wire/heartbeat.ts'

const [address = '', heartbeatPort = '', mirrorPort = ''] = process.argv.slice(2)
const forMs = 3000
const key = randomBytes(32)
const mac: Mac = (...parts) => {
  const hash = createHmac('sha256', key)
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const packets = await heartbeats()
const sessions = await mirrorLinks()
process.stdout.write(`${JSON.stringify({ packets, sessions })}\n`)
process.exit(0)

async function heartbeats(): Promise<number> {
  const socket = createSocket('udp4')
  let sent = 0
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    const body = {
      ...{ cluster: 'SuperCluster/Cluster1', from: 'SERVER2', incarnation: 'f'.repeat(16) },
      ...{ sequence: 1e9 + sent, sentAt: 1e9, lagMs: 0, stamp: 9e15, echo: null },
      gossip: { leaving: true },
    }
    const packet = encodeHeartbeat(deflateRawSync(JSON.stringify(body)), mac)
    const broken = Buffer.from(packet)
    broken[sent % broken.length] = (broken[sent % broken.length] ?? 0) ^ 0xff
    for (const each of [packet, broken, randomBytes(1 + (sent % 1400)), Buffer.alloc(0)]) {
      socket.send(each, Number(heartbeatPort), address)
      sent += 1
    }
    await pause(2)
  }
  socket.close()
  return sent
}

async function mirrorLinks(): Promise<number> {
  const theirs = await makeServiceIdentity('stranger', ['SERVER2'])
  const identity = { cert: theirs.certificate, key: theirs.privateKey }
  const garbage = connectPlain(Number(mirrorPort), address, () =>
    garbage.write(randomBytes(65_536)),
  )
  garbage.on('error', () => undefined)
  let sessions = 0
  for (const options of [{}, identity, { ...identity, minVersion: 'TLSv1.2' }] as const) {
    if (await isLetIn(options)) sessions += 1
  }
  garbage.destroy()
  return sessions
}

/** What the server thinks of us comes after the handshake: it speaks, or it hangs up. */
function isLetIn(options: ConnectionOptions): Promise<boolean> {
  return new Promise((resolve) => {
    // The stranger does not mind whom it talks to.
    const trusting = { ...options, checkServerIdentity: () => undefined, rejectUnauthorized: false }
    const socket = connect({ host: address, port: Number(mirrorPort), ...trusting })
    const end = (isIn: boolean): void => {
      socket.destroy()
      resolve(isIn)
    }
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
    socket.on('data', () => end(true))
    setTimeout(() => end(false), 2000)
    socket.once('secureConnect', () => socket.write(randomBytes(4096)))
  })
}
