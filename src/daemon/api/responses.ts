/**
 * What routes answer besides JSON of their own, and the refusals that any of them may give, for the OpenAPI
 * document: a program that was written after it is not surprised by a 401 or a 429.
 */
import type { RouteOptions } from 'fastify'
import { z } from 'zod'
import { definitionSchema } from '../../config/schema.ts'
import { actionResult } from './shapes.ts'

/** An answer that is no JSON. */
export const plain = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: z.string() } },
})

const anything = z.record(z.string(), z.unknown())

/** The parts of core/state.ts that are there in any version; for the what-if of the same version. */
export const core = z
  .looseObject({
    settings: z.looseObject({ self: z.string(), peer: z.string() }),
    membership: z.looseObject({ kind: z.string() }),
    ...{ links: anything, groups: anything, mirrors: anything },
  })
  .meta({ id: 'Core' })

const { $schema: _, ...definitionJson } = z.toJSONSchema(definitionSchema)

/** It was checked when it was read; what is secret has been taken out of it. */
export const configuration = anything.meta({ ...definitionJson, id: 'Configuration' })

/** Of orders, besides what every route may refuse. */
export const orderResponses = { 200: actionResult, 404: actionResult, 409: actionResult } as const

/** Adds the refusals that come before a route is entered: nobody has to list them with it. */
export function withRefusals(route: RouteOptions): void {
  const { schema, config } = route
  if (schema === undefined || schema.hide === true) return
  const takes = schema.body ?? schema.params ?? schema.querystring
  route.schema = {
    ...schema,
    response: {
      ...(takes === undefined ? {} : { 400: actionResult }),
      ...(config?.needs === 'anybody' ? {} : { 401: actionResult }),
      403: actionResult,
      429: actionResult,
      ...(schema.response as object | undefined),
    },
  }
}
