/** Messages of resources, monitors and arbiters: numbers 4000–4999. */
import type { MessageEntry } from './message.ts'

export const resourceMessages = {
  'resource-failed': {
    number: 4001,
    severity: 'error',
    ja: 'リソース {resource} でエラーが起きました: {reason}',
    en: 'Resource {resource} failed: {reason}',
    cause: {
      ja: '文の後半がエラーの内容です。',
      en: 'The second half of the sentence says what failed.',
    },
    action: {
      ja: '原因を直してください。グループは自動で再試行されます。',
      en: 'Mend what it names; the group is tried again by itself.',
    },
  },
  'floating-ip-taken': {
    number: 4002,
    severity: 'error',
    ja: 'フローティング IP {address} は別のホストが使用しています。',
    en: 'Floating IP {address} is in use by another host.',
    cause: {
      ja: '同じアドレスを持つ機器がパブリック LAN にあります。',
      en: 'Some device on the public LAN has the same address.',
    },
    action: {
      ja: 'その機器のアドレスを変えてください。グループは自動で再試行されます。',
      en: 'Give that device another address; the group is tried again by itself.',
    },
  },
  'floating-ip-no-interface': {
    number: 4003,
    severity: 'error',
    ja: 'フローティング IP {address} を付けるネットワークがありません（{neighbour} を持つインタフェースがない）。',
    en: 'There is no network interface for floating IP {address}: none holds {neighbour}.',
    cause: {
      ja: 'パブリック LAN のインタフェースが設定されていません。',
      en: 'The public LAN of this server is not configured.',
    },
    action: {
      ja: 'サーバのアドレスを定義どおりに設定してください。',
      en: 'Give the server the address that the definition names.',
    },
  },
  'mount-point-busy': {
    number: 4004,
    severity: 'error',
    ja: 'マウントポイント {mountPoint} には {device} がマウントされています。',
    en: 'Mount point {mountPoint} is occupied by {device}.',
    cause: {
      ja: '別のファイルシステムがマウントされています（/etc/fstab を確認）。',
      en: 'Something else is mounted there; see /etc/fstab.',
    },
    action: { ja: 'それをアンマウントしてください。', en: 'Unmount it.' },
  },
  'script-missing': {
    number: 4005,
    severity: 'error',
    ja: 'リソース {resource} のスクリプト {path} がありません。',
    en: 'The script {path} of resource {resource} is missing.',
    cause: {
      ja: 'ファイルが消されたか、読めません。',
      en: 'The file was removed or cannot be read.',
    },
    action: { ja: '定義を適用し直してください。', en: 'Apply the definition again.' },
  },
  'script-failed': {
    number: 4006,
    severity: 'error',
    ja: 'リソース {resource} のスクリプト {path} が終了コード {code} で終わりました（{log} を参照）。',
    en: 'The script {path} of resource {resource} ended with code {code}; see {log}.',
    cause: { ja: 'スクリプトの中の命令が失敗しました。', en: 'A command in the script failed.' },
    action: {
      ja: 'ログを確認し、スクリプトかサービスを直してください。',
      en: 'Read the log and mend the script or the service.',
    },
  },
  'script-timed-out': {
    number: 4007,
    severity: 'error',
    ja: 'リソース {resource} のスクリプト {path} が {seconds} 秒以内に終わりませんでした。',
    en: 'The script {path} of resource {resource} did not end within {seconds} s.',
    cause: { ja: 'スクリプトの中の命令が終わりません。', en: 'A command in the script hangs.' },
    action: {
      ja: 'スクリプトを直すか、時間を延ばしてください。',
      en: 'Mend the script, or allow it more time.',
    },
  },
  'http-no-answer': {
    number: 4101,
    severity: 'warning',
    ja: '{url} が {seconds} 秒以内に応答しませんでした。',
    en: '{url} did not answer within {seconds} s.',
    cause: {
      ja: 'Web サーバが停止または停滞しています。',
      en: 'The web server has ended or hangs.',
    },
    action: {
      ja: '定義された回復動作が自動で行われます。',
      en: 'The recovery that the definition names follows by itself.',
    },
  },
  'http-status': {
    number: 4102,
    severity: 'warning',
    ja: '{url} がステータス {status} を返しました。',
    en: '{url} answered with status {status}.',
    cause: {
      ja: 'Web サーバの内部エラーです。',
      en: 'The web server reports an error of its own.',
    },
    action: {
      ja: '定義された回復動作が自動で行われます。',
      en: 'The recovery that the definition names follows by itself.',
    },
  },
  'http-failed': {
    number: 4103,
    severity: 'warning',
    ja: '{url} に接続できません: {reason}',
    en: '{url} could not be reached: {reason}',
    cause: { ja: 'Web サーバが動作していません。', en: 'The web server is not running.' },
    action: {
      ja: '定義された回復動作が自動で行われます。',
      en: 'The recovery that the definition names follows by itself.',
    },
  },
  'link-silent': {
    number: 4104,
    severity: 'warning',
    ja: '{link} の確認先（{targets}）がどれも応答しません。',
    en: 'None of the targets on {link} answers ({targets}).',
    cause: {
      ja: 'LAN の切断、または確認先の停止です。',
      en: 'The link is broken here, or the targets are off.',
    },
    action: {
      ja: 'ケーブル、スイッチ、確認先を調べてください。',
      en: 'Look at the cable, the switch and the targets.',
    },
  },
} as const satisfies Record<string, MessageEntry>
