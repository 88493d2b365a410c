/**
 * The shapes of `api.ts` as zod schemas: what is checked when a request comes in, what leaves (a field that
 * is not named here does not), and what the OpenAPI document says. A test compares both with the types.
 */
import { z } from 'zod'
import { isKnown, type Message } from '../../messages/catalogue.ts'

/** The catalogue (docs/messages.md) turns it into a sentence. */
const message = z
  .object({
    id: z.custom<Message['id']>((value) => typeof value === 'string').meta({ type: 'string' }),
    args: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .meta({ id: 'Message' })

const severity = z.enum(['info', 'warning', 'error'])
const health = z.enum(['green', 'yellow', 'red', 'gray'])
const judged = { health, why: message }

const server = z.object({
  name: z.string(),
  state: z.enum([
    ...(['online', 'standby', 'starting', 'offline', 'silent', 'isolated'] as const),
    ...(['leaving', 'unknown'] as const),
  ]),
  ...judged,
})

const link = z.object({
  name: z.string(),
  kind: z.enum(['interconnect', 'public']),
  state: z.enum(['up', 'down', 'unknown']),
  roundTripMs: z.number().nullable(),
  addresses: z.record(z.string(), z.string()),
  carries: z.array(z.enum(['heartbeat', 'mirror'])),
})

const resource = z.object({
  name: z.string(),
  type: z.string(),
  state: z.enum(['running', 'starting', 'stopping', 'stopped', 'failed', 'unknown']),
  detail: z.string(),
  error: message.nullable(),
})

const monitor = z.object({
  name: z.string(),
  type: z.string(),
  state: z.enum(['ok', 'failing', 'unknown', 'suspended']),
  error: message.nullable(),
})

/** Of all groups, each with its group. */
export const resources = z.array(resource.extend({ group: z.string() }))
export const monitors = z.array(monitor.extend({ group: z.string() }))

const group = z.object({
  name: z.string(),
  state: z.enum(['running', 'starting', 'stopping', 'stopped', 'failed', 'unknown']),
  owner: z.string().nullable(),
  forced: z.boolean(),
  suspended: z.boolean(),
  ...judged,
  resources: z.array(resource),
  monitors: z.array(monitor),
})

const mirror = z.object({
  name: z.string(),
  device: z.string(),
  state: z.enum([
    ...(['in-sync', 'copying', 'alone', 'frozen', 'disconnected'] as const),
    ...(['split-brain', 'failed', 'unknown'] as const),
  ]),
  ...judged,
  percent: z.number().nullable(),
  bytesLeft: z.number().nullable(),
  copy: z
    .object({
      ...{ from: z.string(), to: z.string(), bytesDone: z.number(), bytesTotal: z.number() },
      bytesPerSecond: z.number().nullable(),
      secondsLeft: z.number().nullable(),
    })
    .nullable(),
  backlogBytes: z.number(),
  hold: z.enum(['cancelled', 'broken']).nullable(),
  verify: z
    .object({
      ...{ running: z.boolean(), doneBytes: z.number(), totalBytes: z.number() },
      ...{ differingBytes: z.number(), repaired: z.boolean() },
      identicalAsOf: z.string().nullable(),
    })
    .nullable(),
  path: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  replicas: z.array(
    z.object({
      server: z.string(),
      health,
      role: z.enum(['active', 'standby', 'unknown']),
      generation: z.string().nullable(),
      differingBytes: z.number().nullable(),
      map: z.string().nullable(),
    }),
  ),
})

export const clusterStatus = z
  .object({
    superCluster: z.string(),
    cluster: z.string(),
    reportedBy: z.string(),
    at: z.string(),
    summary: z.object({ ...judged, next: message.nullable() }),
    servers: z.array(server),
    heartbeat: z.object({ longestSilenceMs: z.number(), timeoutMs: z.number(), ...judged }),
    arbiter: z.object({
      method: z.enum(['ping', 'none', 'fence', 'witness', 'etcd']),
      state: z.enum(['answers', 'unreachable', 'not-agreed', 'untried', 'none']),
      ...judged,
    }),
    links: z.array(link),
    groups: z.array(group),
    mirrors: z.array(mirror),
  })
  .meta({ id: 'ClusterStatus' })

/** The summary of a cluster, for a list of them. */
export const clusterBrief = clusterStatus
  .pick({ superCluster: true, cluster: true, reportedBy: true })
  .extend({ servers: z.array(z.string()), ...clusterStatus.shape.summary.shape })
  .meta({ id: 'ClusterBrief' })

export const explanation = z
  .object({
    reportedBy: z.string(),
    reasons: z.array(z.object({ message, agoMs: z.number().nullable() })),
  })
  .meta({ id: 'Explanation' })

const logLine = {
  ...{ sequence: z.number(), number: z.number(), server: z.string() },
  ...{ at: z.string(), stamp: z.number() },
}

export const alert = z.object({ ...logLine, severity, message }).meta({ id: 'Alert' })

const wording = z.object({
  text: z.string(),
  cause: z.string().nullable(),
  action: z.string().nullable(),
})

/** The message as the catalogue has it. */
const said = z
  .object({ code: z.string(), ja: wording, en: wording })
  .meta({ id: 'Said' })
  .optional()

export const actionResult = z
  .object({
    ...{ accepted: z.boolean(), message, said },
    confirm: z.object({ message, said, seen: z.string() }).optional(),
  })
  .meta({ id: 'ActionResult' })

type Read<T> = { readonly success: true; readonly data: T } | { readonly success: false }

/** A line of a log; null: of another version, with a message that is not known here, or none at all. */
export function understood<T extends { readonly message: Message }>(read: Read<T>): T | null {
  return read.success && isKnown(read.data.message) ? read.data : null
}

const role = z.enum(['operator', 'viewer'])

export const accountList = z
  .object({
    users: z.array(z.object({ name: z.string(), role })),
    tokens: z.array(z.object({ name: z.string(), role, expiresAt: z.string() })),
  })
  .meta({ id: 'AccountList' })

export const newToken = z
  .object({ accepted: z.boolean(), message, said, token: z.string() })
  .meta({ id: 'NewToken' })

export const operation = z
  .object({
    ...logLine,
    ...{ user: z.string(), from: z.string(), what: z.string(), accepted: z.boolean() },
    message,
  })
  .meta({ id: 'Operation' })

export const sample = z
  .object({
    at: z.number(),
    links: z.record(z.string(), z.number().nullable()),
    mirrors: z.record(
      z.string(),
      z.object({ writeMs: z.number(), bytesPerSecond: z.number(), backlogBytes: z.number() }),
    ),
    monitors: z.record(z.string(), z.number()),
  })
  .meta({ id: 'Sample' })

export const plan = z
  .object({
    steps: z.array(z.object({ afterMs: z.number(), server: z.string(), message, said })),
    groups: z.array(
      z.object({
        group: z.string(),
        owner: z.string().nullable(),
        outageMs: z.number().nullable(),
      }),
    ),
    twoActive: z.boolean(),
  })
  .meta({ id: 'Plan' })

export const checked = z
  .object({
    accepted: z.boolean(),
    problems: z.array(
      z.object({ line: z.number(), column: z.number(), message, isError: z.boolean() }),
    ),
  })
  .meta({ id: 'Checked' })

/** What a Manager that looks for clusters is told. */
export const discovery = z
  .object({
    product: z.literal('kagami'),
    version: z.string(),
    superCluster: z.string(),
    cluster: z.string(),
    server: z.string(),
    /** SHA-256 of the certificate, to compare with what the server's console shows. */
    fingerprint: z.string(),
  })
  .meta({ id: 'Discovery' })

const afterwards = z.enum(['poweroff', 'reboot']).optional()

/** What was shown: see `confirm` of the answer. */
const seen = z.string().max(100).optional()

/** The bodies of orders: nothing but what is named. */
export const bodies = {
  none: z.strictObject({}),
  to: z.strictObject({ to: z.string().max(100).optional(), seen }),
  seen: z.strictObject({ seen }),
  monitor: z.strictObject({ monitor: z.string().max(100).optional() }),
  afterwards: z.strictObject({ afterwards, seen }),
  repair: z.strictObject({ repair: z.boolean().optional() }),
  loser: z.strictObject({ loser: z.string().max(100), seen }),
} as const
