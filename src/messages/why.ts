/** Sentences of `kagami why`: evidence, each shown with its age. Numbers 2500–2549. */
import type { MessageEntry } from './message.ts'

export const whyMessages = {
  'why-peer-heard': {
    number: 2500,
    severity: 'info',
    ja: '{peer} のハートビートを {link} で受信しました。',
    en: '{peer} was heard on {link}.',
  },
  'why-peer-acknowledged': {
    number: 2501,
    severity: 'info',
    ja: '{peer} が受信を確認した最新のハートビートを送信しました。',
    en: 'The latest heartbeat that {peer} is known to have received was sent.',
  },
  'why-peer-never': {
    number: 2502,
    severity: 'info',
    ja: '{server} の kagamid が起動しました。{peer} のハートビートはまだ受信していません。',
    en: 'kagamid on {server} started; {peer} has not been heard since.',
  },
  'why-kernel-answers': {
    number: 2503,
    severity: 'info',
    ja: '{peer} のカーネルは ping に応答しました。プログラムがまだ動作している可能性があります。',
    en: 'The kernel of {peer} answered a ping: its programs may still run.',
  },
  'why-kernel-silent': {
    number: 2504,
    severity: 'info',
    ja: '{peer} のカーネルは、どの LAN でも ping に応答しませんでした。',
    en: 'The kernel of {peer} did not answer a ping on any link.',
  },
  'why-mirror-alive': {
    number: 2505,
    severity: 'info',
    ja: '{peer} とのミラー通信は続いていました。',
    en: 'The mirror session with {peer} was alive.',
  },
  'why-arbiter-win': {
    number: 2506,
    severity: 'info',
    ja: '判定先（{arbiter}）は {server} の続行を認めました。',
    en: 'The arbiter ({arbiter}) let {server} go on.',
  },
  'why-arbiter-lose': {
    number: 2507,
    severity: 'info',
    ja: '判定先（{arbiter}）は {server} の続行を認めませんでした。',
    en: 'The arbiter ({arbiter}) did not let {server} go on.',
  },
  'why-group-here': {
    number: 2510,
    severity: 'info',
    ja: 'グループ {group} は {server} で動作を始めました。',
    en: 'Group {group} began to run on {server}.',
  },
  'why-group-there': {
    number: 2511,
    severity: 'info',
    ja: '{peer} によれば、グループ {group} は {peer} で動作しています。',
    en: 'Group {group} runs on {peer}, as {peer} itself says.',
  },
  'why-group-nowhere': {
    number: 2512,
    severity: 'info',
    ja: 'グループ {group} は {server} では動作していません。理由は次のとおりです。',
    en: 'Group {group} does not run on {server}, and this is the reason.',
  },
  'why-started': {
    number: 2513,
    severity: 'info',
    ja: '動作を始めた理由は次のとおりです。',
    en: 'It was started for this reason.',
  },
  'why-would-be-taken-over': {
    number: 2514,
    severity: 'info',
    ja: '今 {owner} が停止すれば、{server} がグループ {group} を引き継ぎます（複製は最新です）。',
    en: 'If {owner} stopped now, {server} would take group {group} over: its replica is in sync.',
  },
  'why-would-not-be-taken-over': {
    number: 2515,
    severity: 'warning',
    ja: '今 {owner} が停止しても、{server} はグループ {group} を引き継ぎません。理由は次のとおりです。',
    en: 'If {owner} stopped now, {server} would not take group {group} over, for the reason that follows.',
    cause: {
      ja: '引き継ぎに必要な条件が揃っていません。',
      en: 'Something that a takeover needs is missing.',
    },
    action: {
      ja: '続く理由に従って直してください。',
      en: 'Mend what the reason names.',
    },
  },
  'why-register-never': {
    number: 2530,
    severity: 'info',
    ja: '判定先（{arbiter}）からの応答はまだありません。',
    en: 'The arbiter ({arbiter}) has not answered yet.',
  },
  'why-register-free': {
    number: 2531,
    severity: 'info',
    ja: '判定先（{arbiter}）では、まだどのサーバも続行を認められていません。',
    en: 'The arbiter ({arbiter}) has given the cluster to nobody yet.',
  },
  'why-register-holder': {
    number: 2532,
    severity: 'info',
    ja: '判定先（{arbiter}）は第 {version} 版を {holder} に与えたと答えました。',
    en: 'The arbiter ({arbiter}) said that it gave epoch {version} to {holder}.',
  },
} as const satisfies Record<string, MessageEntry>
