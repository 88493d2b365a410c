/** Messages of the cluster's register, its claims and the lease: numbers 2130–2159. */
import type { MessageEntry } from './message.ts'

export const registerMessages = {
  'register-claimed': {
    number: 2130,
    severity: 'warning',
    ja: '{peer} から {silentMs} ミリ秒応答がないため、{server} は判定先（{arbiter}）に続行の許可を求めます。',
    en: '{peer} has been silent for {silentMs} ms; {server} asks the arbiter ({arbiter}) whether it may go on.',
    cause: {
      ja: '{peer} の電源断、停止、または両方の LAN の切断です。',
      en: '{peer} lost power, crashed, or lost both of its networks.',
    },
    action: {
      ja: '{peer} を調べてください。',
      en: 'Find out what happened to {peer}.',
    },
  },
  'excluded-by-register': {
    number: 2131,
    severity: 'warning',
    ja: '判定先（{arbiter}）は {server} の続行を認め、{peer} を除外しました。',
    en: 'The arbiter ({arbiter}) has given the cluster to {server}; {peer} is excluded.',
    cause: {
      ja: '{peer} の電源断、停止、または両方の LAN の切断です。',
      en: '{peer} lost power, crashed, or lost both of its networks.',
    },
    action: {
      ja: '{peer} を調べ、直してから起動してください。ミラー復帰は自動で行われます。',
      en: 'Find out what happened to {peer}, mend it and start it. The mirror is recovered by itself.',
    },
  },
  'lost-register': {
    number: 2132,
    severity: 'error',
    ja: '判定先（{arbiter}）は {peer} に続行を認めています。{server} は引き継がず、動作中のものは停止します。',
    en: 'The arbiter ({arbiter}) has given the cluster to {peer}: {server} takes nothing over, and stops what it runs.',
    cause: {
      ja: '両方の LAN が切れている間に、{peer} が先に続行の許可を得ました。',
      en: 'While the servers could not hear each other, {peer} asked first.',
    },
    action: {
      ja: 'LAN を直してください。復帰は自動です。',
      en: 'Mend the links between the servers. It rejoins by itself.',
    },
  },
  'lost-lease': {
    number: 2133,
    severity: 'error',
    ja: '{server} は {peer} にも判定先（{arbiter}）にも届かず、動作の権利（リース）が切れるため、グループを停止します。',
    en: '{server} reaches neither {peer} nor the arbiter ({arbiter}); its right to run ends, so it stops its groups.',
    cause: {
      ja: '{server} の LAN の障害、または {peer} と判定先の同時障害です。',
      en: 'The network of {server} failed, or {peer} and the arbiter failed at the same time.',
    },
    action: {
      ja: 'LAN と判定先を直してください。届くようになれば自動で復帰します。',
      en: 'Mend the network, or the arbiter. It rejoins by itself once one of them is reached.',
    },
  },
  'register-not-agreed': {
    number: 2134,
    severity: 'error',
    ja: '{server} は判定先（{arbiter}）に続行を求められません。{peer} との間で、同じ判定先の同じ版がまだ確認できていません。',
    en: '{server} cannot ask the arbiter ({arbiter}): it and {peer} have not agreed on the same version of the same register.',
    cause: {
      ja: 'クラスタを組んでから判定先に届いたことがないか、判定先またはその設定が変わったばかりか、前回正常に停止してから相手と通信していません。',
      en: 'The arbiter was never reached since the pair formed, it or its settings have just changed, or this server has shut down in order and not met its peer since.',
    },
    action: {
      ja: '{peer} を起動し、判定先に届くことを確認してください（kagami status）。',
      en: 'Start {peer}, and see that the arbiter is reached (kagami status).',
    },
  },
  'register-is-another': {
    number: 2135,
    severity: 'error',
    ja: '判定先（{arbiter}）の記録が、クラスタを組んだときのものではありません。{server} は続行を求められません。',
    en: 'The arbiter ({arbiter}) does not hold the register that this pair was formed with: {server} may claim nothing from it.',
    cause: {
      ja: '判定先が作り直されたか、バックアップから復元されました。',
      en: 'The arbiter was made anew or restored from a backup.',
    },
    action: {
      ja: '両サーバが通信できれば、新しい記録に自動で切り替わります。',
      en: 'Once both servers hear each other, they go over to the new one by themselves.',
    },
  },
  'register-agreed': {
    number: 2136,
    severity: 'info',
    ja: '{server} と {peer} は、判定先（{arbiter}）の同じ版を記録しました。',
    en: '{server} and {peer} have recorded the same version of the register ({arbiter}).',
  },
  'register-answers-again': {
    number: 2137,
    severity: 'info',
    ja: '判定先（{arbiter}）が再び応答しています。',
    en: 'The arbiter ({arbiter}) answers again.',
  },
  'register-read': {
    number: 2138,
    severity: 'info',
    ja: '判定先（{arbiter}）の状態を確認します。',
    en: 'The arbiter ({arbiter}) is asked for its state.',
  },
  'group-waits-for-lease': {
    number: 2139,
    severity: 'info',
    ja: 'グループ {group}: {peer} の動作の権利（リース）が確実に切れるまで、あと {secondsLeft} 秒待ちます。',
    en: 'Group {group} waits {secondsLeft} s more, until the lease of {peer} is over for certain.',
  },
  'group-waits-for-guard': {
    number: 2140,
    severity: 'warning',
    ja: 'グループ {group}: {server} の kagami-guard がまだ監視を始めていないため、起動を待っています。',
    en: 'Group {group} waits for the guard of {server} (kagami-guard), which is not armed yet.',
    cause: {
      ja: 'kagami-guard が起動できないか、応答していません。',
      en: 'kagami-guard cannot be started, or does not answer.',
    },
    action: {
      ja: '/var/log/kagami/guard.log を調べてください。',
      en: 'Look at /var/log/kagami/guard.log.',
    },
  },
  'register-no-answer': {
    number: 2141,
    severity: 'warning',
    ja: '判定先（{arbiter}）に届きません: {reason}',
    en: 'The arbiter ({arbiter}) is not reached: {reason}',
    cause: {
      ja: '判定先が停止しているか、そこまでのネットワークに障害があります。',
      en: 'The arbiter does not run, or the network to it is down.',
    },
    action: {
      ja: '判定先を復旧してください。相手サーバが停止するまでは、動作に影響しません。',
      en: 'Bring the arbiter back. As long as both servers hear each other nothing stops.',
    },
  },
} as const satisfies Record<string, MessageEntry>
