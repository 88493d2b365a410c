/** Messages of orders for a whole server: numbers 2320–2339. */
import type { MessageEntry } from './message.ts'

export const serverOrderMessages = {
  'server-standby-ordered': {
    number: 2320,
    severity: 'info',
    ja: '操作により {server} を待機専用にします。動作中のグループは {peer} に移します。',
    en: '{server} is kept free of groups, as an operator ordered; what runs here moves to {peer}.',
  },
  'server-standby-already': {
    number: 2321,
    severity: 'info',
    ja: '{server} はすでに待機専用です。',
    en: '{server} is kept free of groups already.',
  },
  'server-online-ordered': {
    number: 2322,
    severity: 'info',
    ja: '操作により {server} の待機専用を解除しました。グループは今のサーバで動作を続けます。',
    en: '{server} may run groups again, as an operator ordered; groups stay where they are.',
  },
  'server-online-already': {
    number: 2323,
    severity: 'info',
    ja: '{server} は待機専用ではありません。',
    en: '{server} is not kept free of groups.',
  },
  'server-on-standby': {
    number: 2324,
    severity: 'warning',
    ja: '{server} は待機専用のため、グループ {group} を開始しません。',
    en: '{server} does not run group {group}: an operator keeps it free of groups.',
    cause: {
      ja: '「kagami server standby {server}」が実行されています。サーバを再起動しても続きます。',
      en: 'kagami server standby {server} was ordered; that lasts over reboots.',
    },
    action: {
      ja: '使えるようにするには「kagami server online {server}」を実行してください。',
      en: 'To use it again: kagami server online {server}',
    },
  },
  'server-not-waiting': {
    number: 2325,
    severity: 'error',
    ja: '{server} は相手サーバの起動を待っていません。',
    en: '{server} is not waiting for its peer.',
    cause: {
      ja: '起動待ちはすでに終わっています。',
      en: 'The wait at the start is over already.',
    },
    action: {
      ja: '「kagami status」で状態を確認してください。',
      en: 'kagami status shows what it is doing.',
    },
  },
  'server-wait-ended': {
    number: 2326,
    severity: 'warning',
    ja: '操作により、{server} は {peer} の起動を待つのをやめました。最新のデータを持つことが確かな場合にだけ単独で開始します。',
    en: '{server} stops waiting for {peer}, as an operator ordered; it starts alone only what it has the newest data of.',
    cause: {
      ja: '「kagami server stop-waiting」が実行されました。',
      en: 'kagami server stop-waiting was ordered.',
    },
    action: {
      ja: '{peer} が後から起動した場合は、自動で合流します。',
      en: 'Nothing. When {peer} appears later, the two meet by themselves.',
    },
  },
  'server-kept-free': {
    number: 2327,
    severity: 'info',
    ja: '待機専用（操作による）。グループは動作しません',
    en: 'kept free of groups, as an operator ordered',
  },
  'server-kept-free-sentence': {
    number: 2328,
    severity: 'warning',
    ja: '{server} は待機専用のため、もう一方のサーバが停止しても引き継ぎは行われません。',
    en: '{server} is kept free of groups: nobody takes over when the other server stops.',
    cause: {
      ja: '「kagami server standby {server}」が実行されています。',
      en: 'kagami server standby {server} was ordered.',
    },
    action: {
      ja: '作業が終わったら「kagami server online {server}」を実行してください。',
      en: 'When the work on it is done: kagami server online {server}',
    },
  },
} as const satisfies Record<string, MessageEntry>
