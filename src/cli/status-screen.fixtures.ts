/**
 * States of the HOWTO's cluster as an operator may meet them, for the tests of the screen. Their
 * sentences stand here and not in the catalogue, so that a better wording there changes no test.
 */
import type { ClusterStatus, Health } from '../api.ts'
import type { Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'

/** A message that carries both of its sentences. */
function both(ja: string, en: string): Message {
  return { id: 'group-started', args: { ja, en } }
}

export function fixtureSentence(message: Message, language: Language): string {
  return String(message.args[language])
}

type Part<Key extends 'servers' | 'links' | 'groups' | 'mirrors'> = ClusterStatus[Key][number]

const fine = both('正常です。', 'All is well.')
const server = (name: string): Part<'servers'> => ({
  name,
  state: 'online',
  health: 'green',
  why: fine,
})
const dead = (name: string): Part<'servers'> => ({
  name,
  state: 'offline',
  health: 'red',
  why: both(
    `${name} から 1300 ミリ秒応答がなく、SERVER2 は外部と通信できるため、停止したとみなしました。`,
    `${name} is taken for dead: silent for 1300 ms on every link, and SERVER2 reaches the ping targets.`,
  ),
})
const links: readonly Part<'links'>[] = [
  {
    name: 'interconnect',
    kind: 'interconnect',
    state: 'up',
    roundTripMs: 0.31,
    addresses: { SERVER1: '10.1.1.1/8', SERVER2: '10.1.1.2/8' },
    carries: ['heartbeat', 'mirror'],
  },
  {
    name: 'public',
    kind: 'public',
    state: 'up',
    roundTripMs: 0.42,
    addresses: { SERVER1: '192.168.4.21/24', SERVER2: '192.168.4.22/24' },
    carries: ['heartbeat'],
  },
]
const linksDown = links.map((link) => ({
  ...link,
  state: 'down' as const,
  roundTripMs: null,
  carries: [],
}))
const running = (owner: string): Part<'groups'> => ({
  name: 'Apache',
  state: 'running',
  health: 'green',
  owner,
  suspended: false,
  forced: false,
  why: both(`グループ Apache は ${owner} で動作しています。`, `Group Apache runs on ${owner}.`),
  resources: [
    { name: 'disk', type: 'mirror-disk', detail: '/dev/NMP1 → /mnt/mirror' },
    { name: 'address', type: 'floating-ip', detail: '192.168.4.15' },
    { name: 'httpd', type: 'script', detail: 'scripts/Apache/start.sh' },
  ].map((resource) => ({ ...resource, state: 'running' as const, error: null })),
  monitors: [
    { name: 'page', type: 'http', state: 'ok', error: null },
    { name: 'public-lan', type: 'link', state: 'ok', error: null },
  ],
})
const halted = (state: 'stopped' | 'failed', why: Message): Part<'groups'> => ({
  ...running('SERVER1'),
  state,
  health: state === 'failed' ? 'red' : 'yellow',
  owner: null,
  why,
  resources: running('SERVER1').resources.map((resource) => ({ ...resource, state: 'stopped' })),
  monitors: running('SERVER1').monitors.map((monitor) => ({ ...monitor, state: 'unknown' })),
})
const replicas = (one: Health, other: Health, active: string | null = 'SERVER1') =>
  (
    [
      ['SERVER1', one],
      ['SERVER2', other],
    ] as const
  ).map(([name, health]) => ({
    server: name,
    health,
    role: name === active ? ('active' as const) : ('standby' as const),
    generation: null,
    map: null,
    differingBytes: null,
  }))
const inSync: Part<'mirrors'> = {
  name: 'NMP1',
  device: '/dev/NMP1',
  state: 'in-sync',
  health: 'green',
  why: fine,
  percent: null,
  bytesLeft: null,
  copy: null,
  backlogBytes: 0,
  hold: null,
  verify: null,
  path: 'interconnect',
  sizeBytes: 1_073_741_824,
  replicas: replicas('green', 'green'),
}
const green: ClusterStatus = {
  superCluster: 'SuperCluster',
  cluster: 'Cluster1',
  reportedBy: 'SERVER1',
  at: '2026-11-22T05:00:00.000Z',
  summary: {
    health: 'green',
    why: both(
      'グループ Apache は SERVER1 で動作しており、SERVER2 はいつでも引き継げます。',
      'Group Apache runs on SERVER1, and SERVER2 can take over at any time.',
    ),
    next: null,
  },
  servers: [server('SERVER1'), server('SERVER2')],
  heartbeat: { longestSilenceMs: 112, timeoutMs: 1300, health: 'green', why: fine },
  arbiter: { method: 'ping', state: 'untried', health: 'green', why: fine },
  links,
  groups: [running('SERVER1')],
  mirrors: [inSync],
}

const takenOver: ClusterStatus = {
  ...green,
  reportedBy: 'SERVER2',
  summary: {
    health: 'yellow',
    why: both(
      'SERVER1 が停止したため、グループ Apache は SERVER2 で動作しています。いま SERVER2 が止まるとサービスも止まります。',
      'Group Apache runs on SERVER2, because SERVER1 is dead. If SERVER2 stops now, the service stops too.',
    ),
    next: both(
      'SERVER1 を調べ、直してから起動してください。起動するとミラー復帰は自動で行われます。',
      'find out why SERVER1 stopped, mend it and start it. The mirror is then recovered by itself.',
    ),
  },
  servers: [dead('SERVER1'), server('SERVER2')],
  links: linksDown,
  groups: [running('SERVER2')],
  mirrors: [
    {
      ...inSync,
      state: 'alone',
      health: 'yellow',
      path: null,
      why: both(
        'SERVER1 を切り離したため、SERVER2 が単独で書き込みを続けています。',
        'SERVER2 goes on alone: SERVER1 is out of the cluster.',
      ),
      replicas: replicas('red', 'green', 'SERVER2'),
    },
  ],
}

const copying: ClusterStatus = {
  ...green,
  reportedBy: 'SERVER2',
  summary: {
    health: 'yellow',
    why: both(
      'グループ Apache は SERVER2 で動作しています。SERVER1 へのミラー復帰が終わるまで、SERVER1 は引き継げません。',
      'Group Apache runs on SERVER2. SERVER1 cannot take over before its copy is complete.',
    ),
    next: both(
      'ミラー復帰が終わるまで待ってください。SERVER2 の電源を切らないでください。',
      'wait until the copy is complete; do not power SERVER2 off.',
    ),
  },
  groups: [running('SERVER2')],
  mirrors: [
    {
      ...inSync,
      state: 'copying',
      health: 'yellow',
      percent: 42.7,
      bytesLeft: 615_514_112,
      why: both(
        'SERVER2 から SERVER1 へコピーしています。',
        'SERVER1 is being brought up to date from SERVER2.',
      ),
      replicas: replicas('yellow', 'green', 'SERVER2'),
    },
  ],
}

const frozen: ClusterStatus = {
  ...green,
  summary: {
    health: 'red',
    why: both(
      'SERVER2 から応答がなく、SERVER1 は書き込みの応答を保留しています。Apache は読み出しだけ続けられます。',
      'SERVER2 does not answer, so SERVER1 holds back writes. Apache can only read.',
    ),
    next: both(
      '通常は数秒で自動的に続行します。1 分以上続く場合は SERVER2 と LAN を調べてください。',
      'it goes on by itself within seconds. If this lasts a minute, look at SERVER2 and at the network.',
    ),
  },
  servers: [
    server('SERVER1'),
    {
      name: 'SERVER2',
      state: 'silent',
      health: 'yellow',
      why: both(
        'SERVER2 のハートビートが 900 ミリ秒間ありません。',
        'SERVER2 has been silent for 900 ms.',
      ),
    },
  ],
  links: linksDown,
  mirrors: [
    {
      ...inSync,
      state: 'frozen',
      health: 'red',
      path: null,
      why: both(
        '相手の複製と通信できないため、書き込みの応答を保留しています。',
        'Writes are held back: the other replica cannot be reached.',
      ),
      replicas: replicas('green', 'gray'),
    },
  ],
}

const splitBrain: ClusterStatus = {
  ...green,
  summary: {
    health: 'red',
    why: both(
      'NMP1 は両方のサーバで別々に書き込まれました（スプリットブレイン）。グループ Apache は SERVER1 で動作を続け、両方のデータを保持しています。',
      'NMP1 was written on both servers separately (split brain). Apache goes on running on SERVER1; both versions of the data are kept.',
    ),
    next: both(
      '残すほうのサーバを決めてください。決めるまで何も破棄しません。',
      'decide which server keeps its data. Until then nothing is discarded.',
    ),
  },
  mirrors: [
    {
      ...inSync,
      state: 'split-brain',
      health: 'red',
      path: null,
      why: both(
        '互いに通信できない間に、両方のサーバが単独で続行しました。自動では結合しません。',
        'Both servers went on alone while they could not hear each other; nothing is merged by itself.',
      ),
      replicas: replicas('green', 'red'),
    },
  ],
}

const waiting: ClusterStatus = {
  ...green,
  summary: {
    health: 'yellow',
    why: both(
      'SERVER2 の起動を待っています（残り 214 秒）。グループ Apache はその後に開始します。',
      'Waiting for SERVER2 to appear (214 s left) before group Apache is started.',
    ),
    next: both(
      'SERVER2 を起動してください。起動できないときは、待ち時間が終わるのを待ってください。',
      'start SERVER2. If it cannot be started, wait until the time is over.',
    ),
  },
  servers: [
    {
      name: 'SERVER1',
      state: 'starting',
      health: 'yellow',
      why: both('SERVER1 は起動処理中です。', 'SERVER1 is starting.'),
    },
    {
      name: 'SERVER2',
      state: 'unknown',
      health: 'gray',
      why: both('SERVER2 からまだ何も聞いていません。', 'Nothing was heard from SERVER2 yet.'),
    },
  ],
  links: linksDown.map((link) => ({ ...link, state: 'unknown' })),
  groups: [
    halted(
      'stopped',
      both(
        'SERVER2 の起動を待っています（残り 214 秒）。グループ Apache はその後に開始します。',
        'Waiting for SERVER2 to appear (214 s left) before group Apache is started.',
      ),
    ),
  ],
  mirrors: [
    {
      ...inSync,
      state: 'disconnected',
      health: 'gray',
      path: null,
      why: both(
        '相手サーバと照合するまで、最新かどうか分かりません。',
        'Whether a replica is up to date is not known before the two have been compared.',
      ),
      replicas: replicas('gray', 'gray', null),
    },
  ],
}

const failedGroup = halted(
  'failed',
  both(
    'SERVER1 でも SERVER2 でもリソース httpd を開始できませんでした。',
    'Resource httpd could be started neither on SERVER1 nor on SERVER2.',
  ),
)
const failed: ClusterStatus = {
  ...green,
  summary: {
    health: 'red',
    why: both(
      'グループ Apache はどちらのサーバでも動作していません。リソース httpd を開始できませんでした。',
      'Group Apache runs on neither server: resource httpd could not be started.',
    ),
    next: both(
      '開始スクリプトを直し、「kagami group start Apache」を実行してください。',
      'correct the start script, then run: kagami group start Apache',
    ),
  },
  groups: [
    {
      ...failedGroup,
      resources: failedGroup.resources.map((resource) =>
        resource.name === 'httpd'
          ? {
              ...resource,
              state: 'failed',
              error: both(
                'scripts/Apache/start.sh が終了コード 1 で終わりました。',
                'scripts/Apache/start.sh ended with exit code 1.',
              ),
            }
          : resource,
      ),
    },
  ],
}

export const fixtures = {
  green,
  'taken-over': takenOver,
  copying,
  frozen,
  'split-brain': splitBrain,
  waiting,
  failed,
} as const satisfies Record<string, ClusterStatus>
