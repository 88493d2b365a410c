/** The Manager on a workstation: numbers 6270–6289. */
import type { MessageEntry } from './message.ts'

export const managerMessages = {
  'discovery-network-wrong': {
    number: 6270,
    severity: 'error',
    ja: 'ネットワーク「{text}」は IPv4 アドレスではありません。',
    en: 'The network "{text}" is no IPv4 address.',
    cause: { ja: '入力の誤りです。', en: 'It was mistyped.' },
    action: { ja: '192.168.4.0 のように入力してください。', en: 'Write it like 192.168.4.0.' },
  },
  'discovery-mask-wrong': {
    number: 6271,
    severity: 'error',
    ja: 'ネットマスク「{text}」は正しくありません。',
    en: 'The netmask "{text}" is none.',
    cause: { ja: '入力の誤りです。', en: 'It was mistyped.' },
    action: { ja: '255.255.255.0 のように入力してください。', en: 'Write it like 255.255.255.0.' },
  },
  'discovery-too-large': {
    number: 6272,
    severity: 'error',
    ja: '{count} 個のアドレスは多すぎます。一度に検索できるのは {most} 個までです。',
    en: '{count} addresses are too many: at most {most} are searched at once.',
    cause: { ja: 'ネットマスクが広すぎます。', en: 'The netmask is too wide.' },
    action: {
      ja: '255.255.252.0 以上のネットマスクで、ネットワークを分けて検索してください。',
      en: 'Search it in parts, with a netmask of 255.255.252.0 or narrower.',
    },
  },
  'manager-nobody-there': {
    number: 6273,
    severity: 'error',
    ja: '{address} に Kagami のサーバは見つかりません。',
    en: 'No Kagami server answers at {address}.',
    cause: {
      ja: 'サーバが停止しているか、アドレスまたはポートが違います。',
      en: 'The server is off, or it has another address or port.',
    },
    action: {
      ja: 'サーバの電源とアドレス、ファイアウォールを確認してください。',
      en: 'Check its power, its address, and what is between it and this computer.',
    },
  },
  'manager-other-authority': {
    number: 6274,
    severity: 'error',
    ja: '{address} は、表示したものとは別の認証局を示しました。登録しません。',
    en: '{address} shows another authority than the one that was accepted: it is not registered.',
    cause: {
      ja: '別のサーバがそのアドレスで応答しています。',
      en: 'Another server answers at that address now.',
    },
    action: {
      ja: 'ネットワークを確認し、指紋をサーバの画面と見比べてから登録してください。',
      en: 'Look at the network, and compare the fingerprint with what the server itself shows.',
    },
  },
  'manager-registered': {
    number: 6275,
    severity: 'info',
    ja: 'クラスタ {cluster} ({superCluster}) を登録しました。',
    en: 'Cluster {cluster} ({superCluster}) is registered.',
  },
  'manager-not-kept': {
    number: 6276,
    severity: 'error',
    ja: 'クラスタの一覧を保存できませんでした: {reason}',
    en: 'The list of clusters could not be kept: {reason}',
    cause: {
      ja: 'ディスクの空きがないか、書き込みの権限がありません。',
      en: 'The disk is full, or the file may not be written.',
    },
    action: {
      ja: 'ディスクの空きと権限を確認してください。',
      en: 'Look at the disk and at the permissions of the file.',
    },
  },
  'manager-list-unreadable': {
    number: 6277,
    severity: 'error',
    ja: 'クラスタの一覧 {path} を読めません: {reason}',
    en: 'The list of clusters {path} cannot be read: {reason}',
    cause: { ja: 'ファイルが壊れています。', en: 'The file is damaged.' },
    action: {
      ja: 'ファイルを移動してから起動し、クラスタを登録し直してください。',
      en: 'Move the file away, start again, and register the clusters anew.',
    },
  },
  'manager-unknown-cluster': {
    number: 6278,
    severity: 'error',
    ja: 'このクラスタは登録されていません。',
    en: 'This cluster is not registered here.',
    cause: { ja: '登録が削除されました。', en: 'It was removed from the list.' },
    action: {
      ja: 'クラスタの一覧から登録し直してください。',
      en: 'Register it in the list of clusters.',
    },
  },
  'manager-cluster-silent': {
    number: 6279,
    severity: 'error',
    ja: 'クラスタ {cluster} のどのサーバも応答しません。',
    en: 'No server of cluster {cluster} answers.',
    cause: {
      ja: 'サーバが停止しているか、このコンピュータから届きません。',
      en: 'They are off, or cannot be reached from this computer.',
    },
    action: {
      ja: 'サーバの電源と、このコンピュータのネットワークを確認してください。',
      en: 'Check the power of the servers and the network of this computer.',
    },
  },
  'manager-serves': {
    number: 6280,
    severity: 'info',
    ja: 'Manager を {url} で開いてください（このコンピュータからのみ使えます）。',
    en: 'The Manager is at {url}, for this computer alone.',
  },
} as const satisfies Record<string, MessageEntry>
