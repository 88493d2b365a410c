/** Messages of `kagami mirror status`: one sentence for the state of one replica. 5130–5159. */
import type { MessageEntry } from './message.ts'

export const mirrorHealthMessages = {
  'mirror-view-in-sync': {
    number: 5130,
    severity: 'info',
    ja: 'ミラー {mirror}: 両方の複製は同じ内容です（同期済み）。',
    en: 'Mirror {mirror}: both replicas are equal (in sync).',
  },
  'mirror-view-behind': {
    number: 5131,
    severity: 'info',
    ja: 'ミラー {mirror}: 非同期で動作中です。待機系は {size} 遅れています。',
    en: 'Mirror {mirror}: asynchronous; the standby is {size} behind.',
  },
  'mirror-view-copying-source': {
    number: 5132,
    severity: 'warning',
    ja: 'ミラー {mirror}: この複製から相手へコピーしています。',
    en: 'Mirror {mirror}: being copied from this replica to the peer.',
    cause: {
      ja: '相手の複製は最新ではありません。',
      en: 'The replica of the peer is not up to date.',
    },
    action: {
      ja: '終わるまでお待ちください。それまで、このサーバを止めないでください。',
      en: 'Wait until it ends. Do not stop this server before.',
    },
  },
  'mirror-view-copying-target': {
    number: 5133,
    severity: 'warning',
    ja: 'ミラー {mirror}: 相手からこの複製へコピーしています。この複製はまだ使えません。',
    en: 'Mirror {mirror}: being copied from the peer to this replica, which cannot be used yet.',
    cause: { ja: 'この複製は最新ではありません。', en: 'This replica is not up to date.' },
    action: {
      ja: '終わるまでお待ちください。それまで、相手サーバを止めないでください。',
      en: 'Wait until it ends. Do not stop the peer before.',
    },
  },
  'mirror-view-goes-alone': {
    number: 5134,
    severity: 'warning',
    ja: 'ミラー {mirror}: この複製だけで動作中です。',
    en: 'Mirror {mirror}: goes on with this replica only.',
    cause: { ja: '相手の複製につながりません。', en: 'The replica of the peer is not there.' },
    action: {
      ja: '相手サーバとリンクを戻してください。新しい内容はここにしかないので、このサーバを止めないでください。',
      en: 'Bring the peer and the links back. New data is here only: do not stop this server.',
    },
  },
  'mirror-view-frozen': {
    number: 5135,
    severity: 'error',
    ja: 'ミラー {mirror}: 書き込みは待機中です。',
    en: 'Mirror {mirror}: writes wait.',
    cause: {
      ja: '相手の複製につながらず、単独で続ける許可がまだありません。',
      en: 'The peer is not there, and there is no permission yet to go on alone.',
    },
    action: {
      ja: 'リンクと相手サーバを確認してください。「kagami status」が続け方を示します。',
      en: 'Check the links and the peer. kagami status tells how it may go on.',
    },
  },
  'mirror-view-split-brain': {
    number: 5136,
    severity: 'error',
    ja: 'ミラー {mirror}: 両方の複製に、別々の新しい書き込みがあります。',
    en: 'Mirror {mirror}: both replicas hold writes that the other one lacks.',
    cause: {
      ja: 'サーバどうしが連絡できない間に、両方で書き込まれました。',
      en: 'Both were written to while the servers could not reach each other.',
    },
    action: {
      ja: '残す方を決め、捨てる方で kagami mirror force --loser 名前 を実行してください。',
      en: 'Decide which one stays; on the other one: kagami mirror force --loser NAME',
    },
  },
  'mirror-view-refused': {
    number: 5137,
    severity: 'error',
    ja: 'ミラー {mirror}: 両方の複製を合わせることができません。',
    en: 'Mirror {mirror}: the two replicas cannot be brought together.',
    cause: { ja: '下に示す理由によります。', en: 'The reason stands below.' },
    action: {
      ja: '理由に示された対処を行ってください。',
      en: 'Do what is said there.',
    },
  },
  'mirror-view-replica-failed': {
    number: 5138,
    severity: 'error',
    ja: 'ミラー {mirror}: この複製のディスクは故障しています。',
    en: 'Mirror {mirror}: the disk of this replica has failed.',
    cause: { ja: '読み書きに失敗しました。', en: 'A read, write or flush has failed.' },
    action: {
      ja: '稼働系ならグループを移し、ディスクを交換して、複製を作り直してください。',
      en: 'Move the group if it runs here, replace the disk, and create the replica anew.',
    },
  },
  'mirror-view-requests-fail': {
    number: 5139,
    severity: 'error',
    ja: 'ミラー {mirror}: 入出力はすべてエラーになります。',
    en: 'Mirror {mirror}: every request fails.',
    cause: {
      ja: 'このサーバは続けてはならないと判断されたか、ディスクが故障しました。',
      en: 'This server was told not to go on, or its disk has failed.',
    },
    action: {
      ja: 'グループの停止を待ってください。「kagami log」に理由があります。',
      en: 'Wait until the group has stopped here; kagami log tells the reason.',
    },
  },
  'mirror-view-held-apart': {
    number: 5140,
    severity: 'warning',
    ja: 'ミラー {mirror}: 指示により、両方の複製は切り離されています。',
    en: 'Mirror {mirror}: the replicas are kept apart by order.',
    cause: {
      ja: '「break」または「cancel」が指示されました。',
      en: 'break or cancel was ordered.',
    },
    action: {
      ja: 'kagami mirror recover で元に戻ります。',
      en: 'kagami mirror recover brings them together again.',
    },
  },
  'mirror-view-outdated-here': {
    number: 5141,
    severity: 'warning',
    ja: 'ミラー {mirror}: この複製は最新ではありません。',
    en: 'Mirror {mirror}: this replica is not up to date.',
    cause: { ja: '相手が先に進みました。', en: 'The peer went on without it.' },
    action: {
      ja: 'リンクと相手サーバを戻してください。つながると自動で復帰します。',
      en: 'Bring the links and the peer back; recovery then starts by itself.',
    },
  },
  'mirror-view-incomplete-here': {
    number: 5142,
    severity: 'warning',
    ja: 'ミラー {mirror}: この複製は途中までのコピーで、使えません。',
    en: 'Mirror {mirror}: this replica is half copied and cannot be used.',
    cause: {
      ja: 'ミラー復帰が終わっていません。',
      en: 'Its recovery has not come to its end.',
    },
    action: {
      ja: 'リンクと相手サーバを戻してください。つながると続きから復帰します。',
      en: 'Bring the links and the peer back; recovery then goes on.',
    },
  },
  'mirror-view-not-proved': {
    number: 5143,
    severity: 'warning',
    ja: 'ミラー {mirror}: 相手につながらず、この複製が最新かどうか分かりません。',
    en: 'Mirror {mirror}: without the peer nobody knows whether this replica is up to date.',
    cause: {
      ja: 'kagami-mirrord が始まってから、まだ相手と比べていません。',
      en: 'Since kagami-mirrord started it has not been compared with the peer.',
    },
    action: {
      ja: 'リンクと相手サーバを確認してください。',
      en: 'Check the links and the peer.',
    },
  },
  'mirror-view-peer-missing': {
    number: 5144,
    severity: 'warning',
    ja: 'ミラー {mirror}: この複製は最新ですが、相手につながりません。',
    en: 'Mirror {mirror}: this replica was in sync; the peer is not there.',
    cause: {
      ja: '相手サーバ、その kagami-mirrord、またはリンクが止まっています。',
      en: 'The peer, its kagami-mirrord, or every link is down.',
    },
    action: {
      ja: 'リンクと相手サーバを確認してください。',
      en: 'Check the links and the peer.',
    },
  },
  'mirror-view-meeting': {
    number: 5145,
    severity: 'info',
    ja: 'ミラー {mirror}: 相手につながりました。どちらが新しいか確かめています。',
    en: 'Mirror {mirror}: connected; the two find out which one is newer.',
  },
  'mirror-view-follows': {
    number: 5149,
    severity: 'info',
    ja: 'ミラー {mirror}: 非同期で動作中です。この複製は活性側に追随しています（遅れは活性側が示します）。',
    en: 'Mirror {mirror}: asynchronous; this replica follows the active side, which shows how far behind.',
  },
  'mirror-view-nothing-to-lose': {
    number: 5150,
    severity: 'info',
    ja: '今このサーバが失われても、完了した書き込みは失われません。',
    en: 'If this server were lost now, nothing acknowledged would be lost.',
  },
  'mirror-view-would-lose': {
    number: 5151,
    severity: 'info',
    ja: '今このサーバが失われると、最後の {size}（{seconds} 秒分）の書き込みが失われます。',
    en: 'If this server were lost now, the last {size} ({seconds} s) of writes would be lost.',
  },
  'mirror-view-would-lose-alone': {
    number: 5152,
    severity: 'info',
    ja: '今このサーバが失われると、単独で動作した間の書き込みはすべて失われます。',
    en: 'If this server were lost now, all it wrote alone would be lost.',
  },
} as const satisfies Record<string, MessageEntry>
