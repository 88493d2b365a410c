/** Messages of replicas and the permission to use them: numbers 2200–2299. */
import type { MessageEntry } from './message.ts'

export const replicaMessages = {
  'replica-not-answering': {
    number: 2201,
    severity: 'warning',
    ja: '{server} の {mirror} の kagami-mirrord が応答しません。',
    en: 'kagami-mirrord of {mirror} does not answer on {server}.',
    cause: { ja: '起動中か、起動に失敗しています。', en: 'It is starting, or could not start.' },
    action: {
      ja: '続く場合は {server} のログを確認してください。',
      en: 'If this lasts, look at the log of {server}.',
    },
  },
  'replica-outdated': {
    number: 2202,
    severity: 'warning',
    ja: '{server} の {mirror} は最新ではありません（相手が単独で書き込みました）。',
    en: '{mirror} on {server} is not up to date: the peer went on without it.',
    cause: {
      ja: 'このサーバがいない間に、相手サーバが書き込みました。',
      en: 'The peer wrote while this server was away.',
    },
    action: {
      ja: '相手サーバとつながれば自動でミラー復帰します。',
      en: 'It is recovered by itself as soon as the peer is there.',
    },
  },
  'replica-older-than-peer': {
    number: 2203,
    severity: 'info',
    ja: '{mirror} は {peer} のほうが新しいため、{server} では開始しません。',
    en: '{mirror} on {peer} is newer than on {server}.',
  },
  'replica-failed': {
    number: 2204,
    severity: 'error',
    ja: '{server} の {mirror} のディスクが故障しています。',
    en: 'The disk of {mirror} has failed on {server}.',
    cause: {
      ja: '書き込みまたはフラッシュがエラーになりました。',
      en: 'A write or a flush returned an error.',
    },
    action: { ja: 'ディスクを交換してください。', en: 'Replace the disk.' },
  },
  'replica-split-brain': {
    number: 2205,
    severity: 'error',
    ja: '{mirror} は両方のサーバで別々に書き込まれています（スプリットブレイン）。自動では結合しません。',
    en: '{mirror} was written on both servers separately (split brain); nothing is merged by itself.',
    cause: {
      ja: '互いに通信できない間に、両方のサーバが単独で続行しました。',
      en: 'Both servers went on alone while they could not hear each other.',
    },
    action: {
      ja: '残すほうのサーバを決めてください。決めるまで両方のデータを保持します。',
      en: 'Decide which server keeps its data. Until then both versions are kept.',
    },
  },
  'replica-being-copied': {
    number: 2206,
    severity: 'info',
    ja: '{server} の {mirror} はミラー復帰中です（{percent} %）。',
    en: '{mirror} on {server} is being recovered ({percent} %).',
  },
  'replica-never-built': {
    number: 2207,
    severity: 'info',
    ja: '{server} の {mirror} はまだ一度もコピーされていません。',
    en: '{mirror} on {server} has never been copied yet.',
  },
  'replica-inconsistent': {
    number: 2208,
    severity: 'warning',
    ja: '{server} の {mirror} はコピー途中で、使えません。',
    en: '{mirror} on {server} holds an unfinished copy and cannot be used.',
    cause: { ja: 'ミラー復帰が途中で止まりました。', en: 'A mirror recovery was interrupted.' },
    action: {
      ja: '相手サーバとつながれば自動で続きます。',
      en: 'It goes on by itself as soon as the peer is there.',
    },
  },
  'replica-not-proved': {
    number: 2209,
    severity: 'info',
    ja: '{server} の {mirror} が最新かどうかは、相手サーバと照合するまで分かりません。',
    en: 'Whether {mirror} on {server} is up to date is not known before it has been compared with the peer.',
  },
  'peer-not-paired': {
    number: 2210,
    severity: 'warning',
    ja: '{peer} はいま引き継げる状態ではありません。',
    en: '{peer} is not in the cluster now and cannot take anything over.',
    cause: {
      ja: '{peer} が停止中、起動中、または通信できません。',
      en: '{peer} is off, starting, or cannot be heard.',
    },
    action: {
      ja: '{peer} を起動し、状態が緑色になるまで待ってください。',
      en: 'Start {peer} and wait until it is green.',
    },
  },
  'peer-lacks-group': {
    number: 2211,
    severity: 'error',
    ja: '{peer} の定義にはグループ {group} がありません。',
    en: '{peer} does not know group {group}.',
    cause: { ja: '両サーバの定義が異なります。', en: 'The definitions on the two servers differ.' },
    action: {
      ja: '同じ定義を両サーバに適用してください。',
      en: 'Apply the same definition on both servers.',
    },
  },
  'peer-replica-not-in-sync': {
    number: 2212,
    severity: 'warning',
    ja: '{peer} の {mirror} は最新ではないため、{server} から移せません。',
    en: '{mirror} on {peer} is not in sync, so nothing moves away from {server}.',
    cause: {
      ja: 'ミラー復帰が終わっていないか、始まっていません。',
      en: 'Its recovery has not finished or not begun.',
    },
    action: {
      ja: '「kagami status」でミラーが同期するまで待ってください。',
      en: 'Wait until kagami status shows the mirror in sync.',
    },
  },
  'replica-marked-outdated': {
    number: 2213,
    severity: 'info',
    ja: '{peer} が単独で続行できるよう、{server} の {mirror} を「最新でない」と記録しました。',
    en: '{mirror} on {server} is marked outdated, so that {peer} may go on without it.',
  },
  'mirror-frozen': {
    number: 2214,
    severity: 'warning',
    ja: '{mirror} の相手と通信できないため、{server} は書き込みの応答を保留しています。',
    en: '{server} holds back writes to {mirror}: the other replica cannot be reached.',
    cause: { ja: 'ミラーの通信が切れました。', en: 'The mirror link is broken.' },
    action: {
      ja: '通常は数秒で自動的に続行します。続く場合は相手サーバと LAN を確認してください。',
      en: 'It goes on by itself within seconds. If not, look at the other server and at the network.',
    },
  },
  'alone-peer-excluded': {
    number: 2215,
    severity: 'info',
    ja: '{peer} を切り離したため、{server} の {mirror} は単独で書き込みを続けます。',
    en: '{mirror} goes on alone on {server}: {peer} is out of the cluster.',
  },
  'alone-peer-outdated': {
    number: 2216,
    severity: 'info',
    ja: '{peer} の複製が「最新でない」と記録されたため、{server} の {mirror} は単独で書き込みを続けます。',
    en: '{mirror} goes on alone on {server}: {peer} has marked its replica outdated.',
  },
  'mirrord-starting': {
    number: 2217,
    severity: 'info',
    ja: '{server} で {mirror} の kagami-mirrord を起動します。',
    en: 'kagami-mirrord of {mirror} is started on {server}.',
  },
  'mirrord-died': {
    number: 2218,
    severity: 'warning',
    ja: '{server} で {mirror} の kagami-mirrord が終了しました。',
    en: 'kagami-mirrord of {mirror} has ended on {server}.',
    cause: {
      ja: 'プロセスが終了されたか、異常終了しました。',
      en: 'The process was killed or crashed.',
    },
    action: {
      ja: '自動で起動し直します。繰り返す場合はログを確認してください。',
      en: 'It is started again by itself. If it happens again, look at the log.',
    },
  },
} as const satisfies Record<string, MessageEntry>
