/** Messages of `kagami mirror`: what a replica's state means, and what an order did. 5100–5199. */
import type { MessageEntry } from './message.ts'

const mayWait = {
  ja: 'このコマンドは、動いている kagami-mirrord に直接たずねます。',
  en: 'This command asks a running kagami-mirrord directly.',
} as const

export const mirrorViewMessages = {
  'mirror-control-missing': {
    number: 5100,
    severity: 'error',
    ja: 'どのミラーディスクか分かりません。--disk NAME で指定してください。',
    en: 'Which mirror disk? Name it: --disk NAME',
    cause: mayWait,
    action: {
      ja: '名前は「kagami status」で分かります。クラスタなしで動く kagami-mirrord には --control SOCKET を使います (kagami lab mirror では DIR/a/control.sock か DIR/b/control.sock)。',
      en: 'kagami status shows the names. A kagami-mirrord without a cluster is named by --control SOCKET (of kagami lab mirror: DIR/a/control.sock or DIR/b/control.sock).',
    },
  },
  'mirror-not-running': {
    number: 5101,
    severity: 'error',
    ja: '{socket} で応答する kagami-mirrord がありません。',
    en: 'No kagami-mirrord answers on {socket}.',
    cause: {
      ja: '動いていないか、ソケットの名前が違います。',
      en: 'It does not run, or the socket is another one.',
    },
    action: {
      ja: '「kagami status」で状態を確かめ、ソケットの名前を確認してください。',
      en: 'See how things stand with kagami status, and check the name of the socket.',
    },
  },
  'mirror-no-permission': {
    number: 5102,
    severity: 'error',
    ja: '{socket} に接続する権限がありません。',
    en: 'You may not connect to {socket}.',
    cause: { ja: 'ミラーの操作には root 権限が必要です。', en: 'Only root may operate a mirror.' },
    action: { ja: 'root で実行してください。', en: 'Run the command as root.' },
  },
  'mirror-no-answer': {
    number: 5103,
    severity: 'error',
    ja: '{socket} の kagami-mirrord が {seconds} 秒以内に応答しませんでした。',
    en: 'kagami-mirrord on {socket} did not answer within {seconds} seconds.',
    cause: {
      ja: 'ディスクまたは相手サーバを待っているか、止まっています。指示は実行されるかもしれません。',
      en: 'It waits for its disk or the peer, or hangs. The order may still be carried out.',
    },
    action: {
      ja: 'kagami mirror status で状態を確かめてから、もう一度実行してください。',
      en: 'Look at kagami mirror status before you order it again.',
    },
  },
  'mirror-lost': {
    number: 5104,
    severity: 'error',
    ja: '{socket} の kagami-mirrord が応答の途中で終了しました。',
    en: 'kagami-mirrord on {socket} ended before it had answered.',
    cause: {
      ja: '停止したか、別の版で、この指示を知りません。',
      en: 'It was stopped, or is of another version and does not know this order.',
    },
    action: {
      ja: '両方を同じ版にして、もう一度実行してください。',
      en: 'Use one version of both and try again.',
    },
  },
  'mirror-not-confirmed': {
    number: 5105,
    severity: 'warning',
    ja: '確認されなかったため、何も捨てていません。',
    en: 'Not confirmed: nothing was given up.',
    cause: {
      ja: 'この操作は元に戻せません。',
      en: 'This cannot be undone.',
    },
    action: {
      ja: '捨ててよいときは、名前を入力するか --yes を付けてください。',
      en: 'If it may be given up, type the name, or add --yes.',
    },
  },
  'mirror-force-warning': {
    number: 5106,
    severity: 'warning',
    ja: '{loser} の複製だけにある書き込みは、すべて失われます。',
    en: 'Everything that only the replica of {loser} holds will be lost.',
    cause: {
      ja: '復帰のとき、もう一方の内容で上書きされます。',
      en: 'Recovery overwrites it with what the other one holds.',
    },
    action: {
      ja: '上の複製が {loser} のものか確かめてください（違えば拒否されます）。必要なら、先にデータパーティションの控えを取ってください。',
      en: 'Check that the replica above is that of {loser} (another one is refused). If in doubt, keep a copy of its data partition first.',
    },
  },
  'mirror-size-wrong': {
    number: 5107,
    severity: 'error',
    ja: '{text} は大きさとして読めません。',
    en: '{text} is not a size.',
    cause: { ja: '512M や 2G のように書きます。', en: 'A size is written as 512M or 2G.' },
    action: { ja: '書き直してください。', en: 'Write it so.' },
  },

  'mirror-recover-ordered': {
    number: 5110,
    severity: 'info',
    ja: 'ミラー {mirror}: ミラー復帰を指示しました。',
    en: 'Mirror {mirror}: recovery was ordered.',
  },
  'mirror-cancel-ordered': {
    number: 5111,
    severity: 'info',
    ja: 'ミラー {mirror}: ミラー復帰を中止しました。「recover」まで再開しません。',
    en: 'Mirror {mirror}: the copy was stopped, and stays so until recover.',
  },
  'mirror-break-ordered': {
    number: 5112,
    severity: 'info',
    ja: 'ミラー {mirror}: 両方の複製を切り離しました。「recover」まで別々のままです。',
    en: 'Mirror {mirror}: the replicas are apart until recover.',
  },
  'mirror-force-ordered': {
    number: 5113,
    severity: 'info',
    ja: 'ミラー {mirror}: この複製を捨てる側と決めました。',
    en: 'Mirror {mirror}: the loser is settled.',
  },
  'mirror-extend-ordered': {
    number: 5114,
    severity: 'info',
    ja: 'ミラー {mirror}: ディスクの大きさは {size} になりました。',
    en: 'Mirror {mirror}: the disk has {size} now.',
  },
  'mirror-snapshot-taken': {
    number: 5115,
    severity: 'info',
    ja: 'ミラー {mirror}: スナップショットを作成しました。NBD エクスポート名は {name} です。',
    en: 'Mirror {mirror}: the snapshot was taken; its NBD export is {name}.',
  },
  'mirror-snapshot-ended': {
    number: 5116,
    severity: 'info',
    ja: 'ミラー {mirror}: スナップショットを終了しました。',
    en: 'Mirror {mirror}: the snapshot is gone.',
  },
  'mirror-verify-identical': {
    number: 5117,
    severity: 'info',
    ja: 'ミラー {mirror}: {time} の時点で、両方の複製は同じ内容です。',
    en: 'Mirror {mirror}: both replicas are identical as of {time}.',
  },
  'mirror-verify-repaired': {
    number: 5118,
    severity: 'warning',
    ja: 'ミラー {mirror}: {size} の違いが見つかり、コピーし直しました。',
    en: 'Mirror {mirror}: {size} differed, and were copied anew.',
    cause: {
      ja: 'どちらかのディスクが、書かれたとおりの内容を返していません。',
      en: 'One of the disks did not keep what was written to it.',
    },
    action: {
      ja: '両方のディスクを調べてください。',
      en: 'Examine both disks.',
    },
  },
  'mirror-verify-differs': {
    number: 5119,
    severity: 'error',
    ja: 'ミラー {mirror}: 両方の複製に {size} の違いがあります。',
    en: 'Mirror {mirror}: the replicas differ in {size}.',
    cause: {
      ja: 'どちらかのディスクが、書かれたとおりの内容を返していません。',
      en: 'One of the disks did not keep what was written to it.',
    },
    action: {
      ja: '両方のディスクを調べ、verify --repair でコピーし直してください。',
      en: 'Examine both disks, and copy the places anew with verify --repair.',
    },
  },
  'mirror-verify-unfinished': {
    number: 5120,
    severity: 'error',
    ja: 'ミラー {mirror}: 比較は最後まで行われませんでした。',
    en: 'Mirror {mirror}: the comparison did not come to its end.',
    cause: {
      ja: '途中で接続が切れたか、役割が変わりました。',
      en: 'The connection was lost meanwhile, or the roles have changed.',
    },
    action: {
      ja: '同期済みになってから、もう一度実行してください。',
      en: 'Start it again when the mirror is in sync.',
    },
  },
} as const satisfies Record<string, MessageEntry>
