/** Messages of maintenance, of the order between groups and of the end of a cluster: 2340–2369. */
import type { MessageEntry } from './message.ts'

export const maintenanceMessages = {
  'suspend-ordered': {
    number: 2340,
    severity: 'warning',
    ja: '操作により {what} を保留にしました。再開するまで、監視も自動の移動や引き継ぎも行いません。',
    en: '{what} is suspended, as an operator ordered: nothing happens to it by itself until it is resumed.',
    cause: {
      ja: '「kagami … suspend」が実行されました。',
      en: 'kagami … suspend was ordered.',
    },
    action: {
      ja: '作業が終わったら「kagami … resume」を実行してください。',
      en: 'When the work is done: kagami … resume',
    },
  },
  'resume-ordered': {
    number: 2341,
    severity: 'info',
    ja: '操作により {what} を再開しました。',
    en: '{what} is looked after again, as an operator ordered.',
  },
  'suspended-already': {
    number: 2342,
    severity: 'info',
    ja: '{what} はすでに保留中です。',
    en: '{what} is suspended already.',
  },
  'not-suspended': {
    number: 2343,
    severity: 'info',
    ja: '{what} は保留中ではありません。',
    en: '{what} is not suspended.',
  },
  'group-suspended': {
    number: 2344,
    severity: 'warning',
    ja: 'グループ {group} は操作により保留中です。監視も、自動の移動や引き継ぎも行いません。',
    en: 'Group {group} is suspended by an operator: it is neither watched nor moved nor taken over.',
    cause: {
      ja: '保守作業のために保留にされています。サーバを再起動しても続きます。',
      en: 'It was suspended for maintenance; that lasts over reboots.',
    },
    action: {
      ja: '再開するには「kagami group resume {group}」を実行してください。',
      en: 'To have it looked after again: kagami group resume {group}',
    },
  },
  'monitor-unknown': {
    number: 2345,
    severity: 'error',
    ja: 'グループ {group} にモニタ {monitor} はありません。',
    en: 'Group {group} has no monitor {monitor}.',
    cause: { ja: '名前が違います。', en: 'The name is wrong.' },
    action: {
      ja: '「kagami status」で名前を確認してください。',
      en: 'kagami status shows the names.',
    },
  },
  'group-waits-for-group': {
    number: 2346,
    severity: 'info',
    ja: 'グループ {group} は、グループ {other} が動作するのを待っています。',
    en: 'Group {group} starts after group {other}, which does not run yet.',
  },
  'group-needed': {
    number: 2347,
    severity: 'error',
    ja: 'グループ {group} は、動作中のグループ {other} に必要なため停止しません。',
    en: 'Group {group} is not stopped: group {other} needs it and runs.',
    cause: {
      ja: '{other} の定義の startAfter に {group} があります。',
      en: 'The definition of {other} names {group} in startAfter.',
    },
    action: {
      ja: '先に「kagami group stop {other}」を実行してください。',
      en: 'First: kagami group stop {other}',
    },
  },
  'cluster-shutdown-ordered': {
    number: 2348,
    severity: 'info',
    ja: '操作によりクラスタ（{server} と {peer}）を停止します。',
    en: 'The whole cluster ({server} and {peer}) is stopped, as an operator ordered.',
  },
  'cluster-shutting-down': {
    number: 2349,
    severity: 'info',
    ja: 'クラスタを停止中のため、{server} では何も開始しません。',
    en: 'Nothing starts on {server} any more: the cluster is being stopped.',
  },
  'loser-goes-down': {
    number: 2350,
    severity: 'warning',
    ja: '{peer} に続行を譲ったため、定義（loser）に従って {server} を停止します。',
    en: '{server} had to give way to {peer} and goes down, as the definition has it (loser).',
    cause: {
      ja: '両サーバが互いに通信できず、{server} は続行を認められませんでした。',
      en: 'The servers could not hear each other, and {server} was not the one to go on.',
    },
    action: {
      ja: 'LAN を調べてから {server} を起動してください。',
      en: 'Look at the network, and start {server}.',
    },
  },
} as const satisfies Record<string, MessageEntry>
