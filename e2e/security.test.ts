/**
 * The cluster among strangers: wrong keys at the heartbeat's and the mirror's ports from the peer's own address,
 * hundreds of idle and slow readers, and a search for its secrets in everything that it tells or leaves behind.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest'
import { makePage, tellIfFailed, upCluster, type TestCluster } from './cluster.ts'
import { eventually } from './lab.ts'

const authority = join(tmpdir(), `kagami-security-${process.pid}.pem`)
const password = 'correct horse battery'
const url = 'https://192.168.4.21:29003/api/v1'

let cluster: TestCluster
let token = ''

beforeAll(async () => {
  cluster = await upCluster()
  await makePage(cluster)
  const { lab } = cluster
  writeFileSync(authority, await lab.sh('SERVER1', 'cat /etc/kagami/keys/ca.pem'))
  await lab.sh('SERVER1', `echo '${password}' | kagami user add admin --role operator`)
  token = await lab.sh('SERVER1', 'kagami token add script --role operator 2>/dev/null')
})

afterAll(async () => {
  rmSync(authority, { force: true })
  await cluster.down()
})

/** `then`: what the shell does with it. */
const curl = (path: string, then = ''): Promise<string> =>
  cluster.lab.sh(
    'client',
    `curl -sf -m 5 --cacert ${authority} -H 'authorization: Bearer ${token}' '${url}${path}' ${then}`,
  )

test('wrong keys at the ports of the heartbeat and of the mirror change nothing', async ({
  task,
}) => {
  onTestFailed(() => tellIfFailed(cluster, task))
  const active = await cluster.green('SERVER1')
  const before = await cluster.status(active)
  const stranger = 'node /opt/kagami/e2e/stranger.ts'
  const node = 'PATH=/opt/kagami/node_modules/.bin:$PATH'
  const said = await Promise.all([
    cluster.lab.sh('SERVER2', `${node} ${stranger} 192.168.3.21 29002 29005`),
    cluster.lab.sh('SERVER2', `${node} ${stranger} 192.168.4.21 29002 29005`),
  ])
  for (const text of said) {
    const { packets, sessions } = JSON.parse(text) as { packets: number; sessions: number }
    expect(packets).toBeGreaterThan(500)
    expect(sessions).toBe(0)
  }
  const after = await cluster.status(active)
  expect(after?.groups[0]).toMatchObject({ owner: active, state: 'running' })
  expect(after?.mirrors[0]?.state).toBe('in-sync')
  const { longestSilenceMs = 0, timeoutMs = 0 } = after?.heartbeat ?? {}
  expect(longestSilenceMs).toBeLessThan(timeoutMs)
  // The stamp of the logs has not been pushed into the future either.
  expect(before?.groups[0]?.owner).toBe(active)
  const { alerts } = JSON.parse(await curl('/alerts')) as { alerts: { stamp: number }[] }
  expect(Math.max(...alerts.map(({ stamp }) => stamp))).toBeLessThan(8e15)
  await cluster.green(active)
})

test('two hundred idle readers and fifty slow ones: a group still moves, and nothing is lost of it', async ({
  task,
}) => {
  onTestFailed(() => tellIfFailed(cluster, task))
  const { lab } = cluster
  const reads = `--cacert ${authority} -H 'authorization: Bearer ${token}' -s -m 15`
  const idle = lab.sh(
    'client',
    `for n in $(seq 200); do curl ${reads} -o /dev/null '${url}/events' & done
     for n in $(seq 25); do curl ${reads} --limit-rate 200 -o /dev/null '${url}/core' & done
     for n in $(seq 25); do (exec 3<>/dev/tcp/192.168.4.21/29003; sleep 12) & done
     wait || true`,
  )
  await eventually('they are all there', async () => {
    const count = await lab.sh('SERVER1', "ss -Hnt state established '( sport = :29003 )' | wc -l")
    return Number(count) >= 200
  })
  const owner = await cluster.owner()
  const other = owner === 'SERVER1' ? 'SERVER2' : 'SERVER1'
  await cluster.kagami('SERVER1', 'group', 'move', 'Apache')
  await cluster.runsOn(other)
  const { heartbeat } = (await cluster.status(other)) ?? {}
  expect(heartbeat?.longestSilenceMs).toBeLessThan(heartbeat?.timeoutMs ?? 0)
  await idle
  await cluster.green(other)
})

test('no secret is in anything that is told or left behind', async () => {
  const { lab } = cluster
  const asked = await lab.sh(
    'client',
    `curl -sf -m 5 --cacert ${authority} -H 'content-type: application/json' \
       -d '{"user":"admin","password":"${password}"}' '${url}/session'`,
  )
  const { pass } = JSON.parse(asked) as { pass: string }
  const secrets = new Map([
    ['the password', password],
    ['the token', token],
    ['the pass', pass],
  ])
  for (const server of ['SERVER1', 'SERVER2'] as const) {
    secrets.set('the cluster key', await lab.sh(server, 'cat /etc/kagami/keys/cluster.key'))
    const key = await lab.sh(server, `sed -n 2,3p /etc/kagami/keys/${server}.key`)
    for (const line of key.split('\n')) secrets.set(`the private key of ${server}`, line)
  }
  const accounts = await lab.sh('SERVER1', 'cat /var/lib/kagami/accounts.json')
  for (const { name, hash } of (JSON.parse(accounts) as { users: { name: string; hash: string }[] })
    .users) {
    secrets.set(`the hash of ${name}`, hash)
  }
  const places = new Map<string, string>()
  for (const server of ['SERVER1', 'SERVER2'] as const) {
    for (const [what, script] of Object.entries(leftBehind)) {
      places.set(`${server}: ${what}`, await lab.sh(server, script))
    }
  }
  for (const path of toldPaths) places.set(path, await curl(path))
  places.set('/journal', await curl('/journal', '| zcat'))
  places.set('/events', await curl('/events', '|| true'))
  expect([...secrets.values()].filter((secret) => secret.length < 16)).toEqual([])
  expect([...places].filter(([, text]) => text === '')).toEqual([])
  for (const [place, text] of places) {
    for (const [what, secret] of secrets) {
      expect({ what, place, isThere: text.includes(secret) }).toEqual({
        what,
        place,
        isThere: false,
      })
    }
  }
})

const leftBehind = {
  'its logs': 'cat /var/log/kagami/*.jsonl /var/log/kagamid.log 2>/dev/null || true',
  'its journal': 'kagami journal export /root/j.gz >/dev/null; zcat /root/j.gz; rm /root/j.gz',
  'command lines': "cat /proc/[0-9]*/cmdline | tr '\\0' ' '",
  environments: "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '",
  'kagami status':
    'kagami status; kagami status --json; kagami why --json; kagami log --json -n 999',
  'kagami mirror': 'kagami mirror --json status; kagami mirror dump; kagami mirror list',
  accounts: 'kagami user list --json; kagami token list --json',
  'its run folder': 'find /run/kagami -xdev -type f -size -1024k -exec cat {} + ; ls /run/kagami',
}

const toldPaths = [
  ...['/status', '/why', '/core', '/alerts', '/operations', '/history', '/metrics'],
  ...['/openapi.json', '/configuration', '/discovery', '/health'],
]
