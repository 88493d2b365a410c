/** Messages of mirror disks that say why an order was not carried out: 3100–3199. */
import type { MessageEntry } from './message.ts'

export const mirrorRefusalMessages = {
  'mirrord-promote-unknown': {
    number: 3100,
    severity: 'error',
    ja: 'ミラー {mirror}: CLUSTER パーティションが読めず、複製の状態が分からないため、活性化しません。',
    en: 'Mirror {mirror}: not activated; its CLUSTER partition cannot be read, so nothing is known of the replica.',
    cause: {
      ja: 'CLUSTER パーティションの破損、または新しい版による記録です。',
      en: 'The CLUSTER partition is damaged, or was written by a newer version.',
    },
    action: {
      ja: 'もう一方のサーバで開始するか、この複製を作り直してください。',
      en: 'Start on the other server, or create this replica anew.',
    },
  },
  'mirrord-promote-unbound': {
    number: 3101,
    severity: 'error',
    ja: 'ミラー {mirror}: 記録と異なるデータパーティションのため、活性化しません。',
    en: 'Mirror {mirror}: not activated; this is not the data partition that the records describe.',
    cause: {
      ja: 'データパーティションが交換されたか、大きさが変わりました。',
      en: 'The data partition was exchanged, or its size has changed.',
    },
    action: {
      ja: '元のパーティションに戻すか、複製を作り直してください。',
      en: 'Put the former partition back, or create the replica anew.',
    },
  },
  'mirrord-promote-failed': {
    number: 3102,
    severity: 'error',
    ja: 'ミラー {mirror}: ディスクが故障と記録されているため、活性化しません。',
    en: 'Mirror {mirror}: not activated; its disk is marked failed.',
    cause: { ja: '読み書きの失敗がありました。', en: 'A read, write or flush of it has failed.' },
    action: {
      ja: 'ディスクを交換して、複製を作り直してください。',
      en: 'Replace the disk and create the replica anew.',
    },
  },
  'mirrord-promote-never-built': {
    number: 3103,
    severity: 'error',
    ja: 'ミラー {mirror}: この複製はまだ一度も作られていないため、活性化しません。',
    en: 'Mirror {mirror}: not activated; this replica was never built.',
    cause: {
      ja: '最初のミラー復帰が終わっていません。',
      en: 'Its first mirror recovery has not ended.',
    },
    action: {
      ja: 'コピー元のサーバを起動して、ミラー復帰の完了を待ってください。',
      en: 'Start the server with the source, and wait until mirror recovery has ended.',
    },
  },
  'mirrord-promote-inconsistent': {
    number: 3104,
    severity: 'error',
    ja: 'ミラー {mirror}: コピー途中の複製のため、活性化しません。',
    en: 'Mirror {mirror}: not activated; this replica is in the middle of a copy.',
    cause: {
      ja: 'ミラー復帰が途中で止まったか、まだ続いています。',
      en: 'Mirror recovery was cut short, or is still going on.',
    },
    action: {
      ja: 'コピー元のサーバで開始するか、ミラー復帰の完了を待ってください。',
      en: 'Start on the server with the source, or wait until mirror recovery has ended.',
    },
  },
  'mirrord-promote-outdated': {
    number: 3105,
    severity: 'error',
    ja: 'ミラー {mirror}: {asker} が先に進んだ後の古い複製のため、活性化しません。',
    en: 'Mirror {mirror}: not activated; this replica is outdated, {asker} went on without it.',
    cause: {
      ja: 'つながらない間に、相手サーバが書き込みを続けました。',
      en: 'The peer went on writing while it was not connected to this replica.',
    },
    action: {
      ja: '相手サーバで開始し、ミラー復帰の完了を待ってください。',
      en: 'Start on the peer, and wait until mirror recovery has ended.',
    },
  },
  'mirrord-promote-term': {
    number: 3106,
    severity: 'error',
    ja: 'ターム {term} での活性化は、既知のターム {known} より新しくないため、行いません。',
    en: 'Not activated in term {term}: term {known} is already known.',
    cause: {
      ja: '別の活性化が後に行われたか、指示が古くなっています。',
      en: 'There was a later activation, or the order is stale.',
    },
    action: {
      ja: '両サーバの状態を確認し、新しいタームでやり直してください。',
      en: 'Look at both servers, and try again in a new term.',
    },
  },
  'mirrord-promote-grounds': {
    number: 3107,
    severity: 'error',
    ja: 'ミラー {mirror}: 根拠「{grounds}」を確認できないため、活性化しません。',
    en: 'Mirror {mirror}: not activated; the grounds "{grounds}" cannot be confirmed here.',
    cause: {
      ja: 'kagami-mirrord の再起動後は、同じ内容であることを改めて確かめる必要があります。',
      en: 'After a restart of kagami-mirrord, being in sync has to be proved again.',
    },
    action: {
      ja: '相手サーバとの接続を待つか、単独で続けた記録のある側で開始してください。',
      en: 'Wait for the peer to connect, or start on the side that has the alone record.',
    },
  },
  'mirrord-peer-active': {
    number: 3108,
    severity: 'error',
    ja: '{peer} が活性のため、活性化しません。',
    en: 'Not activated: {peer} is active.',
    cause: {
      ja: '相手サーバの活性な複製とつながっていて、相手サーバは除外されていません。',
      en: 'The active replica on the peer is connected, and the peer was not excluded.',
    },
    action: {
      ja: '先に相手サーバでグループを停止してください。',
      en: 'Stop the group on the peer first.',
    },
  },
  'mirrord-busy': {
    number: 3109,
    severity: 'warning',
    ja: '別の活性化または非活性化の途中です。',
    en: 'Another activation or deactivation is under way.',
    cause: { ja: '前の指示がまだ終わっていません。', en: 'The order before has not ended yet.' },
    action: { ja: '終わるのを待ってください。', en: 'Wait until it has ended.' },
  },
  'mirrord-demote-clients': {
    number: 3110,
    severity: 'warning',
    ja: '{clients} 個の NBD クライアントが接続中のため、非活性化しません。',
    en: 'Not deactivated: {clients} NBD clients are connected.',
    cause: {
      ja: 'ミラーディスクがまだ使われています。',
      en: 'The mirror disk is still in use.',
    },
    action: {
      ja: 'アンマウントして切り離してから、やり直してください。',
      en: 'Unmount and detach it first, then try again.',
    },
  },
  'mirrord-permit-stale': {
    number: 3111,
    severity: 'warning',
    ja: '切断 {number} は今の切断ではないため、その許可は使いません。',
    en: 'The permission for break {number} is not used: that is not the present break.',
    cause: {
      ja: '許可が届く前に、相手サーバがつながり直しました。',
      en: 'The peer came back before the permission arrived.',
    },
    action: {
      ja: '操作は不要です。必要なら改めて求められます。',
      en: 'Nothing to do; if it is needed it is asked for again.',
    },
  },
  'mirrord-outdated-active': {
    number: 3112,
    severity: 'warning',
    ja: '活性の複製を、古いものと記録することはできません。',
    en: 'An active replica cannot be marked outdated.',
    cause: {
      ja: '両方のサーバが自分を活性と考えています。',
      en: 'Both servers take themselves for the active one.',
    },
    action: { ja: '両サーバの状態を確認してください。', en: 'Look at the state of both servers.' },
  },
  'mirrord-outdated-stale': {
    number: 3113,
    severity: 'warning',
    ja: '切断 {number} の後につながり直しているため、古いものとは記録しません。',
    en: 'Not marked outdated: the sides have met again since break {number}.',
    cause: { ja: '依頼が遅れて届きました。', en: 'The request arrived late.' },
    action: { ja: '操作は不要です。', en: 'Nothing to do.' },
  },
  'mirrord-quit-active': {
    number: 3114,
    severity: 'warning',
    ja: '活性の間は終了しません。',
    en: 'It does not leave while it is active.',
    cause: { ja: 'ミラーディスクが使われています。', en: 'The mirror disk is in use.' },
    action: { ja: '先に非活性化してください。', en: 'Deactivate it first.' },
  },
  'mirrord-command-unknown': {
    number: 3115,
    severity: 'error',
    ja: 'この指示は分かりません: {detail}',
    en: 'This order is not understood: {detail}',
    cause: { ja: '版の異なる相手からの指示です。', en: 'It comes from another version.' },
    action: { ja: '同じ版を入れてください。', en: 'Install the same version.' },
  },
  'mirrord-settings-wrong': {
    number: 3120,
    severity: 'error',
    ja: '設定 {path} が正しくありません: {detail}',
    en: 'The settings {path} are not right: {detail}',
    cause: { ja: '項目が足りないか、形が違います。', en: 'Something is missing or malformed.' },
    action: {
      ja: 'クラスタ定義を確認してください。このファイルは kagamid が書きます。',
      en: 'Check the cluster definition; kagamid writes this file.',
    },
  },
  'mirrord-partition-unusable': {
    number: 3121,
    severity: 'error',
    ja: 'パーティション {path} が使えません: {error}',
    en: 'Partition {path} cannot be used: {error}',
    cause: {
      ja: '存在しないか、他で使用中 (マウントなど) です。',
      en: 'It does not exist, or something else uses it (a mount, for instance).',
    },
    action: { ja: '使用をやめて、やり直してください。', en: 'Stop that use and try again.' },
  },
  'mirrord-not-created': {
    number: 3122,
    severity: 'error',
    ja: '{path} に Kagami の記録がありません。',
    en: '{path} holds no records of Kagami.',
    cause: {
      ja: 'このミラーディスクはまだ作成されていません。',
      en: 'This mirror disk was not created yet.',
    },
    action: { ja: '先に作成してください。', en: 'Create it first.' },
  },
  'mirrord-create-exists': {
    number: 3123,
    severity: 'error',
    ja: '{path} には既に Kagami の記録があります。何も変えていません。',
    en: '{path} already holds records of Kagami. Nothing was changed.',
    cause: {
      ja: '以前に作成されたミラーディスクです。',
      en: 'A mirror disk was created here before.',
    },
    action: {
      ja: '本当に作り直すなら --again を付けてください。複製の履歴は失われます。',
      en: 'To really create it anew add --again; what is known of the replica is lost.',
    },
  },
  'mirrord-create-not-blank': {
    number: 3124,
    severity: 'error',
    ja: '{path} は空ではありません ({found})。何も変えていません。',
    en: '{path} is not blank ({found}). Nothing was changed.',
    cause: {
      ja: '別の用途のパーティションかもしれません。',
      en: 'It may be a partition that serves something else.',
    },
    action: {
      ja: 'パーティション名を確認し、不要なら先に消去 (wipefs、先頭と末尾 1 MiB のゼロ書き込み) してください。',
      en: 'Check the name; if it is not needed, erase it first (wipefs, zeroes over the first and last MiB).',
    },
  },
  'mirrord-create-too-small': {
    number: 3125,
    severity: 'error',
    ja: '{path} が小さすぎます ({size} バイト)。',
    en: '{path} is too small ({size} bytes).',
    cause: {
      ja: 'CLUSTER パーティションには 1 MiB、データパーティションには 1 MiB 以上が必要です。',
      en: 'A CLUSTER partition needs 1 MiB, a data partition at least 1 MiB.',
    },
    action: { ja: '大きなパーティションを用意してください。', en: 'Provide a larger partition.' },
  },
  'mirrord-create-mkfs-failed': {
    number: 3126,
    severity: 'error',
    ja: '{path} にファイルシステムを作れませんでした: {error}',
    en: 'The file system on {path} could not be made: {error}',
    cause: { ja: 'mkfs が失敗しました。', en: 'mkfs has failed.' },
    action: {
      ja: '原因を除いて、同じ命令をもう一度実行してください。途中から続けます。',
      en: 'Remove the cause and run the same command again; it goes on from there.',
    },
  },
  'mirrord-already-running': {
    number: 3127,
    severity: 'error',
    ja: '{socket} には既に kagami-mirrord がいます。',
    en: 'A kagami-mirrord already answers on {socket}.',
    cause: {
      ja: '同じミラーディスクで二重に起動しました。',
      en: 'It was started twice for one mirror disk.',
    },
    action: { ja: '先にいる方を使ってください。', en: 'Use the one that is there.' },
  },
} as const satisfies Record<string, MessageEntry>
