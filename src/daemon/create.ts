/** Creation: each mirror disk's CLUSTER partition is stamped on this server (safety.md 14). */
import { mkdir, writeFile } from 'node:fs/promises'
import { run } from '../drivers/process.ts'
import { say, type Message } from '../messages/catalogue.ts'
import type { Identity } from './run.ts'
import { folders, mirrorSettings } from './settings.ts'

const createMs = 600_000

/** Null when all were created. A disk that holds something is refused by mirrord and not touched. */
export async function createMirrors(identity: Identity): Promise<Message | null> {
  const { definition, self, peer, bootId, programs } = identity
  await mkdir(folders.run, { recursive: true })
  for (const settings of mirrorSettings(definition, self, peer, bootId)) {
    const mirror = definition.mirrors.find((each) => each.name === settings.mirror)
    const source = (mirror?.source ?? definition.servers[0]?.name) === self
    const file = `${folders.run}/${settings.mirror}.json`
    await writeFile(file, JSON.stringify(settings, null, 2))
    const how = source ? ['--source', '--mkfs', mirror?.fileSystem ?? 'ext3'] : ['--standby']
    const result = await run(`${programs}/kagami-mirrord`, ['create', file, ...how], {
      timeoutMs: createMs,
    })
    process.stderr.write(result.stderr)
    if (result.code !== 0) return say('not-created', { mirror: settings.mirror, server: self })
    console.log(settings.mirror, source ? 'source' : 'standby')
  }
  return null
}
