/** Users and tokens: root of a server changes them, over the unix socket alone. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ActionResult } from '../../api.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import type { Accounts } from './accounts.ts'
import { answer, inWords } from './refuse.ts'
import { accountList, actionResult, newToken } from './shapes.ts'
import type { ApiWorld } from './world.ts'

const dayMs = 86_400_000
const role = z.enum(['operator', 'viewer'])
const named = z.strictObject({ name: z.string().max(100) })
const newUser = z.strictObject({
  name: z.string().max(100),
  /** Left out: as it is; of a new one, viewer. */
  role: role.optional(),
  password: z.string().max(1000),
})
const outcome = { 200: actionResult, 409: actionResult }

export function addAccounts(app: FastifyInstance, world: ApiWorld, accounts: Accounts): void {
  app.route({
    method: 'GET',
    url: '/accounts',
    schema: { summary: 'Users and tokens, without their secrets.', response: { 200: accountList } },
    handler: async () => {
      const { users, tokens } = accounts.list()
      return { users: [...users], tokens: [...tokens] }
    },
  })
  app.route({
    method: 'POST',
    url: '/users',
    schema: {
      summary: 'Add a user, or give one another password or role.',
      body: newUser,
      response: outcome,
    },
    handler: async (request, reply) => {
      const { name, role: wanted, password } = request.body as z.infer<typeof newUser>
      const problem = await accounts.setUser({ name, role: wanted ?? null, password })
      const kept = accounts.list().users.find((each) => each.name === name)?.role ?? ''
      const result = ended(problem, say('user-kept', { user: name, role: kept }))
      world.audit(request.caller, `/users ${name} ${kept}`, result)
      return answer(reply, result)
    },
  })
  app.route({
    method: 'POST',
    url: '/tokens',
    schema: {
      summary: 'Make a token for a program; it is shown this once.',
      body: z.strictObject({
        name: z.string().max(100),
        role,
        days: z.number().int().min(1).max(3650),
      }),
      response: { 200: newToken, 409: actionResult },
    },
    handler: async (request, reply) => {
      const {
        name,
        role: theirs,
        days,
      } = request.body as {
        name: string
        role: 'operator' | 'viewer'
        days: number
      }
      const expiresAt = new Date(Date.now() + days * dayMs).toISOString()
      const made = await accounts.addToken({ name, role: theirs, expiresAt })
      const problem = 'token' in made ? null : made.problem
      const result = ended(problem, say('token-made', { token: name, expiresAt }))
      world.audit(request.caller, `/tokens ${name} ${theirs}`, result)
      if ('token' in made) return { ...inWords(result), token: made.token }
      return answer(reply, result)
    },
  })
  addRemovals(app, world, accounts)
}

function ended(problem: Message | null, done: Message): ActionResult {
  return problem === null
    ? { accepted: true, message: done }
    : { accepted: false, message: problem }
}

function addRemovals(app: FastifyInstance, world: ApiWorld, accounts: Accounts): void {
  for (const kind of ['users', 'tokens'] as const) {
    app.route({
      method: 'DELETE',
      url: `/${kind}/:name`,
      schema: { summary: 'Remove it.', params: named, response: outcome },
      handler: async (request, reply) => {
        const { name } = request.params as { name: string }
        const problem =
          kind === 'users' ? await accounts.removeUser(name) : await accounts.removeToken(name)
        const result = ended(problem, say('account-removed', { name }))
        world.audit(request.caller, `/${kind}/${name} removed`, result)
        return answer(reply, result)
      },
    })
  }
}
