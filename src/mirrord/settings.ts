/** The settings file of one mirror disk, and the key it names, checked before anything starts. */
import fs from 'node:fs'
import * as v from 'valibot'
import { type Message, say } from '../messages/catalogue.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(200))
const name = v.pipe(text, v.maxLength(60))
const milliseconds = v.pipe(v.number(), v.safeInteger(), v.minValue(50), v.maxValue(600_000))
const port = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(65_535))

const schema: v.GenericSchema<unknown, MirrorSettings> = v.strictObject({
  mirror: name,
  server: name,
  peer: name,
  diskId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  dataPartition: text,
  clusterPartition: text,
  controlSocket: text,
  nbdSocket: text,
  paths: v.pipe(
    v.array(v.strictObject({ name: text, local: text, peer: text, port, peerPort: port })),
    v.minLength(1),
    v.maxLength(8),
  ),
  keyFile: text,
  link: v.variant('security', [
    v.strictObject({
      security: v.literal('tls'),
      certificateFile: text,
      privateKeyFile: text,
      authorityFile: text,
    }),
    v.strictObject({ security: v.literal('off') }),
  ]),
  mode: v.picklist(['sync', 'async']),
  acceptLoss: v.optional(v.boolean()),
  verifyEveryHours: v.optional(
    v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000)),
    168,
  ),
  bootId: v.pipe(text, v.maxLength(40)),
  pathTimeoutMs: milliseconds,
  peerTimeoutMs: milliseconds,
})

export type ReadSettings =
  | { readonly ok: true; readonly settings: MirrorSettings; readonly key: Buffer }
  | { readonly ok: false; readonly error: Message }

export function readSettings(path: string): ReadSettings {
  const wrong = (detail: string): ReadSettings => ({
    ok: false,
    error: say('mirrord-settings-wrong', { path, detail }),
  })
  try {
    const parsed = v.safeParse(schema, JSON.parse(fs.readFileSync(path, 'utf8')))
    if (!parsed.success) return wrong(v.summarize(parsed.issues))
    const settings = parsed.output
    if (settings.server === settings.peer) return wrong('server and peer have the same name')
    const key = Buffer.from(fs.readFileSync(settings.keyFile, 'utf8').trim(), 'hex')
    if (key.length !== 32) return wrong(`${settings.keyFile} does not hold 32 bytes as hex`)
    return { ok: true, settings, key }
  } catch (error) {
    return wrong(String(error))
  }
}
