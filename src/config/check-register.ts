/** An arbiter with a register: where it may be, and whether its times fit together. */
import { say } from '../messages/catalogue.ts'
import { keyText, type Finding, type Path } from './problem.ts'
import type { Definition } from './schema.ts'

type WithRegister = Extract<Definition['arbiter'], { method: 'witness' | 'etcd' }>

/** From the silence of the peer to the end of the lease there is time for an answer and for a stop. */
const leaseAfterTimeoutMs = 1000

export function checkRegister(definition: Definition, arbiter: WithRegister): Finding[] {
  const urls: readonly (readonly [Path, string])[] =
    arbiter.method === 'witness'
      ? [[['arbiter', 'url'], arbiter.url]]
      : arbiter.endpoints.map((url, index) => [['arbiter', 'endpoints', index], url] as const)
  const min = definition.heartbeat.timeoutMs + leaseAfterTimeoutMs
  return [
    ...urls.flatMap(([path, url]) => checkPlace(definition, path, url)),
    ...(arbiter.leaseMs < min
      ? [
          {
            path: ['arbiter', 'leaseMs'],
            message: say('lease-short', { lease: arbiter.leaseMs, min }),
          },
        ]
      : []),
    ...(arbiter.guard === 'none'
      ? [{ path: ['arbiter', 'guard'], message: say('arbiter-guard-none') }]
      : []),
    ...(arbiter.method === 'etcd' ? checkEtcd(arbiter) : []),
  ]
}

/** On one of the two servers it would die with it. */
function checkPlace({ links }: Definition, path: Path, url: string): Finding[] {
  const host = new URL(url).hostname
  for (const link of links) {
    for (const [server, address] of Object.entries(link.addresses)) {
      const isIt = address.split('/')[0] === host || server === host
      if (isIt)
        return [{ path, message: say('arbiter-on-a-server', { key: keyText(path), server }) }]
    }
  }
  return []
}

function checkEtcd({
  endpoints,
  username,
  passwordFile,
  certificateFile,
  privateKeyFile,
}: Extract<WithRegister, { method: 'etcd' }>): Finding[] {
  const pairs = [
    ['username', username, 'passwordFile', passwordFile],
    ['certificateFile', certificateFile, 'privateKeyFile', privateKeyFile],
  ] as const
  const halves = pairs.flatMap(([first, one, second, other]): Finding[] => {
    if ((one === undefined) === (other === undefined)) return []
    const [given, missing] = one === undefined ? [second, first] : [first, second]
    return [{ path: ['arbiter', given], message: say('etcd-option-alone', { given, missing }) }]
  })
  const open = endpoints.findIndex((url) => url.startsWith('http:'))
  if (open === -1) return halves
  return [...halves, { path: ['arbiter', 'endpoints', open], message: say('etcd-open') }]
}
