/** Messages of who is there and who may go on: numbers 2100–2199. */
import type { MessageEntry } from './message.ts'

export const membershipMessages = {
  'servers-paired': {
    number: 2101,
    severity: 'info',
    ja: '{server} と {peer} は互いに通信し、クラスタを組みました。',
    en: '{server} and {peer} have met and form the cluster.',
  },
  'peer-left': {
    number: 2102,
    severity: 'info',
    ja: '{peer} は正常にシャットダウンしました。',
    en: '{peer} has shut down in order.',
  },
  'peer-taken-back': {
    number: 2103,
    severity: 'info',
    ja: '{peer} がクラスタに復帰しました。',
    en: '{peer} is back in the cluster.',
  },
  'peer-silent': {
    number: 2104,
    severity: 'info',
    ja: '{peer} のハートビートが {silentMs} ミリ秒間ありません。状況を調べます。',
    en: '{peer} has been silent for {silentMs} ms; the evidence is being gathered.',
  },
  'excluded-by-ping': {
    number: 2105,
    severity: 'warning',
    ja: '{peer} から {silentMs} ミリ秒応答がなく、{server} は外部と通信できるため、{peer} を停止したとみなします。',
    en: '{peer} is taken for dead: silent for {silentMs} ms on every link, its kernel does not answer, and {server} reaches the ping targets.',
    cause: {
      ja: '{peer} の電源断、停止、または両方の LAN の切断です。',
      en: '{peer} lost power, crashed, or lost both of its networks.',
    },
    action: {
      ja: '{peer} を調べ、直してから起動してください。',
      en: 'Find out what happened to {peer}, mend it and start it.',
    },
  },
  'excluded-by-silence': {
    number: 2106,
    severity: 'warning',
    ja: '{peer} から {silentMs} ミリ秒応答がないため、{server} は {peer} を停止したとみなします（ネットワークパーティション解決なし、{timeoutMs} ミリ秒）。',
    en: '{server} takes {peer} for dead: silent for {silentMs} ms on every link (time-out {timeoutMs} ms, no arbiter).',
    cause: {
      ja: '{peer} の電源断、停止、または両方の LAN の切断です。',
      en: '{peer} lost power, crashed, or lost both of its networks.',
    },
    action: {
      ja: '{peer} を調べ、直してから起動してください。',
      en: 'Find out what happened to {peer}, mend it and start it.',
    },
  },
  'excluded-standby-hung': {
    number: 2107,
    severity: 'warning',
    ja: '待機系 {peer} が応答せず書き込みが待たされているため、{server} は単独で続行します。',
    en: '{server} goes on without its standby {peer}, which does not answer while writes wait.',
    cause: {
      ja: '{peer} のデーモンが停止または停滞しています。',
      en: 'The daemon of {peer} hangs or is stopped.',
    },
    action: {
      ja: '{peer} を調べてください。復帰後、ミラー復帰は自動で行われます。',
      en: 'Look at {peer}. The mirror is recovered by itself once it is back.',
    },
  },
  'wait-over-goes-on': {
    number: 2108,
    severity: 'warning',
    ja: '{peer} が現れないまま起動待ちが終わりました。{server} は記録上最新の複製を持つため、単独で開始します。',
    en: '{peer} did not appear in time; {server} starts alone, because its own record proves that its replica is the newest.',
    cause: { ja: '相手サーバが起動していません。', en: 'The other server is not running.' },
    action: {
      ja: '{peer} を起動してください。ミラー復帰は自動で行われます。',
      en: 'Start {peer}; the mirror is then recovered by itself.',
    },
  },
  'peer-gave-up': {
    number: 2109,
    severity: 'warning',
    ja: '{peer} は通信できずにすべて停止したと伝えてきました。',
    en: '{peer} said that it is cut off and has stopped everything.',
    cause: { ja: '{peer} のネットワーク障害です。', en: 'The network of {peer} has failed.' },
    action: { ja: '{peer} のネットワークを直してください。', en: 'Mend the network of {peer}.' },
  },
  'peer-hung-kernel': {
    number: 2110,
    severity: 'error',
    ja: '{peer} のデーモンは応答しませんが、OS は応答しています。グループがまだ動作している可能性があるため、引き継ぎません。',
    en: 'No takeover: the daemon of {peer} is silent, but its kernel answers, so its groups may still run.',
    cause: {
      ja: '{peer} の kagamid が停止または停滞しています。',
      en: 'kagamid on {peer} has ended or hangs.',
    },
    action: {
      ja: '{peer} で kagamid を起動し直すか、{peer} の電源を切ってください。電源が切れれば自動で引き継ぎます。',
      en: 'Restart kagamid on {peer}, or power {peer} off: the takeover then follows by itself.',
    },
  },
  'peer-hung-mirror': {
    number: 2111,
    severity: 'error',
    ja: '{peer} のデーモンは応答しませんが、ミラーの通信は続いています。グループがまだ動作している可能性があるため、引き継ぎません。',
    en: 'No takeover: the daemon of {peer} is silent, but its mirror session lives, so its groups may still run.',
    cause: {
      ja: '{peer} の kagamid が停止または停滞しています。',
      en: 'kagamid on {peer} has ended or hangs.',
    },
    action: {
      ja: '{peer} で kagamid を起動し直すか、{peer} の電源を切ってください。電源が切れれば自動で引き継ぎます。',
      en: 'Restart kagamid on {peer}, or power {peer} off: the takeover then follows by itself.',
    },
  },
  'lost-unplugged': {
    number: 2112,
    severity: 'error',
    ja: '{server} のすべての LAN が切断されたため、{server} は停止します。',
    en: '{server} stops everything: all of its network links are down.',
    cause: { ja: 'ケーブルまたはスイッチの障害です。', en: 'Cables or switches have failed.' },
    action: {
      ja: '{server} の LAN を接続してください。つながり次第、自動で復帰します。',
      en: 'Plug {server} in again; it rejoins by itself.',
    },
  },
  'lost-arbiter': {
    number: 2113,
    severity: 'error',
    ja: '{server} は {peer} とも ping 先とも通信できないため、停止します。',
    en: '{server} stops everything: it reaches neither {peer} nor the ping targets, so {peer} may go on.',
    cause: { ja: '{server} のネットワーク障害です。', en: 'The network of {server} has failed.' },
    action: {
      ja: '{server} のネットワークを直してください。つながり次第、自動で復帰します。',
      en: 'Mend the network of {server}; it rejoins by itself.',
    },
  },
  'lost-excluded': {
    number: 2114,
    severity: 'error',
    ja: '{server} は {peer} に切り離されていたため、停止して復帰し直します。',
    en: '{server} stops everything and rejoins: {peer} had excluded it.',
    cause: {
      ja: '{server} が長く応答しなかった間に、{peer} が引き継ぎました。',
      en: '{server} did not answer for so long that {peer} went on without it.',
    },
    action: {
      ja: '停止や停滞の原因を調べてください。復帰は自動です。',
      en: 'Find out why it did not answer. It rejoins by itself.',
    },
  },
  'lost-double': {
    number: 2115,
    severity: 'error',
    ja: '{server} と {peer} が別々に続行していました。{server} は停止し、両方のデータを保持します。',
    en: '{server} and {peer} had both gone on alone; {server} stops, and both versions of the data are kept.',
    cause: {
      ja: '両方の LAN が切れ、弱いネットワークパーティション解決では判断できませんでした。',
      en: 'All links were cut, and a weak arbiter could not tell who should go on.',
    },
    action: {
      ja: 'どちらのデータを残すかを決めてください。何も自動では破棄しません。',
      en: 'Decide which version is to be kept. Nothing is discarded by itself.',
    },
  },
  'we-were-away': {
    number: 2116,
    severity: 'warning',
    ja: '{server} 自身が {gapMs} ミリ秒停止していました。判断の前に聞き直します。',
    en: '{server} itself was away for {gapMs} ms; it listens again before judging anybody.',
    cause: {
      ja: 'サーバの過負荷、一時停止、または仮想マシンの停止です。',
      en: 'The server was overloaded, stopped or paused.',
    },
    action: {
      ja: '繰り返す場合は負荷を調べてください。',
      en: 'If it happens again, look at the load.',
    },
  },
  'peer-heard-again': {
    number: 2117,
    severity: 'info',
    ja: '{peer} のハートビートが戻りました。',
    en: '{peer} is heard again.',
  },
  'fencing-silent-peer': {
    number: 2118,
    severity: 'warning',
    ja: '{peer} から {silentMs} ミリ秒応答がないため、{server} は {peer} の電源を切ります。',
    en: '{server} switches {peer} off: silent for {silentMs} ms on every link, and its kernel does not answer.',
    cause: {
      ja: '{peer} の電源断、停止、または両方の LAN の切断です。',
      en: '{peer} lost power, crashed, or lost both of its networks.',
    },
    action: {
      ja: '{peer} を調べ、直してから起動してください。',
      en: 'Find out what happened to {peer}, mend it and start it.',
    },
  },
  'fencing-hung-peer': {
    number: 2119,
    severity: 'warning',
    ja: '{peer} のデーモンが応答しないまま動作を続けているため、{server} は {peer} の電源を切ります。',
    en: '{server} switches {peer} off: its daemon is silent, but the server still lives, so its groups may still run.',
    cause: {
      ja: '{peer} の kagamid が停止または停滞しています。',
      en: 'kagamid on {peer} has ended or hangs.',
    },
    action: {
      ja: '{peer} のログで原因を調べてください。',
      en: 'Look for the reason in the logs of {peer}.',
    },
  },
  'excluded-by-fence': {
    number: 2120,
    severity: 'warning',
    ja: '{peer} の電源が切れたことを確認しました。{server} が続行します。',
    en: '{peer} is confirmed to be switched off; {server} goes on.',
    cause: {
      ja: '{peer} が応答しなかったため、{server} が電源を切りました。',
      en: '{peer} did not answer, so {server} switched it off.',
    },
    action: {
      ja: '{peer} を調べ、直してから起動してください。ミラー復帰は自動で行われます。',
      en: 'Find out what happened to {peer}, mend it and start it. The mirror is recovered by itself.',
    },
  },
  'fencing-not-confirmed': {
    number: 2121,
    severity: 'error',
    ja: '{peer} の電源を切れたことが確認できないため、{server} は引き継ぎを取りやめました。{seconds} 秒後に再試行します。',
    en: 'No takeover: {server} could not confirm that {peer} is switched off. The next attempt is in {seconds} s.',
    cause: {
      ja: '電源制御装置に届かないか、その設定が正しくありません。',
      en: 'The power device is not reachable, or its settings are wrong.',
    },
    action: {
      ja: '{peer} の電源を手で切り、電源制御装置を直してください。{peer} が再び応答すれば何も起こりません。',
      en: 'Power {peer} off by hand and mend the power device. If {peer} answers again, nothing happens.',
    },
  },
  'fence-agent-failed': {
    number: 2122,
    severity: 'error',
    ja: 'フェンスエージェント {agent} で {peer} の電源を切れませんでした: {reason}',
    en: 'The fence agent {agent} could not switch {peer} off: {reason}',
    cause: {
      ja: '電源制御装置に届かないか、その設定が正しくありません。',
      en: 'The power device is not reachable, or its settings are wrong.',
    },
    action: {
      ja: 'arbiter.devices の設定を確認し、同じ設定でエージェントを手で動かしてみてください (action=status)。',
      en: 'Check arbiter.devices, and try the agent by hand with the same settings (action=status).',
    },
  },
} as const satisfies Record<string, MessageEntry>
