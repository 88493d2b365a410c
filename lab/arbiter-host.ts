/**
 * The third machine: the witness, or an etcd, that the definition names. It runs in the client's
 * network namespace, at the client's address, in a control group of its own: killed like a machine that
 * loses its power, and started again on what it had written.
 */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { LoadedDefinition } from './definition.ts'
import { hasProcesses, joinAndBecome, killGroup, makeGroup, waitUntilDead } from './cgroup.ts'
import { checkout, type Lab } from './names.ts'
import { run, systemPath, waitUntil } from './run.ts'

const startWithinMs = 15_000
const group = (lab: Lab): string => join(lab.cgroup, 'arbiter')
const data = (lab: Lab): string => join(lab.dir, 'arbiter')
const witness = join(checkout, 'src/witness/main.ts')

/** Makes what its servers need of it, in the folder that becomes their /etc/kagami, and starts it. */
export function makeArbiterHost(lab: Lab, { arbiter, cluster }: LoadedDefinition): void {
  if (arbiter.method !== 'witness' && arbiter.method !== 'etcd') return
  mkdirSync(data(lab), { recursive: true })
  if (arbiter.method === 'etcd') return startArbiterHost(lab, arbiter)
  const token = run(process.execPath, [witness, 'add', cluster, '--data', data(lab)])
  const keys = join(lab.dir, 'definition', 'keys')
  writeFileSync(join(keys, 'witness.token'), token)
  chmodSync(join(keys, 'witness.token'), 0o600)
  startArbiterHost(lab, arbiter)
  copyFileSync(join(data(lab), 'tls', 'ca.pem'), join(keys, 'witness-ca.pem'))
}

export function startArbiterHost(lab: Lab, arbiter: LoadedDefinition['arbiter']): void {
  makeGroup(group(lab))
  if (hasProcesses(group(lab))) throw new Error('The arbiter runs already.')
  const log = openSync(join(lab.dir, 'arbiter.log'), 'a')
  const enter = ['nsenter', `--net=/run/netns/${lab.clientNetns}`]
  const words = [...joinAndBecome, group(lab), ...enter, ...programOf(lab, arbiter)]
  spawn('sh', words, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: systemPath, LANG: 'C.UTF-8' },
  }).unref()
  closeSync(log)
  const port = Number(new URL(urlOf(arbiter)).port)
  const isListening = (): boolean => {
    const probe = [
      'nsenter',
      `--net=/run/netns/${lab.clientNetns}`,
      'ss',
      '-Hltn',
      `sport = ${port}`,
    ]
    return run(probe[0] ?? '', probe.slice(1)).includes('LISTEN')
  }
  if (waitUntil(isListening, startWithinMs)) return
  throw new Error(`The arbiter does not listen; see ${join(lab.dir, 'arbiter.log')}`)
}

export function stopArbiterHost(lab: Lab): void {
  if (!existsSync(group(lab))) throw new Error('This lab has no arbiter on a third machine.')
  killGroup(group(lab))
  waitUntilDead(group(lab))
}

function programOf(lab: Lab, arbiter: LoadedDefinition['arbiter']): string[] {
  const { hostname, port } = new URL(urlOf(arbiter))
  if (arbiter.method === 'witness') {
    const where = ['--listen', hostname, '--port', port]
    return [process.execPath, witness, 'serve', '--data', data(lab), ...where]
  }
  const url = urlOf(arbiter)
  const places = ['--listen-client-urls', url, '--advertise-client-urls', url]
  return ['etcd', '--data-dir', data(lab), ...places]
}

function urlOf(arbiter: LoadedDefinition['arbiter']): string {
  if (arbiter.method === 'witness') return arbiter.url
  return arbiter.method === 'etcd' ? (arbiter.endpoints[0] ?? '') : ''
}
