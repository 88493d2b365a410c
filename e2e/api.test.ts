/**
 * The API as another machine reaches it: a user made on one server logs in on either, orders a move, and is
 * written down; garbage on its ports changes nothing.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ActionResult, Alert, ClusterStatus, Operation } from '../src/api.ts'
import { makePage, upCluster, type TestCluster } from './cluster.ts'
import { eventually } from './lab.ts'

const authority = join(tmpdir(), `kagami-authority-${process.pid}.pem`)
const addresses = { SERVER1: '192.168.4.21', SERVER2: '192.168.4.22' } as const
const password = 'correct horse battery'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await upCluster()
  await makePage(cluster)
  const { lab } = cluster
  writeFileSync(authority, await lab.sh('SERVER1', 'cat /etc/kagami/keys/ca.pem'))
  await lab.sh('SERVER1', `echo '${password}' | kagami user add admin --role operator`)
})

afterAll(async () => {
  rmSync(authority, { force: true })
  await cluster.down()
})

interface Reply {
  readonly code: number
  readonly body: unknown
}

/** From the client's machine, which trusts the cluster's authority and nothing else. */
async function curl(
  server: keyof typeof addresses,
  path: string,
  ...more: string[]
): Promise<Reply> {
  const url = `https://${addresses[server]}:29003/api/v1${path}`
  const words = [
    'curl',
    '-s',
    '-m',
    '5',
    '--cacert',
    authority,
    '-w',
    '\n%{http_code}',
    url,
    ...more,
  ]
  const { stdout } = await cluster.lab.exec('client', ...words)
  const lines = stdout.trimEnd().split('\n')
  const code = Number(lines.pop())
  const text = lines.join('\n')
  return { code, body: text === '' ? null : JSON.parse(text) }
}

const json = (body: object) => ['-H', 'content-type: application/json', '-d', JSON.stringify(body)]

async function login(server: keyof typeof addresses): Promise<string[]> {
  const { body } = await curl(server, '/session', ...json({ user: 'admin', password }))
  return ['-H', `authorization: Bearer ${(body as { pass: string }).pass}`]
}

test('a pass of one server is good on both, and what was ordered is written down', async () => {
  await cluster.green('SERVER1')
  expect(await curl('SERVER1', '/status')).toMatchObject({
    code: 401,
    body: { message: { id: 'login-needed' } },
  })
  const pass = await login('SERVER1')
  await eventually('the other server knows the user as well', async () => {
    return (await curl('SERVER2', '/status', ...pass)).code === 200
  })
  const { body } = await curl('SERVER2', '/status', ...pass)
  expect((body as ClusterStatus).reportedBy).toBe('SERVER2')
  // Nothing happens before it is known what that would mean.
  const asked = await curl('SERVER2', '/groups/Apache/move', ...pass, ...json({}))
  expect(asked).toMatchObject({
    code: 409,
    body: { confirm: { message: { id: 'would-move-group' } } },
  })
  const { seen } = (asked.body as ActionResult).confirm ?? {}
  const moved = await curl('SERVER2', '/groups/Apache/move', ...pass, ...json({ seen }))
  expect(moved).toMatchObject({ code: 200, body: { accepted: true } })
  await cluster.runsOn('SERVER2')
  const { operations } = (await curl('SERVER2', '/operations', ...pass)).body as {
    operations: Operation[]
  }
  expect(operations.at(-1)).toMatchObject({
    user: 'admin',
    from: '192.168.4.100',
    what: '/groups/Apache/move',
    accepted: true,
  })
})

test('of a mirror that was broken the replica in use is not given up, whichever server is asked', async () => {
  const pass = await login('SERVER1')
  const order = async (action: string, body: object): Promise<ActionResult> => {
    const path = `/mirrors/NMP1/${action}`
    return (await curl('SERVER1', path, ...pass, ...json(body))).body as ActionResult
  }
  const { seen } = (await order('break', {})).confirm ?? {}
  expect(await order('break', { seen })).toMatchObject({ accepted: true })
  await eventually('the screen says how they meet again', async () => {
    const { next } = ((await curl('SERVER1', '/status', ...pass)).body as ClusterStatus).summary
    return next?.id === 'next-recover-mirror'
  })
  for (const server of ['SERVER1', 'SERVER2'] as const) {
    const loser = json({ loser: 'SERVER2' })
    const refused = (await curl(server, '/mirrors/NMP1/force', ...pass, ...loser)).body
    expect(refused).toMatchObject({ accepted: false, message: { id: 'mirrord-force-active' } })
    const words = ['kagami', 'mirror', 'force', '--loser', 'SERVER2', '--yes']
    const { status, stderr } = await cluster.lab.exec(server, ...words)
    expect([status, stderr]).toEqual([1, expect.stringContaining('KG3158')])
  }
  expect(await order('recover', {})).toMatchObject({ accepted: true })
  await cluster.green('SERVER2')
  const { alerts } = (await curl('SERVER2', '/alerts', ...pass)).body as { alerts: Alert[] }
  const told = alerts.filter(({ server }) => server === 'SERVER2').map(({ message }) => message.id)
  expect(told).toEqual(expect.arrayContaining(['mirrord-broken', 'mirrord-in-sync']))
  expect(told.lastIndexOf('mirrord-in-sync')).toBeGreaterThan(told.indexOf('mirrord-broken'))
})

test('a user removed on one server is out on the other', async () => {
  const pass = await login('SERVER2')
  await cluster.kagami('SERVER2', 'user', 'remove', 'admin')
  expect((await curl('SERVER2', '/status', ...pass)).code).toBe(401)
  await eventually('out on the other server', async () => {
    return (await curl('SERVER1', '/status', ...pass)).code === 401
  })
})

test('garbage on both ports, and a stranger at the door of the peer, change nothing', async () => {
  const { lab } = cluster
  for (const address of Object.values(addresses)) {
    for (const port of [29003, 29004]) {
      await lab.sh(
        'client',
        `head -c 200000 /dev/urandom | timeout 3 bash -c 'cat >/dev/tcp/${address}/${port}' || true`,
      )
    }
    const asked = await lab.exec(
      'client',
      ...['curl', '-s', '-m', '5', '--cacert', authority, `https://${address}:29004/accounts`],
    )
    expect(asked.stdout).toBe('')
    expect(asked.status).not.toBe(0)
  }
  const secrets = await lab.sh('SERVER2', 'cat /var/log/kagami/* /var/log/kagamid.log || true')
  expect(secrets).not.toContain(password)
  await cluster.green('SERVER2')
})
