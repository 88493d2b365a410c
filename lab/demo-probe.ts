/** The probe under one step of the demonstration. */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const node = resolve(root, 'node_modules/.bin/node')

interface Report {
  readonly outages: readonly { readonly lengthMs: number }[]
}

/** Asks for the page every 20 ms until `stop`, which gives the length of each outage. */
export function startProbe(dir: string, url: string): { stop(): Promise<number[]> } {
  const words = [resolve(root, 'lab/main.ts'), 'probe', '--dir', dir, url, '--json']
  const child = spawn(node, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return {
    stop: () =>
      new Promise((done) => {
        child.on('close', () => {
          const report = JSON.parse(text) as Report
          done(report.outages.map((outage) => outage.lengthMs))
        })
        child.kill('SIGINT')
      }),
  }
}
