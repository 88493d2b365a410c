/** The settings file of one mirror disk, and the key it names, checked before anything starts. */
import fs from 'node:fs'
import { z } from 'zod'
import { type Message, say } from '../messages/catalogue.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'

const text = z.string().min(1).max(200)
const milliseconds = z.number().int().min(50).max(600_000)
const port = z.number().int().min(1).max(65_535)

const schema: z.ZodType<MirrorSettings> = z.strictObject({
  mirror: text.max(60),
  server: text.max(60),
  peer: text.max(60),
  diskId: z.string().regex(/^[0-9a-f]{32}$/),
  dataPartition: text,
  clusterPartition: text,
  controlSocket: text,
  nbdSocket: text,
  paths: z
    .array(z.strictObject({ name: text, local: text, peer: text, port, peerPort: port }))
    .min(1)
    .max(8),
  keyFile: text,
  link: z.discriminatedUnion('security', [
    z.strictObject({
      security: z.literal('tls'),
      certificateFile: text,
      privateKeyFile: text,
      authorityFile: text,
    }),
    z.strictObject({ security: z.literal('off') }),
  ]),
  mode: z.enum(['sync', 'async']),
  acceptLoss: z.boolean().optional(),
  verifyEveryHours: z.number().int().min(0).max(10_000).default(168),
  bootId: text.max(40),
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
    const parsed = schema.safeParse(JSON.parse(fs.readFileSync(path, 'utf8')))
    if (!parsed.success) return wrong(z.prettifyError(parsed.error))
    const settings = parsed.data
    if (settings.server === settings.peer) return wrong('server and peer have the same name')
    const key = Buffer.from(fs.readFileSync(settings.keyFile, 'utf8').trim(), 'hex')
    if (key.length !== 32) return wrong(`${settings.keyFile} does not hold 32 bytes as hex`)
    return { ok: true, settings, key }
  } catch (error) {
    return wrong(String(error))
  }
}
