/**
 * Three watchers that run beside a test and can each fail it: a writer on the active server, a
 * client that must never see an older page, and a sampler that must never see the group active on
 * both servers.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { labAt, machineOf } from '../lab/names.ts'
import { readState } from '../lab/state.ts'
import type { TestLab } from './lab.ts'

const node = resolve(import.meta.dirname, '../node_modules/.bin/node')
const clientWatch = resolve(import.meta.dirname, 'client-watch.ts')

const pageUrl = 'http://192.168.4.15/n.txt'
const roundsMax = 4000
const sampleMs = 25

/** A command that stays; its output is piped here. */
export function inLab(lab: TestLab, where: string, ...command: string[]): ChildProcess {
  const [labNode, main] = lab.program
  const words = [main, 'exec', '--dir', lab.dir, where, '--', ...command]
  return spawn(labNode, words, { stdio: ['ignore', 'pipe', 'ignore'] })
}

export interface Writer {
  /** The highest number whose write has been synced and acknowledged; 0: none yet. */
  acknowledged(): number
  /** How many writes that were. */
  written(): number
  /** Ends the loop and waits until it has ended. */
  stop(): Promise<void>
}

/**
 * Counts up in the page, each number durable (fsync of file and folder) before it is printed.
 * `from`: the first number.
 */
export function startWriter(lab: TestLab, server: string, from: number): Writer {
  const page = '/mnt/mirror/www/html'
  const script = `
    touch /run/writing; n=${from}; end=$((n + ${roundsMax}))
    while [ -e /run/writing ] && [ "$n" -lt "$end" ]
    do
      printf '%s\\n' "$n" >${page}/n.new && sync ${page}/n.new || exit 1
      mv ${page}/n.new ${page}/n.txt && sync ${page} || exit 1
      echo "$n"; n=$((n + 1))
    done`
  const child = inLab(lab, server, 'sh', '-c', script)
  let last = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n'))
      if (line !== '') last = Math.max(last, Number(line))
  })
  const ended = new Promise<void>((done) => {
    child.on('close', () => done())
  })
  return {
    acknowledged: () => last,
    written: () => Math.max(0, last - from + 1),
    async stop() {
      await lab.exec(server, 'rm', '-f', '/run/writing')
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(killer)
    },
  }
}

export interface ClientReport {
  readonly newest: number
  readonly answers: number
  readonly older: readonly { readonly got: number; readonly seen: number; readonly at: string }[]
}

/** A client that compares every page with the newest one it had seen. */
export function startClient(lab: TestLab): { stop(): Promise<ClientReport> } {
  // Through the lab, so that taking the lab down ends it too.
  const child = inLab(lab, 'client', node, clientWatch, pageUrl)
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return {
    stop: () =>
      new Promise((done) => {
        child.on('close', () => done(JSON.parse(text) as ClientReport))
        child.kill('SIGINT')
      }),
  }
}

/** Looks from outside, through /proc, at what each server has of the group. */
export function startSampler(lab: TestLab): { stop(): string[] } {
  const names = ['SERVER1', 'SERVER2'] as const
  const seen: string[] = []
  const look = () => {
    const active = names.map((name) => activeParts(lab, name))
    if (active.every((parts) => parts.length > 0)) {
      seen.push(
        `${new Date().toISOString()} ${names.map((name, at) => `${name}: ${active[at]?.join(' ')}`).join('; ')}`,
      )
    }
  }
  const timer = setInterval(look, sampleMs)
  return {
    stop() {
      clearInterval(timer)
      return seen
    },
  }
}

function activeParts(lab: TestLab, name: string): string[] {
  const machine = machineOf(labAt(lab.dir), name)
  try {
    const { pid, power } = readState(machine)
    if (power !== 'on') return []
    const parts: string[] = []
    if (readFileSync(`/proc/${pid}/mounts`, 'utf8').includes(' /mnt/mirror ')) parts.push('disk')
    if (readFileSync(`/proc/${pid}/net/fib_trie`, 'utf8').includes('192.168.4.15'))
      parts.push('address')
    if (hasProcess(join(machine.cgroup, 'os'), 'apache2')) parts.push('apache')
    return parts
  } catch {
    // The server is going off at this very moment.
    return []
  }
}

function hasProcess(group: string, name: string): boolean {
  const pids = readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)
  const here = pids.some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name
    } catch {
      return false
    }
  })
  if (here) return true
  return readdirSync(group, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && hasProcess(join(group, entry.name), name),
  )
}
