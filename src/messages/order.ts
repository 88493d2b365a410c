/** Messages of operators' orders and of the core's own record: numbers 2300–2499. */
import type { MessageEntry } from './message.ts'

export const orderMessages = {
  'group-unknown': {
    number: 2301,
    severity: 'error',
    ja: 'グループ {group} はありません。',
    en: 'There is no group {group}.',
    cause: { ja: '名前が違います。', en: 'The name is misspelt.' },
    action: {
      ja: '「kagami status」でグループ名を確認してください。',
      en: 'kagami status shows the names of the groups.',
    },
  },
  'server-unknown': {
    number: 2302,
    severity: 'error',
    ja: 'サーバ {server} はこのクラスタにありません（{first} または {second}）。',
    en: 'There is no server {server} in this cluster; it has {first} and {second}.',
    cause: { ja: '名前が違います。', en: 'The name is misspelt.' },
    action: { ja: 'サーバ名を確認してください。', en: 'Use one of those names.' },
  },
  'peer-not-reachable': {
    number: 2303,
    severity: 'error',
    ja: '{peer} と通信できないため、指示を伝えられません。',
    en: 'The order could not be passed on: {peer} does not answer.',
    cause: { ja: '{peer} が停止中か、通信できません。', en: '{peer} is off or cannot be reached.' },
    action: {
      ja: '「kagami status」で状態を確認してください。',
      en: 'kagami status shows what is known of it.',
    },
  },
  'group-not-running': {
    number: 2304,
    severity: 'error',
    ja: 'グループ {group} は動作していないため、移動できません。',
    en: 'Group {group} does not run, so it cannot be moved.',
    cause: { ja: 'グループは停止しています。', en: 'The group is stopped.' },
    action: {
      ja: '「kagami group start {group}」で開始してください。',
      en: 'Start it: kagami group start {group}',
    },
  },
  'group-busy': {
    number: 2305,
    severity: 'error',
    ja: 'グループ {group} は {server} で開始または停止の途中です。',
    en: 'Group {group} is just being started or stopped on {server}.',
    cause: { ja: '前の操作がまだ終わっていません。', en: 'An earlier operation has not finished.' },
    action: {
      ja: '終わるまで待ってから、もう一度実行してください。',
      en: 'Wait until it has finished and try again.',
    },
  },
  'group-runs-already': {
    number: 2306,
    severity: 'error',
    ja: 'グループ {group} はすでに {server} で動作しています。',
    en: 'Group {group} runs on {server} already.',
    cause: {
      ja: '別のサーバでの開始は移動になります。',
      en: 'To run it elsewhere it has to be moved.',
    },
    action: {
      ja: '「kagami group move {group}」を実行してください。',
      en: 'Use kagami group move {group}',
    },
  },
  'group-already-there': {
    number: 2307,
    severity: 'info',
    ja: 'グループ {group} はすでに {server} で動作しています。',
    en: 'Group {group} is on {server} already.',
  },
  'group-move-ordered': {
    number: 2308,
    severity: 'info',
    ja: '操作により、グループ {group} を {server} から {peer} に移動します。',
    en: 'Group {group} moves from {server} to {peer}, as an operator ordered.',
  },
  'group-start-ordered': {
    number: 2309,
    severity: 'info',
    ja: '操作により、グループ {group} を開始します。',
    en: 'Group {group} is being started, as an operator ordered.',
  },
  'group-stop-ordered': {
    number: 2310,
    severity: 'info',
    ja: '操作により、{server} のグループ {group} を停止します。',
    en: 'Group {group} is being stopped on {server}, as an operator ordered.',
  },
  'server-leaving': {
    number: 2311,
    severity: 'info',
    ja: '{server} はシャットダウンします。グループは {peer} に引き渡します。',
    en: '{server} is shutting down and hands its groups over to {peer}.',
  },
  'server-left': {
    number: 2312,
    severity: 'info',
    ja: '{server} はクラスタから離れました。',
    en: '{server} has left the cluster.',
  },
  'record-written': {
    number: 2401,
    severity: 'info',
    ja: '{server} の記録を書き込みます。',
    en: 'The record of {server} is written.',
  },
  'record-not-written': {
    number: 2402,
    severity: 'error',
    ja: '{server} は自分の記録を書き込めません。書き込めるまで新しい判断は行いません。',
    en: '{server} cannot write its own record; nothing new is decided until it can.',
    cause: {
      ja: '/var/lib/kagami のディスクが満杯か、故障しています。',
      en: 'The disk of /var/lib/kagami is full or broken.',
    },
    action: { ja: '空き領域を作ってください。', en: 'Make room on it.' },
  },
  'record-hopeless': {
    number: 2404,
    severity: 'error',
    ja: '{server} は記録を書き込めず、停止したグループ {group} を引き渡せません。自分自身をリセットし、{peer} が引き継ぎます。',
    en: '{server} resets itself: group {group} has stopped but cannot be handed over, because nothing can be recorded; {peer} takes over.',
    cause: {
      ja: '/var/lib/kagami のディスクが満杯か、故障しています。',
      en: 'The disk of /var/lib/kagami is full or broken.',
    },
    action: { ja: '空き領域を作ってください。', en: 'Make room on it.' },
  },
  'leftover-stopped': {
    number: 2405,
    severity: 'warning',
    ja: '停止したはずのグループ {group} のディスクが {server} でまだ使用中だったため、停止し直します。',
    en: 'Group {group} had stopped on {server}, but its disk was still active; it is stopped once more.',
    cause: {
      ja: '時間切れになった開始処理が、後から完了しました。',
      en: 'A start that had taken too long ended after all.',
    },
    action: {
      ja: '操作は不要です。繰り返す場合はサーバの負荷を調べてください。',
      en: 'Nothing. If it happens again, look at the load of the server.',
    },
  },
  'effect-overdue': {
    number: 2403,
    severity: 'error',
    ja: '操作 {effect} が時間内に終わりませんでした。',
    en: 'Operation {effect} did not finish in time.',
    cause: {
      ja: 'プログラムが応答しないか、サーバが過負荷です。',
      en: 'A program hangs, or the server is overloaded.',
    },
    action: {
      ja: 'サーバの負荷とログを確認してください。',
      en: 'Look at the load and the log of the server.',
    },
  },
} as const satisfies Record<string, MessageEntry>
