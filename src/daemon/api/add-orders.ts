/**
 * Every order as a route that is written down in the audit. What takes something away (the service, its
 * protection, data) is accepted only with the token of the consequence that was shown. Root, on the server
 * itself, may leave the token out.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ActionResult } from '../../api.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import { consequenceOf, isTokenOf, mirrorConsequenceOf, tokenOf } from './consequence.ts'
import {
  mirrorActions,
  orderedMessage,
  placeOrder,
  refusalOf,
  type MirrorOrder,
} from './mirror-orders.ts'
import { orderRoutes } from './orders.ts'
import { answer, refuse } from './refuse.ts'
import { unknownIn } from './unknown.ts'
import { orderResponses } from './responses.ts'
import { bodies } from './shapes.ts'
import type { ApiWorld } from './world.ts'

const named = z.strictObject({ name: z.string().max(100) })

type Body = Readonly<Record<string, string | boolean | undefined>>

interface Given {
  /** As the audit has it. */
  readonly what: string
  readonly seen: string | undefined
  readonly consequence: Message | null
  carryOut(): Promise<ActionResult>
}

/** `mustConfirm`: the caller is not root on this server. */
export function addOrders(app: FastifyInstance, world: ApiWorld, mustConfirm: boolean): void {
  const give: Give = async (request, reply, given) => {
    const { what, consequence } = given
    const { caller } = request
    const around = { world, mustConfirm, caller: caller.name }
    const result = confirmed(given, around) ?? (await given.carryOut())
    // A question is none, until it is answered.
    if (result.confirm === undefined || consequence === null) {
      world.audit(caller, what, result)
    }
    return answer(reply, result)
  }
  const nobody: Nobody = (request, reply, what, message) => {
    world.audit(request.caller, what, { accepted: false, message })
    return refuse(reply, 404, message)
  }
  for (const { path, body, summary, orderOf } of orderRoutes) {
    const hasName = path.includes(':name')
    app.route({
      method: 'POST',
      url: path,
      schema: {
        summary,
        ...(hasName ? { params: named } : {}),
        body,
        response: orderResponses,
      },
      config: { needs: 'operator' },
      handler: async (request, reply) => {
        const name = hasName ? (request.params as { name: string }).name : ''
        const asked = request.body as Readonly<Record<string, string | undefined>>
        const status = world.status()
        const order = orderOf(name, asked, status)
        const what = whatOf(
          path.replace(':name', () => encodeURIComponent(name)),
          asked,
        )
        const unknown = unknownIn({ ...asked, [kindOf(path)]: name }, status)
        if (unknown !== null) return nobody(request, reply, what, unknown)
        // A server takes its own leave: the order is brought to it.
        const server = order.kind === 'leave' && name !== '' ? name : status.reportedBy
        return give(request, reply, {
          what,
          seen: asked['seen'],
          consequence: consequenceOf(order, status, server),
          carryOut: async () => withToken(await world.order(order, server)),
        })
      },
    })
  }
  addMirrorOrders(app, world, { give, nobody })
}

type Give = (request: FastifyRequest, reply: FastifyReply, given: Given) => Promise<FastifyReply>

/** An order for what is not there: written down as well. */
type Nobody = (
  request: FastifyRequest,
  reply: FastifyReply,
  what: string,
  message: Message,
) => FastifyReply

/** What the name in the path is one of. */
const kindOf = (path: string): 'group' | 'server' | 'none' =>
  path.startsWith('/groups/:name') ? 'group' : path.startsWith('/servers/:name') ? 'server' : 'none'

interface Answers {
  readonly give: Give
  readonly nobody: Nobody
}

function addMirrorOrders(app: FastifyInstance, world: ApiWorld, { give, nobody }: Answers): void {
  for (const action of mirrorActions) {
    app.route({
      method: 'POST',
      url: `/mirrors/:name/${action}`,
      schema: {
        summary: summaries[action],
        params: named,
        body: mirrorBodies[action],
        response: orderResponses,
      },
      config: { needs: 'operator' },
      handler: async (request, reply) => {
        const { name: mirror } = request.params as { name: string }
        const asked = request.body as Body
        const { loser, repair, seen } = asked
        const order: MirrorOrder = {
          ...{ mirror, action, repair: repair === true },
          loser: typeof loser === 'string' ? loser : null,
        }
        const what = whatOf(`/mirrors/${encodeURIComponent(mirror)}/${action}`, asked)
        const unknown = unknownIn({ mirror, loser: order.loser ?? undefined }, world.status())
        if (unknown !== null) return nobody(request, reply, what, unknown)
        const placed = placeOrder(order, world.core())
        const isKnown = placed !== null
        // Here as well as where it is carried out: only one of the two may know it.
        const refused = isKnown ? refusalOf(mirror, placed.command, world.core()) : null
        return give(request, reply, {
          what,
          seen: typeof seen === 'string' ? seen : undefined,
          consequence:
            isKnown && refused === null
              ? mirrorConsequenceOf(order, world.status(), world.alerts.after(0))
              : null,
          carryOut: async () => {
            if (!isKnown)
              return { accepted: false, message: say('mirror-unknown-name', { mirror }) }
            const { server, command } = placed
            const message = refused ?? (await world.orderMirror(server, mirror, command))
            if (message !== null) return { accepted: false, message }
            return { accepted: true, message: orderedMessage(order) }
          },
        })
      },
    })
  }
}

const mirrorBodies = {
  recover: bodies.none,
  cancel: bodies.seen,
  break: bodies.seen,
  verify: bodies.repair,
  force: bodies.loser,
} as const

const summaries = {
  recover: 'Let both replicas meet again; what differs is copied.',
  cancel: 'Stop the recovery under way.',
  break: 'Keep both replicas apart until a recovery is ordered.',
  verify: 'Compare both replicas while they are used.',
  force: 'Of two versions, give the one of `loser` up.',
} as const

/** The token is nobody's business later. */
function whatOf(path: string, body: Body): string {
  const words = Object.entries(body).filter(([name]) => name !== 'seen')
  return [path, ...words.flatMap(([name, value]) => [name, String(value)])].join(' ')
}

interface Around {
  readonly world: ApiWorld
  readonly mustConfirm: boolean
  readonly caller: string
}

/** A refusal, unless what the order would do was shown, and is so still. */
function confirmed(
  { what, seen, consequence }: Given,
  { world, mustConfirm, caller }: Around,
): ActionResult | null {
  if (consequence === null || (!mustConfirm && seen === undefined)) return null
  const shown = { message: consequence, status: world.status(), caller, nowMs: Date.now() }
  if (seen !== undefined && isTokenOf(seen, what, shown)) return null
  const token = tokenOf(what, shown)
  const message = seen === undefined ? say('order-needs-confirmation') : say('order-changed')
  return { accepted: false, message, confirm: { message: consequence, seen: token } }
}

/** A start by force has a token of the decision maker's own, made of what may be lost. */
function withToken(result: ActionResult): ActionResult {
  const { id, args } = result.message
  if (result.accepted || id !== 'force-would') return result
  return { ...result, confirm: { message: result.message, seen: String(args['token']) } }
}
