/** Messages of mirror disks about what an operator ordered: 3150–3179. */
import type { MessageEntry } from './message.ts'

export const mirrorOrderMessages = {
  'mirrord-nothing-copied': {
    number: 3150,
    severity: 'error',
    ja: 'ミラー {mirror}: 中止できるコピーはありません。',
    en: 'Mirror {mirror}: no copy is under way that could be cancelled.',
    cause: {
      ja: 'ミラー復帰は行われていません。',
      en: 'No mirror recovery is going on.',
    },
    action: {
      ja: '状態を確認してください。',
      en: 'Look at its state.',
    },
  },
  'mirrord-copy-cancelled': {
    number: 3151,
    severity: 'warning',
    ja: 'ミラー {mirror}: 命令によりコピーを中止しました。再開を命じるまで相手と接続しません。',
    en: 'Mirror {mirror}: the copy was cancelled by order; no connection to the peer until it is ordered.',
    cause: {
      ja: '管理者の命令です。コピー先の複製は、完了するまで使えません。',
      en: 'An operator ordered it. The replica that was copied to cannot be used until a copy has ended.',
    },
    action: {
      ja: '続けるには mirror recover を実行してください。',
      en: 'To go on, run mirror recover.',
    },
  },
  'mirrord-break-unreachable': {
    number: 3152,
    severity: 'error',
    ja: '{peer} の複製に「古い」の印を付けられないため、切り離しません。',
    en: 'Not broken off: the replica on {peer} could not be marked outdated.',
    cause: {
      ja: '相手と接続していないか、途中で切れました。',
      en: 'There is no connection to the peer, or it was lost meanwhile.',
    },
    action: {
      ja: '相手の kagami-mirrord で同じ命令を実行するか、接続を直してください。',
      en: 'Give the order to the kagami-mirrord of the peer, or mend the connection.',
    },
  },
  'mirrord-broken': {
    number: 3153,
    severity: 'warning',
    ja: 'ミラー {mirror}: 命令により {peer} の複製を切り離しました。この複製だけで動作します。',
    en: 'Mirror {mirror}: the replica on {peer} was broken off by order; this one goes on alone.',
    cause: {
      ja: '管理者の命令です。',
      en: 'An operator ordered it.',
    },
    action: {
      ja: '戻すには mirror recover を実行してください。',
      en: 'To bring it back, run mirror recover.',
    },
  },
  'mirrord-force-unknown': {
    number: 3154,
    severity: 'error',
    ja: 'ミラー {mirror}: {loser} はこのミラーのサーバではありません。',
    en: 'Mirror {mirror}: {loser} is none of its servers.',
    cause: {
      ja: 'サーバ名の指定が違います。',
      en: 'The name that was given is wrong.',
    },
    action: {
      ja: '両サーバのどちらかの名前を指定してください。',
      en: 'Give the name of one of the two servers.',
    },
  },
  'mirrord-force-changed': {
    number: 3155,
    severity: 'error',
    ja: 'ミラー {mirror}: 表示した後に複製の状態が変わったため、実行しませんでした。',
    en: 'Mirror {mirror}: nothing was done, the replica has changed since it was shown.',
    cause: {
      ja: 'その間に、別の操作や復帰が行われました。',
      en: 'Another order, or a recovery, came in between.',
    },
    action: {
      ja: 'もう一度状態を見てから命じてください。',
      en: 'Look at it again, then give the order again.',
    },
  },
  'mirrord-force-unanswered': {
    number: 3156,
    severity: 'error',
    ja: 'ミラー {mirror}: {peer} が命令に答えませんでした。何も変えていません。',
    en: 'Mirror {mirror}: {peer} did not answer the order; nothing was changed here.',
    cause: {
      ja: '接続が切れたか、相手が断りました。',
      en: 'The connection was lost, or the peer refused.',
    },
    action: {
      ja: '{peer} の kagami-mirrord で同じ命令を実行してください。',
      en: 'Give the order to the kagami-mirrord on {peer}.',
    },
  },
  'mirrord-forced': {
    number: 3157,
    severity: 'warning',
    ja: 'ミラー {mirror}: 命令により {winner} の複製を正とし、{loser} だけにある内容を捨てます。',
    en: 'Mirror {mirror}: by order the replica on {winner} counts; what only {loser} holds is given up.',
    cause: {
      ja: '管理者の命令です。',
      en: 'An operator ordered it.',
    },
    action: {
      ja: '捨てた内容は戻りません。コピーが終わるまでお待ちください。',
      en: 'What was given up does not come back. Wait until the copy has ended.',
    },
  },
  'mirrord-force-active': {
    number: 3158,
    severity: 'error',
    ja: 'ミラー {mirror}: {loser} は活性側のため、捨てられません。',
    en: 'Mirror {mirror}: {loser} is active and cannot be given up.',
    cause: {
      ja: '活性側の複製は使用中です。',
      en: 'The replica of the active side is in use.',
    },
    action: {
      ja: '先にそのサーバのグループを停止してください。',
      en: 'Stop the group on that server first.',
    },
  },
  'mirrord-force-incomplete': {
    number: 3159,
    severity: 'error',
    ja: 'ミラー {mirror}: {server} の複製は完全ではないため、正とすることはできません。',
    en: 'Mirror {mirror}: the replica on {server} is not complete and cannot be the one that counts.',
    cause: {
      ja: 'コピーの途中で止まったか、一度も作られていません。',
      en: 'Its copy was interrupted, or it was never built.',
    },
    action: {
      ja: '相手の複製を正とするか、バックアップから作り直してください。',
      en: 'Make the other one count, or create it anew from a backup.',
    },
  },
  'mirrord-extend-not-now': {
    number: 3160,
    severity: 'error',
    ja: 'ミラー {mirror}: 活性側で、両方の複製が同期しているときだけ拡張できます。',
    en: 'Mirror {mirror}: it can be extended only on the active side, and while both replicas are in sync.',
    cause: {
      ja: '待機系で実行したか、まだ同期していません。',
      en: 'It was ordered on the standby, or the replicas are not in sync yet.',
    },
    action: {
      ja: '同期してから、活性側で実行してください。',
      en: 'Wait until they are in sync; then run it on the active side.',
    },
  },
  'mirrord-extend-not-grown': {
    number: 3161,
    severity: 'error',
    ja: 'ミラー {mirror}: データパーティション ({size} バイト) は大きくなっていません。',
    en: 'Mirror {mirror}: the data partition ({size} bytes) has not become larger.',
    cause: {
      ja: 'パーティションの大きさがミラーと同じか、小さいままです。',
      en: 'The partition is no larger than the mirror.',
    },
    action: {
      ja: '先に両サーバのデータパーティションを拡張してください。',
      en: 'Make the data partitions of both servers larger first.',
    },
  },
  'mirrord-extend-map': {
    number: 3162,
    severity: 'error',
    ja: 'ミラー {mirror}: CLUSTER パーティションに、その大きさの差分マップは入りません。',
    en: 'Mirror {mirror}: the CLUSTER partition has no room for the map of a disk so large.',
    cause: {
      ja: 'マップの領域は作成時に決まり、4 倍までの拡張に備えています。',
      en: 'The room for the map is settled at creation, for up to four times the size.',
    },
    action: {
      ja: '両サーバの CLUSTER パーティションを大きくして、ミラーを作り直してください。',
      en: 'Create the mirror anew with larger CLUSTER partitions.',
    },
  },
  'mirrord-extend-refused': {
    number: 3163,
    severity: 'error',
    ja: 'ミラー {mirror}: {peer} は {size} バイトへ拡張できませんでした。',
    en: 'Mirror {mirror}: {peer} could not take the size of {size} bytes.',
    cause: {
      ja: '相手のデータパーティションが小さいか、接続が切れました。',
      en: 'Its data partition is smaller, or the connection was lost.',
    },
    action: {
      ja: '相手のデータパーティションを同じ大きさにして、もう一度実行してください。',
      en: 'Make the data partition of the peer as large, and run it again.',
    },
  },
  'mirrord-extended': {
    number: 3164,
    severity: 'info',
    ja: 'ミラー {mirror}: {size} バイトになりました。',
    en: 'Mirror {mirror}: it has {size} bytes now.',
  },
  'mirrord-asynchronous': {
    number: 3165,
    severity: 'info',
    ja: 'ミラー {mirror}: 非同期で {peer} へ送ります。応答は {peer} への書き込みを待ちません。',
    en: 'Mirror {mirror}: {peer} follows asynchronously; writes are answered before it has them.',
  },
  'mirrord-promote-behind': {
    number: 3166,
    severity: 'error',
    ja: 'ミラー {mirror}: この複製は非同期で遅れているため、活性にできません。',
    en: 'Mirror {mirror}: this replica follows asynchronously and is behind; it is not made active.',
    cause: {
      ja: '相手が応答した書き込みの一部が、ここにないかもしれません。',
      en: 'Some writes that the peer has answered may not be here.',
    },
    action: {
      ja: '失ってよい場合に限り、強制的に正とするか、損失を許す方針を定義してください。',
      en: 'Only if that loss is acceptable: force this replica, or define a policy that accepts it.',
    },
  },
  'mirrord-promoted-behind': {
    number: 3167,
    severity: 'warning',
    ja: 'ミラー {mirror}: 方針により、遅れているかもしれない複製で活性になります (最後の受信は {ms} ミリ秒前)。',
    en: 'Mirror {mirror}: active by policy although writes may be missing (last heard from the peer {ms} ms ago).',
    cause: {
      ja: '相手が失われ、損失を許す方針が定義されています。',
      en: 'The peer is lost, and a policy that accepts the loss is defined.',
    },
    action: {
      ja: '失われた可能性のある、最後の書き込みを確認してください。',
      en: 'Check the last writes: they may be missing.',
    },
  },
  'mirrord-policy-discards': {
    number: 3168,
    severity: 'warning',
    ja: 'ミラー {mirror}: 方針により、{loser} だけにある書き込みを捨てます。',
    en: 'Mirror {mirror}: by policy, the writes that only {loser} holds are given up.',
    cause: {
      ja: '損失を許す方針での切り替えの後に、前の活性側が戻りました。',
      en: 'The former active side has come back after a takeover that accepted the loss.',
    },
    action: {
      ja: '必要な書き込みがなかったか確認してください。',
      en: 'Check whether any of those writes is needed.',
    },
  },
} as const satisfies Record<string, MessageEntry>
