/** The words of the screens and of `--help`, in both languages. Sentences are messages instead. */
import type {
  ClusterStatus,
  GroupState,
  GroupStatus,
  Health,
  LinkStatus,
  MirrorStatus,
  ServerStatus,
} from '../api.ts'
import type { Language, Severity } from '../messages/message.ts'

type Monitor = GroupStatus['monitors'][number]
type Resource = GroupStatus['resources'][number]
type Replica = MirrorStatus['replicas'][number]
type Summary = ClusterStatus['summary']

export interface Words {
  readonly health: Readonly<Record<Summary['health'], string>>
  readonly next: string
  readonly nothingToDo: string
  readonly seenBy: (server: string, time: string) => string
  readonly labels: Readonly<
    Record<'cluster' | 'servers' | 'links' | 'arbiter' | 'group' | 'mirror' | 'monitors', string>
  >
  readonly arbiter: Readonly<Record<ClusterStatus['arbiter']['state'], string>>
  readonly silence: (longestMs: number, timeoutMs: number) => string
  readonly server: Readonly<Record<ServerStatus['state'], string>>
  readonly link: Readonly<Record<LinkStatus['state'], string>>
  readonly carries: Readonly<Record<LinkStatus['carries'][number], string>>
  /** With the owner, when there is one. */
  readonly group: (state: GroupState, owner: string | null) => string
  readonly resource: Readonly<Record<Resource['state'], string>>
  readonly monitor: Readonly<Record<Monitor['state'], string>>
  readonly mirror: Readonly<Record<MirrorStatus['state'], string>>
  readonly replica: Readonly<Record<Health, string>>
  readonly role: Readonly<Record<Replica['role'], string>>
  readonly left: (size: string) => string
  readonly severity: Readonly<Record<Severity, string>>
  readonly operations: {
    readonly by: (user: string, from: string) => string
    readonly done: string
    readonly refused: string
  }
  readonly milliseconds: string
}

const en: Words = {
  health: { green: 'OK', yellow: 'ATTENTION', red: 'FAILURE', gray: 'UNKNOWN' },
  next: 'Next step: ',
  nothingToDo: 'nothing needs to be done.',
  seenBy: (server, time) => `as ${server} sees it at ${time}`,
  labels: {
    cluster: 'Cluster',
    servers: 'Servers',
    links: 'Links',
    arbiter: 'Arbiter',
    group: 'Group',
    mirror: 'Mirror',
    monitors: 'monitor',
  },
  arbiter: {
    answers: 'answers',
    unreachable: 'NOT REACHED',
    'not-agreed': 'NOT AGREED ON',
    untried: 'asked when needed',
    none: 'silence alone decides',
  },
  silence: (longestMs, timeoutMs) => `heartbeat: longest silence ${longestMs} of ${timeoutMs} ms`,
  server: {
    online: 'online',
    starting: 'starting',
    offline: 'off',
    silent: 'silent',
    isolated: 'cut off',
    standby: 'kept free',
    leaving: 'shutting down',
    unknown: 'unknown',
  },
  link: { up: 'up', down: 'DOWN', unknown: 'unknown' },
  carries: { heartbeat: 'heartbeat', mirror: 'mirror copy' },
  group: (state, owner) => {
    const on = owner === null ? '' : ` on ${owner}`
    switch (state) {
      case 'running':
        return `running${on}`
      case 'starting':
        return `being started${on}`
      case 'stopping':
        return `being stopped${on}`
      case 'stopped':
        return 'stopped'
      case 'failed':
        return `FAILED${on}`
      case 'unknown':
        return 'unknown'
    }
  },
  resource: {
    running: 'running',
    starting: 'starting',
    stopping: 'stopping',
    stopped: 'stopped',
    failed: 'FAILED',
    unknown: 'unknown',
  },
  monitor: { ok: 'fine', failing: 'FAILING', unknown: 'not checking', suspended: 'suspended' },
  mirror: {
    'in-sync': 'both copies are equal',
    copying: 'being copied',
    alone: 'one copy only',
    frozen: 'FROZEN: writes wait',
    disconnected: 'not connected',
    'split-brain': 'SPLIT BRAIN: two different versions',
    failed: 'FAILED',
    unknown: 'unknown',
  },
  replica: { green: 'up to date', yellow: 'being updated', red: 'NOT up to date', gray: 'unknown' },
  role: { active: 'active (the group writes here)', standby: 'standby', unknown: '' },
  left: (size) => `${size} left`,
  severity: { info: 'info', warning: 'warning', error: 'ERROR' },
  operations: {
    by: (user, from) => (from === 'local' ? `${user} (here)` : `${user} (${from})`),
    done: 'accepted',
    refused: 'REFUSED',
  },
  milliseconds: 'ms',
}

const ja: Words = {
  health: { green: '正常', yellow: '注意', red: '異常', gray: '不明' },
  next: '次の操作：',
  nothingToDo: '何もする必要はありません。',
  seenBy: (server, time) => `${server} から見た状態 ${time}`,
  labels: {
    cluster: 'クラスタ',
    servers: 'サーバ',
    links: 'リンク',
    arbiter: '判定先',
    group: 'グループ',
    mirror: 'ミラー',
    monitors: 'モニタ',
  },
  arbiter: {
    answers: '応答あり',
    unreachable: '応答なし',
    'not-agreed': '未確認',
    untried: '必要時に使用',
    none: 'なし（途絶のみで判断）',
  },
  silence: (longestMs, timeoutMs) =>
    `ハートビート: 最長の途切れ ${longestMs} / ${timeoutMs} ミリ秒`,
  server: {
    online: '動作中',
    starting: '起動中',
    offline: '停止',
    silent: '応答なし',
    isolated: '孤立',
    standby: '待機専用',
    leaving: '停止処理中',
    unknown: '不明',
  },
  link: { up: '接続', down: '切断', unknown: '不明' },
  carries: { heartbeat: 'ハートビート', mirror: 'ミラー通信' },
  group: (state, owner) => {
    const on = owner === null ? '' : `${owner} で`
    switch (state) {
      case 'running':
        return `${on}動作中`
      case 'starting':
        return `${on}開始処理中`
      case 'stopping':
        return `${on}停止処理中`
      case 'stopped':
        return '停止'
      case 'failed':
        return `${on}異常`
      case 'unknown':
        return '不明'
    }
  },
  resource: {
    running: '動作中',
    starting: '開始処理中',
    stopping: '停止処理中',
    stopped: '停止',
    failed: '異常',
    unknown: '不明',
  },
  monitor: { ok: '正常', failing: '異常検出', unknown: '停止中', suspended: '保留' },
  mirror: {
    'in-sync': '両方とも同じ内容（同期済み）',
    copying: 'ミラー復帰中',
    alone: '片方だけで動作',
    frozen: '凍結：書き込みは待機中',
    disconnected: '未接続',
    'split-brain': 'スプリットブレイン：内容が食い違っています',
    failed: '異常',
    unknown: '不明',
  },
  replica: { green: '最新', yellow: '復帰中', red: '最新ではない', gray: '不明' },
  role: { active: '稼働系（ここに書き込み）', standby: '待機系', unknown: '' },
  left: (size) => `残り ${size}`,
  severity: { info: '情報', warning: '警告', error: 'エラー' },
  operations: {
    by: (user, from) => (from === 'local' ? `${user} (このサーバ)` : `${user} (${from})`),
    done: '受付',
    refused: '拒否',
  },
  milliseconds: 'ミリ秒',
}

export function wordsOf(language: Language): Words {
  return language === 'ja' ? ja : en
}
