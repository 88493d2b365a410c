/** Sentences of `kagami what-if` and `kagami config verdict`: numbers 2550–2579. */
import type { MessageEntry } from './message.ts'

export const whatIfMessages = {
  'what-if-head': {
    number: 2550,
    severity: 'info',
    ja: '今 {names} が失われた場合の動作です（実際には何も変えません）。',
    en: 'If {names} were lost now, this would happen (nothing is touched):',
  },
  'what-if-nothing': {
    number: 2551,
    severity: 'info',
    ja: '何も起こりません。',
    en: 'Nothing would happen.',
  },
  'what-if-runs': {
    number: 2552,
    severity: 'info',
    ja: 'グループ {group} は {owner} で動作します。見込まれる停止時間は約 {seconds} 秒です（スクリプトの実行時間は含みません）。',
    en: 'Group {group} would run on {owner}, after an outage of about {seconds} s, not counting what its scripts take.',
  },
  'what-if-goes-on': {
    number: 2556,
    severity: 'info',
    ja: 'グループ {group} は {owner} で動作し続けます。中断はありません。',
    en: 'Group {group} would go on running on {owner}, without a break.',
  },
  'what-if-stops': {
    number: 2553,
    severity: 'info',
    ja: 'グループ {group} はどこでも動作しなくなります。データは保持されます。',
    en: 'Group {group} would run nowhere; its data would be safe.',
  },
  'what-if-two-active': {
    number: 2554,
    severity: 'info',
    ja: '両方のサーバで同時に動作するおそれがあります。',
    en: 'Both servers could be active at the same time.',
  },
  'data-on-both': {
    number: 2557,
    severity: 'info',
    ja: 'データは両方のサーバにあります。どちらか一方を失っても、書き込みは失われません。',
    en: 'All data are on both servers: the loss of either one would lose no write.',
  },
  'data-on-one': {
    number: 2558,
    severity: 'info',
    ja: '最新のデータは {server} にしかありません。そのディスクを失うと、もう一方のサーバにない書き込みが失われます。',
    en: 'Only {server} has the newest data: if its disk were lost, what the other server does not have would be lost.',
  },
  'data-not-known': {
    number: 2559,
    severity: 'info',
    ja: 'どちらのサーバのデータが最新か、まだ確認できていません。',
    en: 'It is not known yet which server has the newest data.',
  },
  'what-if-busy': {
    number: 2572,
    severity: 'warning',
    ja: '障害の予測を計算できませんでした。',
    en: 'What would happen was not computed.',
    cause: {
      ja: '別の予測を計算しているか、10 秒以内に終わりませんでした。',
      en: 'Another answer is being computed, or it took longer than ten seconds.',
    },
    action: {
      ja: '少し待ってもう一度試すか、「kagami what-if」を使ってください。',
      en: 'Wait a moment and try again, or use: kagami what-if',
    },
  },
  'what-if-unknown': {
    number: 2555,
    severity: 'error',
    ja: '「{names}」は失うものの名前ではありません。使える名前: {known}',
    en: 'There is no such thing to lose: {names}. There are: {known}',
    cause: { ja: '名前が違います。', en: 'A name is wrong.' },
    action: {
      ja: '--lose に使える名前を指定してください。複数指定もできます。',
      en: 'Give one of these names to --lose; it may be given more than once.',
    },
  },
  'verdict-singles': {
    number: 2560,
    severity: 'info',
    ja: '1 つの障害:',
    en: 'One failure:',
  },
  'verdict-pairs': {
    number: 2561,
    severity: 'info',
    ja: '2 つの障害が続いた場合（{all} 通り）: 継続 {survived}、停止（データは安全） {stops}、両方で動作のおそれ {two}。そのうち注意が必要なもの:',
    en: 'Two failures, one after the other ({all}): {survived} survived, {stops} stopped with the data safe, {two} with two active servers possible. Worth knowing:',
  },
  'verdict-survived': {
    number: 2562,
    severity: 'info',
    ja: '継続',
    en: 'survived',
  },
  'verdict-stops': {
    number: 2563,
    severity: 'info',
    ja: 'サービスは停止、データは安全',
    en: 'the service stops, the data is safe',
  },
  'verdict-two-active': {
    number: 2564,
    severity: 'info',
    ja: '両方のサーバで動作するおそれ',
    en: 'two active servers possible',
  },
  'verdict-trace': {
    number: 2565,
    severity: 'info',
    ja: 'そこに至る最短の経過（{failures}）:',
    en: 'The shortest way there ({failures}):',
  },
  'verdict-then': {
    number: 2566,
    severity: 'info',
    ja: '、次に',
    en: ', then ',
  },
  'verdict-lose': {
    number: 2567,
    severity: 'info',
    ja: '{name} の停止または切断',
    en: '{name} is lost',
  },
  'verdict-lose-hang': {
    number: 2568,
    severity: 'info',
    ja: '{server} の停滞',
    en: '{server} hangs',
  },
  'verdict-lose-links': {
    number: 2569,
    severity: 'info',
    ja: 'サーバ同士の通信の途絶',
    en: 'the servers cannot hear each other',
  },
  'verdict-lose-arbiter': {
    number: 2570,
    severity: 'info',
    ja: '判定先の停止',
    en: 'the arbiter is lost',
  },
  'verdict-lose-disk': {
    number: 2571,
    severity: 'info',
    ja: '動作中のサーバのミラーディスクの障害',
    en: 'the mirror disk of the active server fails',
  },
} as const satisfies Record<string, MessageEntry>
