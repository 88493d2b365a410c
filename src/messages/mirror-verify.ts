/** Messages of the comparison of both replicas: numbers 3200–3219. */
import type { MessageEntry } from './message.ts'

export const mirrorVerifyMessages = {
  'mirrord-verify-active': {
    number: 3200,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} の複製との比較を開始します。活性側の {server} の内容を正とします。',
    en: 'Mirror {mirror}: the comparison with the replica on {peer} begins; {server}, being active, counts as right.',
  },
  'mirrord-verify-last-active': {
    number: 3201,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} の複製との比較を開始します。最後に活性だった {server} の内容を正とします。',
    en: 'Mirror {mirror}: the comparison with the replica on {peer} begins; {server}, having been active last, counts as right.',
  },
  'mirrord-verify-identical': {
    number: 3202,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} の複製と同じ内容でした。',
    en: 'Mirror {mirror}: the replica on {peer} is identical.',
  },
  'mirrord-verify-differs': {
    number: 3203,
    severity: 'error',
    ja: 'ミラー {mirror}: {peer} の複製は {server} と {bytes} バイト異なります ({places})。{server} を正とします。',
    en: 'Mirror {mirror}: the replica on {peer} differs from {server} in {bytes} bytes (at {places}); {server} counts as right.',
    cause: {
      ja: 'どちらかのディスクが誤ったデータを返したか、kagami を通さずに書き込まれました。',
      en: 'A disk gave back something else than was written, or somebody wrote past kagami.',
    },
    action: {
      ja: '両方のディスクを調べてください。{server} が正しければ kagami mirror verify --repair で直せます。',
      en: 'Examine both disks; if {server} is right, kagami mirror verify --repair copies the places anew.',
    },
  },
  'mirrord-verify-repaired': {
    number: 3204,
    severity: 'warning',
    ja: 'ミラー {mirror}: {peer} の複製の {bytes} バイトを {server} からコピーし直しました。',
    en: 'Mirror {mirror}: {bytes} bytes of the replica on {peer} were copied anew from {server}.',
    cause: {
      ja: '比較で違いが見つかり、修復が指示されていました。',
      en: 'A comparison found differences, and repair was ordered.',
    },
    action: {
      ja: '違いが生じた原因を調べ、もう一度比較してください。',
      en: 'Find out why they differed, and compare once more.',
    },
  },
  'mirrord-verify-not-repaired': {
    number: 3205,
    severity: 'error',
    ja: 'ミラー {mirror}: {peer} の複製の {bytes} バイトを修復できませんでした。',
    en: 'Mirror {mirror}: {bytes} bytes of the replica on {peer} could not be repaired.',
    cause: {
      ja: '{peer} のディスクが、書いた内容と違うものを返します。または記録ができません。',
      en: 'The disk of {peer} gives back something else than was written, or nothing can be recorded.',
    },
    action: {
      ja: '{peer} のディスクを交換して、複製を作り直してください。',
      en: 'Replace the disk of {peer} and create its replica anew.',
    },
  },
  'mirrord-verify-ended': {
    number: 3206,
    severity: 'info',
    ja: 'ミラー {mirror}: {peer} の複製との比較は {percent} % で中断しました。',
    en: 'Mirror {mirror}: the comparison with the replica on {peer} broke off at {percent} %.',
  },
  'mirrord-verify-apart': {
    number: 3210,
    severity: 'error',
    ja: 'ミラー {mirror}: {peer} と同期していないため、比較できません。',
    en: 'Mirror {mirror}: nothing can be compared; it is not in sync with {peer}.',
    cause: {
      ja: '接続が切れているか、ミラー復帰中です。',
      en: 'The link is down, or mirror recovery is under way.',
    },
    action: {
      ja: 'ミラー復帰が終わってから、もう一度実行してください。',
      en: 'Run it again when mirror recovery is done.',
    },
  },
  'mirrord-verify-elsewhere': {
    number: 3211,
    severity: 'error',
    ja: 'ミラー {mirror}: 比較は {peer} で実行してください。',
    en: 'Mirror {mirror}: the comparison is to be run on {peer}.',
    cause: {
      ja: '{peer} が活性、または最後に活性でした。違いがあれば、そちらの内容を正とします。',
      en: '{peer} is active, or was active last; where they differ it counts as right.',
    },
    action: {
      ja: '{peer} で同じ命令を実行してください。',
      en: 'Give the same order on {peer}.',
    },
  },
  'mirrord-verify-running': {
    number: 3212,
    severity: 'error',
    ja: 'ミラー {mirror}: 既に比較中です。',
    en: 'Mirror {mirror}: a comparison is under way already.',
    cause: { ja: '命令または予定により開始されました。', en: 'It was ordered, or it was due.' },
    action: {
      ja: '終わるのを待つか、kagami mirror cancel で中断してください。',
      en: 'Wait for its end, or end it with kagami mirror cancel.',
    },
  },
} as const satisfies Record<string, MessageEntry>
