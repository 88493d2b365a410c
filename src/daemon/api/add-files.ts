/** The definition that the cluster runs by, what is wrong with another one, and the journal of decisions. */
import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { say } from '../../messages/catalogue.ts'
import { checkText } from './check.ts'
import { refuse } from './refuse.ts'
import { configuration, plain } from './responses.ts'
import { actionResult, checked } from './shapes.ts'
import type { ApiWorld } from './world.ts'

const viewer = { needs: 'viewer' } as const
const definitionLettersMax = 48 * 1024

export function addFiles(app: FastifyInstance, world: ApiWorld): void {
  app.route({
    method: 'GET',
    url: '/configuration',
    schema: {
      summary: 'The cluster definition, with every default; passwords in it are left out.',
      response: { 200: configuration },
    },
    config: viewer,
    handler: async () => withoutSecrets(world.definition),
  })
  app.route({
    method: 'POST',
    url: '/configuration/check',
    schema: {
      summary: 'What is wrong with the text of a cluster.yaml. Nothing is changed by it.',
      body: z.strictObject({ text: z.string().max(definitionLettersMax) }),
      response: { 200: checked, 503: actionResult },
    },
    config: { needs: 'operator' },
    handler: async (request, reply) => {
      const { text } = request.body as { readonly text: string }
      const found = await checkText(text)
      return found ?? refuse(reply, 503, say('check-busy'))
    },
  })
  app.route({
    method: 'GET',
    url: '/journal',
    schema: {
      summary: 'What this server was told and has decided: gzip, a line of JSON each.',
      response: { 200: plain('application/gzip', 'A file.'), 404: actionResult },
    },
    config: viewer,
    handler: async (_request, reply) => {
      const files = await present(world.journal)
      if (files.length === 0) {
        return refuse(reply, 404, say('journal-missing', { path: world.journal[0] ?? '' }))
      }
      reply.type('application/gzip')
      reply.header('content-disposition', 'attachment; filename="journal.jsonl.gz"')
      return reply.send(Readable.from(joined(files)))
    },
  })
}

async function present(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => file,
        () => null,
      ),
    ),
  )
  return found.filter((file) => file !== null)
}

/** Each part is whole by itself; one after the other they are one. */
async function* joined(files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer
  }
}

const secretName = /pass(?:word|wd|phrase)?$|secret|token$|community|^key$/i

/** A copy; what is called like a secret is not in it (paths of files are). */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) && typeof inner !== 'object' ? '…' : withoutSecrets(inner),
    ]),
  )
}
