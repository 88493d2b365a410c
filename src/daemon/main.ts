/**
 * kagamid, the control daemon of one server.
 *
 *   kagamid          run (started at boot)
 *   kagamid create   stamp the CLUSTER partitions of this server, once, when a cluster is made
 *   kagamid leave    tell the running daemon to hand over and leave; waits until it has
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { hostname } from 'node:os'
import { loadDefinition } from '../config/load.ts'
import { codeOf, render, renderAction, say, type Message } from '../messages/catalogue.ts'
import { createMirrors } from './create.ts'
import { askToLeave } from './ask-to-leave.ts'
import { readBootId, readRecord, runDaemon, type Identity } from './run.ts'
import { folders, peerOf } from './settings.ts'

const programs = new URL('../../bin', import.meta.url).pathname

async function main(command: string | undefined): Promise<void> {
  if (command === 'leave') {
    const problem = await askToLeave()
    return problem === null ? undefined : fail(problem)
  }
  const identity = await identify()
  if ('message' in identity) return fail(identity.message)
  if (command === 'create') {
    const problem = await createMirrors(identity)
    return problem === null ? undefined : fail(problem)
  }
  if (!(await isOnlyOne())) return fail(say('daemon-runs-already'))
  const record = await readRecord()
  if (!record.ok) return fail(say('record-unreadable', record))
  await runDaemon(identity, record.value)
}

/** One kagamid a server: a second one would act on the same record. */
function isOnlyOne(): Promise<boolean> {
  return new Promise((resolve) => {
    // An abstract socket: the kernel frees it with the process, however that ends.
    const lock = createServer()
    lock.once('error', () => resolve(false))
    lock.listen('\0kagamid', () => resolve(true))
    lock.unref()
  })
}

async function identify(): Promise<Identity | { message: Message }> {
  const loaded = loadDefinition(folders.definition)
  if (!loaded.ok) {
    for (const { file, line, column, message } of loaded.problems) {
      console.error(`${file}:${line}:${column} ${codeOf(message)} ${render(message, 'en')}`)
    }
    return { message: say('no-definition', { path: folders.definition }) }
  }
  const { definition } = loaded
  const self = hostname()
  const peer = peerOf(definition, self)
  if (peer === null) {
    const names = definition.servers.map((server) => server.name).join(', ')
    return { message: say('not-in-definition', { server: self, names }) }
  }
  const key = (await readFile(folders.key, 'utf8').catch(() => '')).trim()
  if (!/^[0-9a-f]{64}$/.test(key)) return { message: say('no-key', { path: folders.key }) }
  return { definition, self, peer, key, bootId: await readBootId(), programs }
}

function fail(message: Message): void {
  console.error(`${codeOf(message)} ${render(message, 'en')}`)
  const action = renderAction(message, 'en')
  if (action !== null) console.error(action)
  process.exitCode = 1
}

await main(process.argv[2])
