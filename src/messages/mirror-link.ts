/** Messages of mirror disks about the link and what the replicas say of each other: 3050–3079. */
import type { MessageEntry } from './message.ts'

export const mirrorLinkMessages = {
  'mirrord-path': {
    number: 3050,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} との通信に {path} を使います。',
    en: 'Mirror {mirror}: the traffic with {peer} uses {path}.',
  },
  'mirrord-path-lost': {
    number: 3051,
    severity: 'warning',
    ja: 'ミラー {mirror}: {path} 経由の {peer} との通信が途絶えました。',
    en: 'Mirror {mirror}: the traffic with {peer} over {path} has stopped.',
    cause: {
      ja: 'リンクの切断、相手サーバの停止、または相手の kagami-mirrord の停止です。',
      en: 'The link is cut, or the peer or its kagami-mirrord has stopped.',
    },
    action: {
      ja: '次のリンクへ自動で切り替わります。このリンクを確認してください。',
      en: 'The next link takes over by itself. Check this one.',
    },
  },
  'mirrord-link-fault': {
    number: 3052,
    severity: 'warning',
    ja: 'ミラー {mirror}: {path} で規約に合わない通信を受け、接続を閉じました ({fault}、通算 {count})。',
    en: 'Mirror {mirror}: closed a connection on {path} that did not keep to the protocol ({fault}, {count} so far).',
    cause: {
      ja: '別のソフトウェア、別の鍵や版の kagami-mirrord、または壊れたリンクです。',
      en: 'Other software, a kagami-mirrord with another key or version, or a damaging link.',
    },
    action: {
      ja: '両サーバの鍵と版を揃え、このポートに他から接続できないようにしてください。',
      en: 'Give both servers the same key and version, and let nobody else reach this port.',
    },
  },
  'mirrord-peer-misbehaved': {
    number: 3053,
    severity: 'warning',
    ja: '{peer} から、今の役割では許されない要求が来たため、接続を切りました。',
    en: '{peer} asked for what its role does not allow; the session was ended.',
    cause: {
      ja: '相手サーバが古いタームで活性のままか、版が合っていません。',
      en: 'The peer is still active in an earlier term, or its version does not fit.',
    },
    action: { ja: '両サーバの状態を確認してください。', en: 'Look at the state of both servers.' },
  },
  'mirrord-link-other-disk': {
    number: 3060,
    severity: 'error',
    ja: 'ミラー {mirror}: 相手サーバの複製は別のミラーディスクのものです。',
    en: 'Mirror {mirror}: the replica on the peer belongs to another mirror disk.',
    cause: {
      ja: 'ディスク ID が異なります。CLUSTER パーティションの取り違えか、作り直しです。',
      en: 'The disk ids differ: the CLUSTER partitions were mixed up, or one was created anew.',
    },
    action: {
      ja: '両サーバの定義とディスクの割り当てを確認してください。',
      en: 'Check the definition and which disk is used on each server.',
    },
  },
  'mirrord-link-other-size': {
    number: 3061,
    severity: 'error',
    ja: 'ミラー {mirror}: 両サーバの複製の大きさが異なります。',
    en: 'Mirror {mirror}: the replicas differ in size.',
    cause: {
      ja: 'データパーティションの大きさが異なるか、コピー先が小さすぎます。',
      en: 'The data partitions differ in size, or the standby one is too small.',
    },
    action: {
      ja: 'コピー先に同じか、より大きいデータパーティションを用意してください。',
      en: 'Give the standby a data partition of the same size or larger.',
    },
  },
  'mirrord-link-unbound': {
    number: 3062,
    severity: 'error',
    ja: 'ミラー {mirror}: CLUSTER パーティションの記録が、今のデータパーティションのものではありません。',
    en: 'Mirror {mirror}: the records in the CLUSTER partition are not those of the present data partition.',
    cause: {
      ja: 'データパーティションが交換されたか、大きさが変わりました。',
      en: 'The data partition was exchanged, or its size has changed.',
    },
    action: {
      ja: '元のパーティションに戻すか、複製を作り直してください。',
      en: 'Put the former partition back, or create the replica anew.',
    },
  },
  'mirrord-link-unknown': {
    number: 3063,
    severity: 'error',
    ja: 'ミラー {mirror}: 一方の CLUSTER パーティションが読めないため、複製の状態が分かりません。',
    en: 'Mirror {mirror}: the CLUSTER partition of one side cannot be read, so its replica is unknown.',
    cause: {
      ja: 'CLUSTER パーティションの破損、または新しい版による記録です。',
      en: 'The CLUSTER partition is damaged, or was written by a newer version.',
    },
    action: {
      ja: 'その側の複製を作り直すか、同じ版を入れてください。',
      en: 'Create the replica of that side anew, or install the same version.',
    },
  },
  'mirrord-link-failed': {
    number: 3064,
    severity: 'error',
    ja: 'ミラー {mirror}: 一方のディスクが故障と記録されています。',
    en: 'Mirror {mirror}: the disk of one side is marked failed.',
    cause: {
      ja: '読み書きの失敗がありました。',
      en: 'A read, write or flush of it has failed.',
    },
    action: {
      ja: 'ディスクを交換して、複製を作り直してください。',
      en: 'Replace the disk and create the replica anew.',
    },
  },
  'mirrord-link-none-built': {
    number: 3065,
    severity: 'error',
    ja: 'ミラー {mirror}: どちらの複製もまだ作られていません。',
    en: 'Mirror {mirror}: neither replica was ever built.',
    cause: {
      ja: '両方がコピー先として作成されました。',
      en: 'Both were created as the standby.',
    },
    action: {
      ja: '一方をコピー元として作成し直してください。',
      en: 'Create one of them anew as the source.',
    },
  },
  'mirrord-link-not-proved': {
    number: 3066,
    severity: 'error',
    ja: 'ミラー {mirror}: 残っている複製が最新であることを確かめられないため、コピーしません。',
    en: 'Mirror {mirror}: the remaining replica is not proved to be the newest; nothing is copied.',
    cause: {
      ja: '相手の複製は新しく作られたもので、失われた複製の方が新しかった可能性があります。',
      en: 'The other replica was created anew, and the lost one may have been newer.',
    },
    action: {
      ja: '残っている複製でグループを開始してよいか判断してください。活性になればコピーが始まります。',
      en: 'Decide whether the group may be started on the remaining one; once active it is copied.',
    },
  },
  'mirrord-link-no-source': {
    number: 3067,
    severity: 'error',
    ja: 'ミラー {mirror}: コピー元にできる複製がありません。',
    en: 'Mirror {mirror}: no replica can be the source.',
    cause: {
      ja: '新しい方の複製が、コピー途中か、古いと記録されています。',
      en: 'The newer replica is in the middle of a copy, or marked outdated.',
    },
    action: {
      ja: 'どちらの複製を残すかを決めて、強制的に復帰してください。',
      en: 'Decide which replica is to stay, and force mirror recovery from it.',
    },
  },
  'mirrord-link-rolled-back': {
    number: 3068,
    severity: 'error',
    ja: 'ミラー {mirror}: 一方の複製が過去の状態に戻されています。',
    en: 'Mirror {mirror}: the replica of one side was rolled back to an earlier state.',
    cause: {
      ja: 'ディスクのスナップショットやバックアップが戻された可能性があります。',
      en: 'A snapshot or backup of the disk may have been restored.',
    },
    action: {
      ja: 'どちらの複製を残すかを決めて、強制的に復帰してください。',
      en: 'Decide which replica is to stay, and force mirror recovery from it.',
    },
  },
  'mirrord-split-brain-base': {
    number: 3069,
    severity: 'error',
    ja: 'ミラー {mirror}: 両方の複製が、同じ時点から別々に書き込まれています。何もコピーしません。',
    en: 'Mirror {mirror}: both replicas were written on their own since the same moment. Nothing is copied.',
    cause: {
      ja: 'サーバどうしが連絡できない間に、両方が単独で書き込みを受けました。',
      en: 'Both went on alone while the servers could not reach each other.',
    },
    action: {
      ja: 'どちらの内容を捨てるかを決めて、強制的に復帰してください。',
      en: 'Decide whose changes are given up, and force mirror recovery.',
    },
  },
  'mirrord-split-brain': {
    number: 3070,
    severity: 'error',
    ja: 'ミラー {mirror}: 両方の複製の内容が分かれています。何もコピーしません。',
    en: 'Mirror {mirror}: the replicas have diverged. Nothing is copied.',
    cause: {
      ja: '両方が単独で書き込みを受けたか、別の時点の複製です。',
      en: 'Both went on alone, or they come from different histories.',
    },
    action: {
      ja: 'どちらの内容を捨てるかを決めて、強制的に復帰してください。',
      en: 'Decide whose contents are given up, and force mirror recovery.',
    },
  },
} as const satisfies Record<string, MessageEntry>
