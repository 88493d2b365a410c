/** Messages of the snapshot of a standby: numbers 3220–3239. */
import type { MessageEntry } from './message.ts'

export const mirrorSnapshotMessages = {
  'mirrord-snapshot-taken': {
    number: 3220,
    severity: 'info',
    ja: 'ミラー {mirror}: スナップショットを作成しました。NBD のエクスポート名は {name} です。',
    en: 'Mirror {mirror}: a snapshot was taken; its NBD export is {name}.',
  },
  'mirrord-snapshot-ended': {
    number: 3221,
    severity: 'info',
    ja: 'ミラー {mirror}: スナップショットを終了しました。',
    en: 'Mirror {mirror}: the snapshot was ended.',
  },
  'mirrord-snapshot-full': {
    number: 3222,
    severity: 'warning',
    ja: 'ミラー {mirror}: スナップショットの領域がいっぱいになり、スナップショットを破棄しました。',
    en: 'Mirror {mirror}: the snapshot was dropped, for its space is full.',
    cause: {
      ja: '作成後に書き込まれた量が領域を超えました。複製は影響を受けません。',
      en: 'More was written since it was taken than the space holds. The replica is not affected.',
    },
    action: {
      ja: '使用中の処理はやり直しが必要です。より大きな領域で作成し直してください。',
      en: 'Whatever used it has to be done again. Take another one with more space.',
    },
  },
  'mirrord-snapshot-slow': {
    number: 3223,
    severity: 'warning',
    ja: 'ミラー {mirror}: スナップショットの領域への書き込みが遅いため、スナップショットを破棄しました。',
    en: 'Mirror {mirror}: the snapshot was dropped, for keeping old blocks took too long.',
    cause: {
      ja: 'どちらかのディスクが止まっているか、極端に遅くなっています。ミラーを待たせることはできません。',
      en: 'A disk hangs or is extremely slow, and the mirror must not wait for it.',
    },
    action: {
      ja: '領域を別の速いディスクに置いて、作成し直してください。',
      en: 'Take another one with its space on another, faster disk.',
    },
  },
  'mirrord-snapshot-failed': {
    number: 3224,
    severity: 'warning',
    ja: 'ミラー {mirror}: ディスクのエラーのため、スナップショットを破棄しました: {error}',
    en: 'Mirror {mirror}: the snapshot was dropped after an error of a disk: {error}',
    cause: {
      ja: '領域のあるディスクが満杯か故障しています。または複製を読めません。',
      en: 'The disk with the space is full or broken, or the replica cannot be read.',
    },
    action: {
      ja: '領域のあるディスクを確認し、作成し直してください。',
      en: 'Check the disk with the space, and take another one.',
    },
  },
  'mirrord-snapshot-promoted': {
    number: 3225,
    severity: 'warning',
    ja: 'ミラー {mirror}: このサーバが活性化したため、スナップショットを破棄しました。',
    en: 'Mirror {mirror}: the snapshot was dropped, for this side became active.',
    cause: {
      ja: 'グループがこのサーバに移りました。スナップショットは待機系だけのものです。',
      en: 'The group came to this server; a snapshot is of a standby.',
    },
    action: {
      ja: '必要なら、新しい待機系で作成し直してください。',
      en: 'If it is needed, take another one on the server that is the standby now.',
    },
  },
  'mirrord-snapshot-lost-at-once': {
    number: 3226,
    severity: 'error',
    ja: 'スナップショット {name} は作成直後に破棄されました。',
    en: 'The snapshot {name} was dropped as soon as it was taken.',
    cause: {
      ja: '領域が小さすぎるか、エラーが起きました。',
      en: 'Its space is too small, or there was an error.',
    },
    action: {
      ja: 'ログを確認し、より大きな領域で作成し直してください。',
      en: 'Look into the log, and take another one with more space.',
    },
  },
  'mirrord-snapshot-exists': {
    number: 3230,
    severity: 'error',
    ja: 'ミラー {mirror}: スナップショットは既にあります。',
    en: 'Mirror {mirror}: there is a snapshot already.',
    cause: {
      ja: '同時に作成できるのは 1 つだけです。',
      en: 'There can be one at a time.',
    },
    action: {
      ja: '先に kagami mirror snapshot stop で終了してください。',
      en: 'End it first, with kagami mirror snapshot stop.',
    },
  },
  'mirrord-snapshot-active': {
    number: 3231,
    severity: 'error',
    ja: 'ミラー {mirror}: このサーバは活性なので、スナップショットを作成できません。',
    en: 'Mirror {mirror}: no snapshot can be taken here; this side is active.',
    cause: {
      ja: 'スナップショットは待機系の複製のものです。',
      en: 'A snapshot is taken of the replica on the standby.',
    },
    action: {
      ja: '待機系のサーバで実行してください。',
      en: 'Give the order on the standby.',
    },
  },
  'mirrord-snapshot-inconsistent': {
    number: 3232,
    severity: 'error',
    ja: 'ミラー {mirror}: この複製は使える状態ではないため、スナップショットを作成できません。',
    en: 'Mirror {mirror}: no snapshot can be taken; this replica is not consistent.',
    cause: {
      ja: 'ミラー復帰中か、複製が未完成、または故障しています。',
      en: 'Mirror recovery is under way, or the replica was never built, or has failed.',
    },
    action: {
      ja: 'ミラー復帰が終わってから、もう一度実行してください。',
      en: 'Run it again when mirror recovery is done.',
    },
  },
  'mirrord-snapshot-none': {
    number: 3233,
    severity: 'error',
    ja: 'ミラー {mirror}: スナップショットはありません。',
    en: 'Mirror {mirror}: there is no snapshot.',
    cause: {
      ja: '作成されていないか、既に終了しています。',
      en: 'None was taken, or it was ended already.',
    },
    action: { ja: '何もする必要はありません。', en: 'Nothing has to be done.' },
  },
  'mirrord-snapshot-space-foreign': {
    number: 3234,
    severity: 'error',
    ja: '{path} は既にあり、このミラーのスナップショット領域ではありません。何も変えていません。',
    en: '{path} exists and is no snapshot space of this mirror. Nothing was changed.',
    cause: {
      ja: '別の用途のファイルかもしれません。',
      en: 'It may be a file that serves something else.',
    },
    action: {
      ja: '別のファイル名を指定してください。',
      en: 'Name another file.',
    },
  },
  'mirrord-snapshot-space-unusable': {
    number: 3235,
    severity: 'error',
    ja: 'スナップショット領域 {path} を用意できません: {error}',
    en: 'The snapshot space {path} cannot be made: {error}',
    cause: {
      ja: 'フォルダがないか、権限、容量、またはサイズの指定に問題があります。',
      en: 'The folder is not there, or rights, room, or the size that was given are wrong.',
    },
    action: {
      ja: '64 KiB 以上の大きさと、書き込めるフォルダを指定してください。',
      en: 'Give at least 64 KiB, in a folder that can be written to.',
    },
  },
} as const satisfies Record<string, MessageEntry>
