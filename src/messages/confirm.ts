/** What an order would cost, said before it is given: numbers 6240–6269. */
import type { MessageEntry } from './message.ts'

export const confirmMessages = {
  'order-needs-confirmation': {
    number: 6240,
    severity: 'error',
    ja: 'この操作の結果を確認してから、もう一度指示してください。',
    en: 'This order has a consequence that must be confirmed first.',
    cause: {
      ja: 'サービスや冗長性に影響する操作は、結果を示したうえで受け付けます。',
      en: 'What touches the service or its protection is accepted only for what was shown.',
    },
    action: {
      ja: '示された結果を確認し、確認の符号 (seen) を付けて指示してください。',
      en: 'Read what it would do, and give the order again with the token `seen` of this answer.',
    },
  },
  'order-changed': {
    number: 6241,
    severity: 'error',
    ja: '結果を表示した後に、クラスタの状態が変わりました。',
    en: 'The cluster has changed since the consequence was shown.',
    cause: {
      ja: '別の操作やフェイルオーバ、ミラーの状態の変化がありました。',
      en: 'There was another order, a failover, or a change of the mirror.',
    },
    action: {
      ja: '新しい結果を確認してから、もう一度指示してください。',
      en: 'Read the new consequence, then give the order again.',
    },
  },
  'would-stop-group': {
    number: 6242,
    severity: 'info',
    ja: 'グループ {group} は {server} で停止します。次に開始するまで、サービスは使えません。',
    en: 'Group {group} stops on {server}: nothing serves its clients until it is started again.',
  },
  'would-move-group': {
    number: 6243,
    severity: 'info',
    ja: 'グループ {group} は {server} で停止し、{other} で開始します。利用者には短い中断が見えます。',
    en: 'Group {group} stops on {server} and starts on {other}: its clients notice a short pause.',
  },
  'would-free-server': {
    number: 6244,
    severity: 'info',
    ja: '{server} のグループは {other} へ移動します。{other} が停止しても、{server} は引き継ぎません。',
    en: 'The groups of {server} move to {other}. If {other} fails, {server} does not take over.',
  },
  'would-leave': {
    number: 6245,
    severity: 'info',
    ja: '{server} が停止し、そのグループは {other} へ移動します。{server} が戻るまで {other} の障害には備えがありません。',
    en: '{server} leaves, and its groups move to {other}. Until it is back, nothing takes over if {other} fails.',
  },
  'would-leave-last': {
    number: 6246,
    severity: 'info',
    ja: '{server} が停止します。引き継げるサーバがないため、そのグループのサービスは使えなくなります。',
    en: '{server} leaves, and no other server can run its groups: nothing serves their clients then.',
  },
  'would-shut-down-cluster': {
    number: 6247,
    severity: 'info',
    ja: 'すべてのグループと両方のサーバが停止します。起動するまで、サービスは使えません。',
    en: 'All groups and both servers stop: nothing serves the clients until they are started again.',
  },
  'would-break-mirror': {
    number: 6248,
    severity: 'info',
    ja: 'ミラー {mirror} の複製を切り離します。ミラーを復帰させるまで、{server} が停止しても引き継げません。',
    en: 'Mirror {mirror} is kept on {server} alone: if it fails before a recovery, nothing can take over.',
  },
  'would-cancel-copy': {
    number: 6249,
    severity: 'info',
    ja: 'ミラー {mirror} の復帰を中止します。復帰を指示するまで、{server} の複製は最新になりません。',
    en: 'The recovery of mirror {mirror} stops: {server} stays NOT up to date until one is ordered.',
  },
  'would-lose': {
    number: 6250,
    severity: 'info',
    ja: '{loser} の複製だけにある書き込み（約 {size}）は、元に戻せない形で失われます。',
    en: 'What only {loser} holds is given up for good: about {size} that the other server does not have.',
  },
  'would-lose-since': {
    number: 6251,
    severity: 'info',
    ja: '{since} 以降に {loser} だけに書き込まれたデータ（約 {size}）は、元に戻せない形で失われます。',
    en: '{loser} loses for good what was written only there since {since}: about {size}.',
  },
  'would-lose-unknown': {
    number: 6252,
    severity: 'info',
    ja: '{loser} の複製だけにある書き込みは、元に戻せない形で失われます。今はその量を確認できません。',
    en: 'What only {loser} holds is given up for good; how much that is cannot be seen now.',
  },
  'mirror-verify-ordered': {
    number: 6253,
    severity: 'info',
    ja: 'ミラー {mirror}: 両方の複製の照合を始めました。',
    en: 'Mirror {mirror}: the comparison of both replicas has begun.',
  },
  'mirror-unknown-name': {
    number: 6254,
    severity: 'error',
    ja: 'ミラーディスク「{mirror}」はありません。',
    en: 'There is no mirror disk "{mirror}".',
    cause: {
      ja: '名前の誤りか、構成にないミラーディスクです。',
      en: 'The name was mistyped, or is not in the definition.',
    },
    action: {
      ja: '「kagami status」で名前を確認してください。',
      en: 'See the names with: kagami status',
    },
  },
  'peer-not-asked': {
    number: 6255,
    severity: 'error',
    ja: '{server} に指示を届けられませんでした。',
    en: 'The order could not be brought to {server}.',
    cause: {
      ja: '{server} が停止しているか、サーバ間の通信が切れています。',
      en: '{server} is off, or nothing gets through between the servers.',
    },
    action: {
      ja: '「kagami status」で状態を確認し、{server} が戻ってからやり直してください。',
      en: 'Look at kagami status, and try again when {server} is back.',
    },
  },
} as const satisfies Record<string, MessageEntry>
