/** Messages of mirror disks about what secures their link: 3080–3099. */
import type { MessageEntry } from './message.ts'

const makeAnew = {
  ja: 'クラスタの証明書を作り直して両サーバに配置し、kagami-mirrord を再起動してください。',
  en: "Make the cluster's certificates anew, place them on both servers and restart kagami-mirrord.",
} as const

export const mirrorSecurityMessages = {
  'mirrord-link-unproved': {
    number: 3080,
    severity: 'warning',
    ja: 'ミラー {mirror}: {path} の接続相手が {peer} であることを確かめられないため、閉じました ({fault}、通算 {count})。',
    en: 'Mirror {mirror}: closed a connection on {path} that did not prove to be {peer} ({fault}, {count} so far).',
    cause: {
      ja: '別のソフトウェアによる接続、別のクラスタの証明書、期限切れ、または時計のずれです。一方のサーバだけリンク保護を無効にした場合も出ます。',
      en: 'Other software, certificates of another cluster, an expired one, or a wrong clock; or the link security is off on one server only.',
    },
    action: {
      ja: '両サーバの証明書、定義、時計を確認し、このポートに他から接続できないようにしてください。',
      en: 'Check certificates, definition and clock of both servers, and let nobody else reach this port.',
    },
  },
  'mirrord-certificate-wrong': {
    number: 3081,
    severity: 'error',
    ja: 'ミラー用リンクの証明書または鍵 {path} を使えません: {detail}',
    en: 'The certificate or key {path} for the mirror link cannot be used: {detail}',
    cause: {
      ja: 'ファイルがないか、壊れているか、別のサーバやクラスタのものです。',
      en: 'The file is missing or damaged, or belongs to another server or cluster.',
    },
    action: makeAnew,
  },
  'mirrord-certificate-expired': {
    number: 3082,
    severity: 'error',
    ja: 'ミラー用リンクの証明書 {path} は期限切れです ({until} まで)。相手サーバに接続できません。',
    en: 'The certificate {path} for the mirror link has expired ({until}); the peer will not accept it.',
    cause: {
      ja: '有効期間が過ぎたか、このサーバの時計が進みすぎています。',
      en: 'Its time is over, or the clock of this server is far ahead.',
    },
    action: makeAnew,
  },
  'mirrord-certificate-expires': {
    number: 3083,
    severity: 'warning',
    ja: 'ミラー用リンクの証明書 {path} はあと {days} 日で期限切れになります ({until} まで)。',
    en: 'The certificate {path} for the mirror link expires in {days} days ({until}).',
    cause: {
      ja: '期限が過ぎるとミラーリングできなくなります。',
      en: 'Without a valid one there is no mirroring.',
    },
    action: makeAnew,
  },
  'mirrord-certificate-early': {
    number: 3084,
    severity: 'error',
    ja: 'ミラー用リンクの証明書 {path} はまだ有効ではありません ({from} から)。',
    en: 'The certificate {path} for the mirror link is not valid yet (from {from}).',
    cause: {
      ja: 'このサーバの時計が遅れています。',
      en: 'The clock of this server is behind.',
    },
    action: {
      ja: '時計を合わせてください。',
      en: 'Set the clock.',
    },
  },
} as const satisfies Record<string, MessageEntry>
