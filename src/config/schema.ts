/**
 * The cluster definition, version 1: one schema value that gives the type, the validation, the
 * defaults and the help text. Parsed once at the edge (`load.ts`); slices are passed inward.
 *
 * A definition describes one cluster (a pair of servers) of a super cluster. Units stand last in
 * the names. Every object is strict: a misspelt key is an error, never silently ignored.
 */
import { z } from 'zod'
import type { ConfigMessageId } from '../messages/config.ts'

/** The message that says what a value of this kind looks like (shape.ts fills it in). */
const expects = (id: ConfigMessageId) => ({ error: id })

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/, expects('name-invalid'))
  .describe('1 to 31 letters, digits, - or _')
const ipv4 = z.ipv4(expects('ipv4-invalid'))
const ipv4WithPrefix = z
  .cidrv4(expects('ipv4-prefix-invalid'))
  .describe('an IPv4 address with its prefix length, such as 192.168.4.21/24')
const absolutePath = z.string().regex(/^(\/(?!\.\.?(\/|$))[^/\0]*)+$/, expects('path-invalid'))
const seconds = z.number().positive().max(86_400)
const milliseconds = z.number().int().min(10).max(600_000)
const port = z.number().int().min(1).max(65_535)

/** Without a name and a password in it: a definition is shown to viewers, and what is asked is written down. */
const plainUrl = (protocol: RegExp, id: ConfigMessageId) =>
  z.url({ protocol, ...expects(id) }).regex(/^(?![a-z]+:\/\/[^/]*@)/i, expects(id))

const linkSchema = z.strictObject({
  name,
  kind: z.enum(['interconnect', 'public']),
  addresses: z.record(name, ipv4WithPrefix).describe('server name: its address on this link'),
})

const fenceDeviceSchema = z.strictObject({
  agent: z
    .string()
    .regex(/^fence_[a-z0-9_]+$/, expects('fence-agent-invalid'))
    .describe('a program of the fence-agents project, like fence_ipmilan'),
  options: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('what the agent is told, as in its manual: ip, username, plug'),
  passwordFile: absolutePath.optional().describe('a file on the servers that holds the password'),
  timeoutSec: z.int().min(1).max(300).default(20),
  retries: z.int().min(0).max(10).default(1),
})

/** The right to run, which an arbiter with a register limits in time. */
const leaseShape = {
  leaseMs: milliseconds
    .default(2500)
    .describe('a server that hears neither its peer nor the arbiter has stopped within this'),
  marginMs: milliseconds
    .default(1000)
    .describe('how much longer than that the other server waits before it takes over'),
  standbyDelayMs: milliseconds
    .default(500)
    .describe('the server that runs nothing leaves the other one so much of a start'),
  guard: z
    .enum(['required', 'none'])
    .default('required')
    .describe('none: nothing resets a server that hangs; then the arbiter is a weak one'),
} as const

const arbiterSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('ping'),
    targets: z
      .array(ipv4)
      .min(1)
      .describe('addresses outside the cluster that nearly always answer'),
  }),
  z.strictObject({ method: z.literal('none') }),
  z.strictObject({
    method: z.literal('witness'),
    url: plainUrl(/^https$/, 'witness-url-invalid').describe(
      'of the witness on a third machine: https://192.168.4.100:29010',
    ),
    caFile: absolutePath.default('/etc/kagami/keys/witness-ca.pem'),
    tokenFile: absolutePath.default('/etc/kagami/keys/witness.token'),
    ...leaseShape,
  }),
  z.strictObject({
    method: z.literal('etcd'),
    endpoints: z
      .array(plainUrl(/^https?$/, 'etcd-url-invalid'))
      .min(1)
      .max(9)
      .describe('addresses of the etcd servers, asked in this order'),
    caFile: absolutePath.optional(),
    certificateFile: absolutePath.optional(),
    privateKeyFile: absolutePath.optional(),
    username: z.string().min(1).max(100).optional(),
    passwordFile: absolutePath.optional(),
    ...leaseShape,
  }),
  z.strictObject({
    method: z.literal('fence'),
    action: z
      .enum(['reboot', 'off'])
      .default('reboot')
      .describe('whether the server that was switched off is switched on again'),
    standbyDelayMs: milliseconds
      .default(500)
      .describe('the server that runs nothing leaves the other one so much of a start'),
    devices: z
      .record(name, z.array(fenceDeviceSchema).min(1).max(8))
      .describe('for each server, how it is switched off; all of its devices have to confirm'),
  }),
])

const mirrorSchema = z.strictObject({
  name: z
    .string()
    .regex(/^NMP[1-9][0-9]?$/, expects('mirror-name-invalid'))
    .describe('NMP1, NMP2, …: also the device, /dev/NMP1'),
  clusterPartition: absolutePath.describe('the small partition that holds the metadata (10 MB)'),
  dataPartition: absolutePath.describe('the partition that is mirrored'),
  fileSystem: z.enum(['ext3', 'ext4', 'xfs']).default('ext3'),
  source: name.optional().describe('the server whose replica is first; default: the first server'),
  port: port.optional().describe('default: ports.mirror, counted up for each mirror disk'),
  linkSecurity: z
    .enum(['tls', 'off'])
    .default('tls')
    .describe('off: the data travels as it is, for links that are a dedicated cable'),
  verifyEveryHours: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(168)
    .describe('how often both replicas are compared in the background; 0: never'),
})

const resourceSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('mirror-disk'),
    name,
    mirror: name,
    mountPoint: absolutePath,
    mountOptions: z.string().default('defaults'),
    startTimeoutSec: seconds.default(120),
    stopTimeoutSec: seconds.default(300),
  }),
  z.strictObject({
    type: z.literal('floating-ip'),
    name,
    address: ipv4,
    startTimeoutSec: seconds.default(30),
    stopTimeoutSec: seconds.default(30),
  }),
  z.strictObject({
    type: z.literal('script'),
    name,
    start: z.string().describe('path of the start script, from the folder of the definition'),
    stop: z.string().describe('path of the stop script, from the folder of the definition'),
    startTimeoutSec: seconds.default(1800),
    stopTimeoutSec: seconds.default(1800),
  }),
])

const monitorSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('http'),
    name,
    url: plainUrl(/^http$/, 'url-invalid'),
    resource: name.describe('the resource that is restarted when the check fails'),
    intervalSec: seconds.default(2),
    timeoutSec: seconds.default(5),
    failures: z.number().int().min(1).max(100).default(2).describe('failed checks in a row'),
    restarts: z.number().int().min(0).max(100).default(1).describe('restarts before a failover'),
  }),
  z.strictObject({
    type: z.literal('link'),
    name,
    link: name.describe('the link that clients come over'),
    targets: z.array(ipv4).min(1).describe('addresses on that link that nearly always answer'),
    intervalSec: seconds.default(1),
    timeoutSec: seconds.default(1),
    failures: z.number().int().min(1).max(100).default(3),
  }),
])

const groupSchema = z.strictObject({
  name,
  servers: z.array(name).length(2).describe('order of priority'),
  startup: z.enum(['auto', 'manual']).default('auto'),
  failover: z.enum(['auto', 'manual']).default('auto'),
  failback: z
    .enum(['manual', 'auto'])
    .default('manual')
    .describe('auto: back to the first server, by itself; each time is a short pause for clients'),
  failbackQuietSec: seconds
    .default(600)
    .describe('how long the first server must have been ready without a break before that'),
  finalAction: z
    .enum(['retry', 'stop', 'reboot', 'shutdown'])
    .default('retry')
    .describe('when it has failed on both servers; retry: again and again, with growing pauses'),
  startAfter: z
    .array(name)
    .max(63)
    .default([])
    .describe('groups that have to run, on either server, before this one starts'),
  resources: z.array(resourceSchema).min(1),
  monitors: z.array(monitorSchema).default([]),
})

export const definitionSchema = z.strictObject({
  kagami: z.literal(1, expects('format-version-unknown')).describe('version of this format'),
  superCluster: name,
  cluster: z.strictObject({ name, type: z.literal('data-mirror').default('data-mirror') }),
  servers: z.array(z.strictObject({ name })).length(2),
  links: z.array(linkSchema).min(1).max(8).describe('in order of priority'),
  heartbeat: z
    .strictObject({
      intervalMs: milliseconds.default(100),
      timeoutMs: milliseconds.default(1300).describe('silence on all links that means: gone'),
    })
    .prefault({}),
  startup: z.strictObject({ waitForPeerSec: seconds.default(300) }).prefault({}),
  arbiter: arbiterSchema.default({ method: 'none' }),
  loser: z
    .enum(['stop-groups', 'shutdown', 'reboot', 'reset'])
    .default('stop-groups')
    .describe('what a server does that ran something and has to give way; reset: at once'),
  ports: z
    .strictObject({
      heartbeat: port.default(29002),
      manager: port.default(29003),
      peer: port.default(29004),
      mirror: port.default(29005),
    })
    .prefault({}),
  manager: z
    .strictObject({
      allowFrom: z
        .array(ipv4WithPrefix)
        .max(64)
        .default([])
        .describe(
          'networks from which the Manager and the API may be reached; none: from everywhere',
        ),
      certificate: z
        .strictObject({
          certificateFile: absolutePath.describe('PEM: the certificate, and its chain after it'),
          privateKeyFile: absolutePath.describe('PEM'),
        })
        .optional()
        .describe("the administrator's own on each server, shown to browsers; else the cluster's"),
    })
    .prefault({}),
  mirrors: z.array(mirrorSchema).max(16).default([]),
  groups: z.array(groupSchema).max(64).default([]),
})

/** A whole cluster definition after validation, all defaults filled in. */
export type Definition = z.output<typeof definitionSchema>
export type GroupDefinition = Definition['groups'][number]
export type ResourceDefinition = GroupDefinition['resources'][number]
export type MonitorDefinition = GroupDefinition['monitors'][number]
