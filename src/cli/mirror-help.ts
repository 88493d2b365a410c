/** The texts of `kagami mirror --help`, in both languages. */
import type { Language } from '../messages/message.ts'

const en = {
  mirror: 'look at one mirror disk and give orders to its kagami-mirrord',
  disk: 'which mirror disk, where there are several',
  control: 'control socket of one kagami-mirrord, which is asked itself',
  status: 'show what this replica is, and what to do',
  recover: 'bring the replicas together again after cancel or break',
  cancel: 'stop the copy under way, until recover',
  break: 'keep the replicas apart, until recover',
  extend: 'take the size that both data partitions have grown to',
  force: 'give up what only this replica holds; ask the kagami-mirrord of the loser',
  loser: 'the server whose replica loses',
  yes: 'do not ask',
  verify: 'compare both replicas while they are used (exit code 1: they differ)',
  repair: 'copy what differs from the active side',
  dump: 'print the metadata of this replica',
  snapshot: "a view of the standby's replica at one moment",
  snapshotStart: 'take it; it is an NBD export until stop, or until its space is full',
  snapshotStop: 'end it',
  space: 'file for what changes meanwhile',
  spaceSize: 'its size at most (1G)',
  writable: 'may be written to; what is written goes with it',
}

const ja: typeof en = {
  mirror: 'ミラーディスク 1 つの状態を表示し、その kagami-mirrord に指示します',
  disk: 'ミラーディスク名 (複数ある場合)',
  control: '直接たずねる kagami-mirrord の制御ソケット',
  status: 'この複製の状態と、次の操作を表示します',
  recover: 'cancel や break の後、ミラー復帰させます',
  cancel: '進行中のコピーを recover まで中止します',
  break: '両方の複製を recover まで切り離します',
  extend: '大きくした両方のデータパーティションの大きさに合わせます',
  force: 'この複製だけにある内容を捨てます (捨てる側の kagami-mirrord に指示します)',
  loser: '複製を捨てる側のサーバ',
  yes: '確認しません',
  verify: '使いながら両方の複製を比べます (終了コード 1: 違いがある)',
  repair: '違うところを稼働系からコピーし直します',
  dump: 'この複製のメタデータを表示します',
  snapshot: '待機系の複製の、ある時点の内容',
  snapshotStart: '作成します。stop か、領域がいっぱいになるまで NBD で使えます',
  snapshotStop: '終了します',
  space: 'その間の変化を入れるファイル',
  spaceSize: 'その大きさの上限 (省略時 1G)',
  writable: '書き込み可。書いた内容は終了とともに消えます',
}

export function mirrorHelpOf(language: Language): typeof en {
  return language === 'ja' ? ja : en
}
