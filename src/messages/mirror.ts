/** Messages of mirror disks and kagami-mirrord: numbers 3000–3999. */
import type { MessageEntry } from './message.ts'
import { mirrorLinkMessages } from './mirror-link.ts'
import { mirrorRefusalMessages } from './mirror-refusal.ts'
import { mirrorSecurityMessages } from './mirror-security.ts'
import { mirrorSnapshotMessages } from './mirror-snapshot.ts'
import { mirrorVerifyMessages } from './mirror-verify.ts'

export const mirrorMessages = {
  ...mirrorLinkMessages,
  ...mirrorRefusalMessages,
  ...mirrorSecurityMessages,
  ...mirrorVerifyMessages,
  ...mirrorSnapshotMessages,
  'mirrord-started': {
    number: 3001,
    severity: 'info',
    ja: 'ミラー {mirror}: {server} で kagami-mirrord を開始しました (複製: {replica})。',
    en: 'Mirror {mirror}: kagami-mirrord started on {server} (replica: {replica}).',
  },
  'mirrord-stopped': {
    number: 3002,
    severity: 'info',
    ja: 'ミラー {mirror}: kagami-mirrord を終了します。',
    en: 'Mirror {mirror}: kagami-mirrord leaves.',
  },
  'mirrord-copy-source': {
    number: 3003,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} へのミラー復帰 (全面コピー) を開始します。',
    en: 'Mirror {mirror}: mirror recovery (full copy) to {peer} begins.',
  },
  'mirrord-copy-target': {
    number: 3004,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} からのミラー復帰 (全面コピー) を開始します。完了まで、この複製は使えません。',
    en: 'Mirror {mirror}: mirror recovery (full copy) from {peer} begins; until it ends this replica cannot be used.',
  },
  'mirrord-difference-source': {
    number: 3019,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} へのミラー復帰 (差分コピー) を開始します。',
    en: 'Mirror {mirror}: mirror recovery (difference copy) to {peer} begins.',
  },
  'mirrord-difference-target': {
    number: 3020,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} からのミラー復帰 (差分コピー) を開始します。完了まで、この複製は使えません。',
    en: 'Mirror {mirror}: mirror recovery (difference copy) from {peer} begins; until it ends this replica cannot be used.',
  },
  'mirrord-in-sync': {
    number: 3005,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} と同じ内容になりました。',
    en: 'Mirror {mirror}: in sync with {peer}.',
  },
  'mirrord-promoted': {
    number: 3006,
    severity: 'info',
    ja: 'ミラー {mirror}: 活性化しました (ターム {term})。',
    en: 'Mirror {mirror}: active now (term {term}).',
  },
  'mirrord-demoted': {
    number: 3007,
    severity: 'info',
    ja: 'ミラー {mirror}: 非活性化しました。',
    en: 'Mirror {mirror}: not active any more.',
  },
  'mirrord-created-source': {
    number: 3008,
    severity: 'info',
    ja: 'ミラー {mirror}: {server} にコピー元の複製を作成しました ({size} バイト)。',
    en: 'Mirror {mirror}: the source replica was created on {server} ({size} bytes).',
  },
  'mirrord-created-standby': {
    number: 3009,
    severity: 'info',
    ja: 'ミラー {mirror}: {server} にコピー先の複製を作成しました。最初のミラー復帰で使えるようになります。',
    en: 'Mirror {mirror}: the standby replica was created on {server}; its first mirror recovery makes it usable.',
  },
  'mirrord-break': {
    number: 3010,
    severity: 'warning',
    ja: 'ミラー {mirror}: {peer} の複製につながりません (切断 {number})。',
    en: 'Mirror {mirror}: the replica on {peer} is not there (break {number}).',
    cause: {
      ja: '相手サーバ、その kagami-mirrord、またはすべてのミラー用リンクが止まっています。',
      en: 'The peer, its kagami-mirrord, or every link for mirror traffic is down.',
    },
    action: {
      ja: '書き込みは、単独で続ける許可が出るまで待ちます。リンクと相手サーバを確認してください。',
      en: 'Writes wait until this side is permitted to go on alone. Check the links and the peer.',
    },
  },
  'mirrord-alone': {
    number: 3011,
    severity: 'warning',
    ja: 'ミラー {mirror}: {peer} なしで、単独で書き込みを続けます。',
    en: 'Mirror {mirror}: goes on alone, without {peer}.',
    cause: {
      ja: '相手サーバの複製が使えない間の継続が許可されました。',
      en: 'Going on while the replica on the peer is not usable was permitted.',
    },
    action: {
      ja: '相手サーバを戻してください。戻ると自動でミラー復帰します。',
      en: 'Bring the peer back; mirror recovery then starts by itself.',
    },
  },
  'mirrord-outdated': {
    number: 3012,
    severity: 'warning',
    ja: 'ミラー {mirror}: {asker} が先に進むため、この複製を古いものと記録しました。',
    en: 'Mirror {mirror}: this replica was marked outdated; {asker} goes on without it.',
    cause: {
      ja: 'この複製につながらない間も、{asker} が書き込みを続けます。',
      en: '{asker} goes on writing while this replica is not connected.',
    },
    action: {
      ja: 'ミラー用リンクを直してください。ミラー復帰が終わると、この印は消えます。',
      en: 'Repair the links for mirror traffic. Mirror recovery removes the mark when it ends.',
    },
  },
  'mirrord-io-failed': {
    number: 3013,
    severity: 'warning',
    ja: 'ミラー {mirror}: 指示により、入出力をすべてエラーにします。',
    en: 'Mirror {mirror}: all I/O fails from now on, as ordered.',
    cause: {
      ja: 'このサーバはグループを続けてはならないと判断されました。',
      en: 'It was decided that this server must not go on with the group.',
    },
    action: {
      ja: 'グループの停止を待ってください。次の活性化で元に戻ります。',
      en: 'Wait for the group to stop here. The next activation ends this state.',
    },
  },
  'mirrord-disk-failed': {
    number: 3014,
    severity: 'error',
    ja: 'データパーティションの {what} に失敗しました: {error}。このディスクを故障と記録します。',
    en: 'A {what} of the data partition failed: {error}. This disk is marked failed.',
    cause: {
      ja: 'ディスクまたはその経路の故障です。失敗した操作は、やり直して成功とすることはありません。',
      en: 'The disk or the way to it is broken. A failed operation is never retried into success.',
    },
    action: {
      ja: 'グループを相手サーバへ移し、ディスクを交換して、複製を作り直してください。',
      en: 'Move the group to the peer, replace the disk, and create the replica anew.',
    },
  },
  'mirrord-metadata-failed': {
    number: 3015,
    severity: 'error',
    ja: 'CLUSTER パーティションに記録できません: {error}。記録できないことは行いません。',
    en: 'The CLUSTER partition cannot be written: {error}. What cannot be recorded is not done.',
    cause: {
      ja: 'CLUSTER パーティションのあるディスクの故障です。',
      en: 'The disk with the CLUSTER partition is broken.',
    },
    action: {
      ja: 'グループを相手サーバへ移し、ディスクを交換して、複製を作り直してください。',
      en: 'Move the group to the peer, replace the disk, and create the replica anew.',
    },
  },
  'mirrord-peer-disk-failed': {
    number: 3016,
    severity: 'error',
    ja: '{peer} のディスクが書き込みに失敗しました。',
    en: 'The disk of {peer} failed to write.',
    cause: { ja: '相手サーバのディスクの故障です。', en: 'The disk of the peer is broken.' },
    action: {
      ja: '相手サーバのディスクを交換して、複製を作り直してください。',
      en: 'Replace the disk of the peer and create its replica anew.',
    },
  },
  'mirrord-peer-hangs': {
    number: 3017,
    severity: 'warning',
    ja: '{peer} の kagami-mirrord が要求に長く応えないため、接続を切ります。',
    en: 'kagami-mirrord on {peer} has not answered requests for long; the session is ended.',
    cause: {
      ja: '相手サーバのディスクが止まっているか、極端に遅くなっています。',
      en: 'The disk of the peer hangs or is extremely slow.',
    },
    action: { ja: '相手サーバのディスクを確認してください。', en: 'Check the disk of the peer.' },
  },
  'mirrord-double-activation': {
    number: 3018,
    severity: 'error',
    ja: 'ミラー {mirror}: 両方のサーバで活性です。両方とも書き込みを止めます。',
    en: 'Mirror {mirror}: active on both servers. Both freeze their writes.',
    cause: {
      ja: 'サーバどうしが連絡できない間に、両方でグループが開始されました。',
      en: 'The group was started on both servers while they could not reach each other.',
    },
    action: {
      ja: '残す方を決め、もう一方のグループを止めてください。両方の内容は残っています。',
      en: 'Decide which one stays and stop the group on the other. Both versions are kept.',
    },
  },
} as const satisfies Record<string, MessageEntry>
