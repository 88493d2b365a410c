/** Messages of the decision maker and its groups: numbers 2000–2999. */
import type { MessageEntry } from './message.ts'

export const coreMessages = {
  'group-started': {
    number: 2001,
    severity: 'info',
    ja: 'グループ {group} は {server} で動作しています。',
    en: 'Group {group} runs on {server}.',
  },
  'group-starting': {
    number: 2002,
    severity: 'info',
    ja: 'グループ {group} を {server} で開始します。',
    en: 'Group {group} is being started on {server}.',
  },
  'group-stopped': {
    number: 2003,
    severity: 'info',
    ja: 'グループ {group} は {server} で停止しました。',
    en: 'Group {group} has stopped on {server}.',
  },
  'group-released': {
    number: 2004,
    severity: 'info',
    ja: '{server} はグループ {group} を {peer} に引き渡しました。',
    en: '{server} has handed group {group} over to {peer}.',
  },
  'group-released-here': {
    number: 2005,
    severity: 'info',
    ja: 'グループ {group} が引き渡されたため、{server} が引き継ぎます。',
    en: '{server} takes group {group}: it was handed over.',
  },
  'group-first-start': {
    number: 2006,
    severity: 'info',
    ja: 'どちらのサーバでも動作していないため、優先順位によりグループ {group} を {server} で開始します。',
    en: '{server} starts group {group}: neither server runs it, and it comes first in the order of priority.',
  },
  'group-taken-over': {
    number: 2007,
    severity: 'warning',
    ja: '{peer} を切り離したため、グループ {group} を {server} が引き継ぎます。',
    en: '{server} takes over group {group}: {peer} is out of the cluster.',
    cause: {
      ja: '相手サーバが停止したか、応答しなくなりました。',
      en: 'The other server stopped or no longer answers.',
    },
    action: {
      ja: '停止したサーバを調べ、直してから起動してください。起動するとミラー復帰は自動で行われます。',
      en: 'Find out why the other server stopped, mend it and start it. The mirror is then recovered by itself.',
    },
  },
  'group-not-started-yet': {
    number: 2008,
    severity: 'info',
    ja: 'グループ {group} はまだ開始されていません。',
    en: 'Group {group} has not been started yet.',
  },
  'group-observed': {
    number: 2009,
    severity: 'info',
    ja: 'デーモンの再起動後、グループ {group} の状態を確認します。',
    en: 'Group {group} is looked at after a restart of the daemon.',
  },
  'group-adopted': {
    number: 2010,
    severity: 'info',
    ja: 'デーモンは再起動しましたが、グループ {group} は {server} で動作を続けています。',
    en: 'The daemon was restarted; group {group} went on running on {server}.',
  },
  'group-stopped-by-operator': {
    number: 2011,
    severity: 'info',
    ja: 'グループ {group} は操作により停止されています。',
    en: 'Group {group} is stopped, as an operator ordered.',
  },
  'group-runs-on-peer': {
    number: 2012,
    severity: 'info',
    ja: 'グループ {group} は {peer} で動作しています。',
    en: 'Group {group} runs on {peer}.',
  },
  'group-startup-manual': {
    number: 2013,
    severity: 'info',
    ja: 'グループ {group} は手動起動の設定です。',
    en: 'Group {group} waits to be started by an operator, as the definition says.',
  },
  'group-failover-manual': {
    number: 2014,
    severity: 'warning',
    ja: 'グループ {group} は手動フェイルオーバの設定のため、{server} は自動では引き継ぎません。',
    en: '{server} does not take over group {group}: its failover is manual.',
    cause: {
      ja: '定義で failover: manual が指定されています。',
      en: 'The definition says failover: manual.',
    },
    action: {
      ja: 'このサーバで開始するには「kagami group start {group} --to {server}」を実行してください。',
      en: 'To start it here: kagami group start {group} --to {server}',
    },
  },
  'group-is-for-peer': {
    number: 2015,
    severity: 'info',
    ja: 'グループ {group} は {peer} が開始します（{server} は待機）。',
    en: 'Group {group} is for {peer} to start; {server} stands by.',
  },
  'group-waits-for-peer': {
    number: 2016,
    severity: 'info',
    ja: '{peer} の起動を待っています（残り {secondsLeft} 秒）。グループ {group} はその後に開始します。',
    en: 'Waiting for {peer} to appear ({secondsLeft} s left) before group {group} is started.',
  },
  'group-cannot-start-alone': {
    number: 2017,
    severity: 'error',
    ja: '{server} は単独ではグループ {group} を開始しません。{peer} のほうが新しいデータを持つ可能性があります。',
    en: '{server} does not start group {group} alone: {peer} may hold newer data.',
    cause: {
      ja: '起動待ち時間内に相手サーバが現れず、このサーバの複製が最新であるという記録がありません。',
      en: 'The other server did not appear in time, and nothing on record proves that this replica is the newest.',
    },
    action: {
      ja: '相手サーバを起動してください。つながり次第、自動で開始します。',
      en: 'Start the other server; the group starts as soon as they have met.',
    },
  },
  'group-stopped-by-loss': {
    number: 2018,
    severity: 'error',
    ja: '{server} はグループ {group} を停止しました。{peer} とも外部とも通信できないためです。',
    en: '{server} stopped group {group}: it can reach neither {peer} nor the arbiter, so {peer} may go on.',
    cause: {
      ja: 'ネットワークから切り離されたか、相手サーバに切り離されました。',
      en: 'This server was cut off from the network, or was excluded by its peer.',
    },
    action: {
      ja: 'LAN の接続を直してください。つながり次第、自動で復帰します。',
      en: 'Mend the network. The server rejoins by itself once it hears its peer.',
    },
  },
  'group-stopped-for-leaving': {
    number: 2019,
    severity: 'info',
    ja: '{server} はシャットダウン中のため、グループ {group} を開始しません。',
    en: '{server} is shutting down and does not start group {group}.',
  },
  'group-waits-for-judgement': {
    number: 2020,
    severity: 'info',
    ja: '{peer} の応答がないため、グループ {group} の扱いを判断中です。',
    en: '{peer} is silent; what to do with group {group} is being judged.',
  },
  'group-start-failed': {
    number: 2021,
    severity: 'error',
    ja: '{server} でグループ {group} のリソース {resource} を開始できませんでした。',
    en: 'Group {group} could not be started on {server}: resource {resource} failed.',
    cause: {
      ja: 'リソースの開始がエラーで終わったか、時間切れになりました。',
      en: 'Starting the resource ended with an error or took too long.',
    },
    action: {
      ja: '直前のメッセージで原因を確認してください。相手サーバで開始できればそちらで開始し、できなければ時間をおいて再試行します。',
      en: 'The message before this one says why. The peer starts the group if it can; else it is tried again here after a pause.',
    },
  },
  'group-stop-failed-there': {
    number: 2022,
    severity: 'error',
    ja: 'グループ {group} は {peer} で停止できず、まだ動作している可能性があります。',
    en: 'Group {group} could not be stopped on {peer} and may still run there.',
    cause: {
      ja: '終了スクリプトまたはリソースの停止が失敗しました。',
      en: 'A stop script or a resource failed to stop.',
    },
    action: {
      ja: '{peer} で該当のプログラムを停止するか、{peer} の電源を切ってください。',
      en: 'End its programs on {peer}, or power {peer} off.',
    },
  },
  'stop-failed-reset': {
    number: 2023,
    severity: 'error',
    ja: 'グループ {group} の {resource} を停止できないため、{server} は自分自身をリセットします。{peer} が引き継ぎます。',
    en: '{server} resets itself: {resource} of group {group} could not be stopped, and {peer} can take over.',
    cause: {
      ja: '停止できないものはまだ動作している可能性があり、両方のサーバで同時に動作させないためです。',
      en: 'What could not be stopped may still run, and it must never run on both servers.',
    },
    action: {
      ja: '終了スクリプトがなぜ終わらないかを調べてください。',
      en: 'Find out why the stop script did not end.',
    },
  },
  'stop-failed-stays': {
    number: 2024,
    severity: 'error',
    ja: '{server} でグループ {group} の {resource} を停止できません。{peer} も引き継げない状態です。',
    en: '{resource} of group {group} could not be stopped on {server}, and {peer} cannot take over now.',
    cause: {
      ja: 'リソースの停止が失敗し、相手サーバは引き継げる状態ではありません。',
      en: 'A resource failed to stop while the peer is not ready.',
    },
    action: {
      ja: '該当のプログラムを手で停止してください。30 秒ごとに停止を再試行します。',
      en: 'End its programs by hand; the stop is tried again every 30 seconds.',
    },
  },
  'stop-tried-again': {
    number: 2025,
    severity: 'info',
    ja: '{server} でグループ {group} の停止を再試行します。',
    en: 'Stopping group {group} on {server} is tried again.',
  },
  'mirror-disk-failed': {
    number: 2026,
    severity: 'error',
    ja: '{server} のミラーディスク {mirror} が使えなくなりました。',
    en: 'Mirror disk {mirror} has failed on {server}.',
    cause: {
      ja: 'kagami-mirrord が終了したか、ディスクがエラーを返しました。',
      en: 'kagami-mirrord ended, or the disk below it returned errors.',
    },
    action: {
      ja: 'サービスは自動で切り替わるか再開します。ディスクとログを確認してください。',
      en: 'The service moves or restarts by itself. Check the disk and the log.',
    },
  },
  'link-dead-here': {
    number: 2027,
    severity: 'warning',
    ja: '{server} の {link} が使えず、{peer} では使えるため、グループ {group} を {peer} に移します。',
    en: 'Group {group} moves to {peer}: clients cannot reach {server} over {link}, but they can reach {peer}.',
    cause: {
      ja: '{server} の LAN ケーブル、スイッチ、ネットワークカードの障害です。',
      en: 'A cable, switch port or network card of {server} has failed.',
    },
    action: {
      ja: '{server} のネットワークを直してください。',
      en: 'Mend the network of {server}.',
    },
  },
  'monitor-failover': {
    number: 2028,
    severity: 'warning',
    ja: '再起動では直らないため、モニタ {monitor} の最終動作としてグループ {group} を {server} から移します。',
    en: 'Group {group} leaves {server}: monitor {monitor} still fails after the restarts allowed.',
    cause: { ja: 'サービスが応答しません。', en: 'The service does not answer.' },
    action: {
      ja: '{server} でサービスのログを確認してください。',
      en: 'Look at the log of the service on {server}.',
    },
  },
  'monitor-restart': {
    number: 2029,
    severity: 'warning',
    ja: 'モニタ {monitor} の異常により、{server} でグループ {group} の {resource} を再起動します。',
    en: '{resource} of group {group} is restarted on {server}: monitor {monitor} failed.',
    cause: { ja: 'サービスが応答しません。', en: 'The service does not answer.' },
    action: {
      ja: '繰り返す場合はサービスのログを確認してください。',
      en: 'If it happens again, look at the log of the service.',
    },
  },
  'restart-failed': {
    number: 2030,
    severity: 'error',
    ja: '{server} でグループ {group} の {resource} を再起動できませんでした。',
    en: '{resource} of group {group} could not be restarted on {server}.',
    cause: { ja: '開始スクリプトがエラーで終わりました。', en: 'Its start ended with an error.' },
    action: {
      ja: '{server} でサービスのログを確認してください。',
      en: 'Look at the log of the service on {server}.',
    },
  },
  'resource-restarted': {
    number: 2031,
    severity: 'info',
    ja: '{server} でグループ {group} の {resource} を再起動しました。',
    en: '{resource} of group {group} was restarted on {server}.',
  },
  'adoption-failed': {
    number: 2032,
    severity: 'error',
    ja: 'デーモンの再起動後、{server} でグループ {group} の {resource} が動作していませんでした。',
    en: 'After a restart of the daemon, {resource} of group {group} was not running on {server}.',
    cause: {
      ja: 'デーモンの停止中にリソースが停止しました。',
      en: 'The resource ended while the daemon was away.',
    },
    action: {
      ja: 'グループは自動で開始し直されます。',
      en: 'The group is started again by itself.',
    },
  },
  'monitor-due': {
    number: 2033,
    severity: 'info',
    ja: 'グループ {group} のモニタ {monitor} の時刻です。',
    en: 'Monitor {monitor} of group {group} is due.',
  },
  'monitor-failing': {
    number: 2034,
    severity: 'warning',
    ja: '{server} でグループ {group} のモニタ {monitor} が異常を検出しました。',
    en: 'Monitor {monitor} of group {group} fails on {server}.',
    cause: { ja: '連続して確認に失敗しました。', en: 'Its check failed several times in a row.' },
    action: {
      ja: '定義された回復動作が自動で行われます。',
      en: 'The recovery that the definition names follows by itself.',
    },
  },
  'monitor-ok': {
    number: 2035,
    severity: 'info',
    ja: '{server} でグループ {group} のモニタ {monitor} は正常です。',
    en: 'Monitor {monitor} of group {group} is fine on {server}.',
  },

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

  'replica-not-answering': {
    number: 2201,
    severity: 'warning',
    ja: '{server} の {mirror} の kagami-mirrord が応答しません。',
    en: 'kagami-mirrord of {mirror} does not answer on {server}.',
    cause: { ja: '起動中か、起動に失敗しています。', en: 'It is starting, or could not start.' },
    action: {
      ja: '続く場合は {server} のログを確認してください。',
      en: 'If this lasts, look at the log of {server}.',
    },
  },
  'replica-outdated': {
    number: 2202,
    severity: 'warning',
    ja: '{server} の {mirror} は最新ではありません（相手が単独で書き込みました）。',
    en: '{mirror} on {server} is not up to date: the peer went on without it.',
    cause: {
      ja: 'このサーバがいない間に、相手サーバが書き込みました。',
      en: 'The peer wrote while this server was away.',
    },
    action: {
      ja: '相手サーバとつながれば自動でミラー復帰します。',
      en: 'It is recovered by itself as soon as the peer is there.',
    },
  },
  'replica-older-than-peer': {
    number: 2203,
    severity: 'info',
    ja: '{mirror} は {peer} のほうが新しいため、{server} では開始しません。',
    en: '{mirror} on {peer} is newer than on {server}.',
  },
  'replica-failed': {
    number: 2204,
    severity: 'error',
    ja: '{server} の {mirror} のディスクが故障しています。',
    en: 'The disk of {mirror} has failed on {server}.',
    cause: {
      ja: '書き込みまたはフラッシュがエラーになりました。',
      en: 'A write or a flush returned an error.',
    },
    action: { ja: 'ディスクを交換してください。', en: 'Replace the disk.' },
  },
  'replica-split-brain': {
    number: 2205,
    severity: 'error',
    ja: '{mirror} は両方のサーバで別々に書き込まれています（スプリットブレイン）。自動では結合しません。',
    en: '{mirror} was written on both servers separately (split brain); nothing is merged by itself.',
    cause: {
      ja: '互いに通信できない間に、両方のサーバが単独で続行しました。',
      en: 'Both servers went on alone while they could not hear each other.',
    },
    action: {
      ja: '残すほうのサーバを決めてください。決めるまで両方のデータを保持します。',
      en: 'Decide which server keeps its data. Until then both versions are kept.',
    },
  },
  'replica-being-copied': {
    number: 2206,
    severity: 'info',
    ja: '{server} の {mirror} はミラー復帰中です（{percent} %）。',
    en: '{mirror} on {server} is being recovered ({percent} %).',
  },
  'replica-never-built': {
    number: 2207,
    severity: 'info',
    ja: '{server} の {mirror} はまだ一度もコピーされていません。',
    en: '{mirror} on {server} has never been copied yet.',
  },
  'replica-inconsistent': {
    number: 2208,
    severity: 'warning',
    ja: '{server} の {mirror} はコピー途中で、使えません。',
    en: '{mirror} on {server} holds an unfinished copy and cannot be used.',
    cause: { ja: 'ミラー復帰が途中で止まりました。', en: 'A mirror recovery was interrupted.' },
    action: {
      ja: '相手サーバとつながれば自動で続きます。',
      en: 'It goes on by itself as soon as the peer is there.',
    },
  },
  'replica-not-proved': {
    number: 2209,
    severity: 'info',
    ja: '{server} の {mirror} が最新かどうかは、相手サーバと照合するまで分かりません。',
    en: 'Whether {mirror} on {server} is up to date is not known before it has been compared with the peer.',
  },
  'peer-not-paired': {
    number: 2210,
    severity: 'warning',
    ja: '{peer} はいま引き継げる状態ではありません。',
    en: '{peer} is not in the cluster now and cannot take anything over.',
    cause: {
      ja: '{peer} が停止中、起動中、または通信できません。',
      en: '{peer} is off, starting, or cannot be heard.',
    },
    action: {
      ja: '{peer} を起動し、状態が緑色になるまで待ってください。',
      en: 'Start {peer} and wait until it is green.',
    },
  },
  'peer-lacks-group': {
    number: 2211,
    severity: 'error',
    ja: '{peer} の定義にはグループ {group} がありません。',
    en: '{peer} does not know group {group}.',
    cause: { ja: '両サーバの定義が異なります。', en: 'The definitions on the two servers differ.' },
    action: {
      ja: '同じ定義を両サーバに適用してください。',
      en: 'Apply the same definition on both servers.',
    },
  },
  'peer-replica-not-in-sync': {
    number: 2212,
    severity: 'warning',
    ja: '{peer} の {mirror} は最新ではないため、{server} から移せません。',
    en: '{mirror} on {peer} is not in sync, so nothing moves away from {server}.',
    cause: {
      ja: 'ミラー復帰が終わっていないか、始まっていません。',
      en: 'Its recovery has not finished or not begun.',
    },
    action: {
      ja: '「kagami status」でミラーが同期するまで待ってください。',
      en: 'Wait until kagami status shows the mirror in sync.',
    },
  },
  'replica-marked-outdated': {
    number: 2213,
    severity: 'info',
    ja: '{peer} が単独で続行できるよう、{server} の {mirror} を「最新でない」と記録しました。',
    en: '{mirror} on {server} is marked outdated, so that {peer} may go on without it.',
  },
  'mirror-frozen': {
    number: 2214,
    severity: 'warning',
    ja: '{mirror} の相手と通信できないため、{server} は書き込みの応答を保留しています。',
    en: '{server} holds back writes to {mirror}: the other replica cannot be reached.',
    cause: { ja: 'ミラーの通信が切れました。', en: 'The mirror link is broken.' },
    action: {
      ja: '通常は数秒で自動的に続行します。続く場合は相手サーバと LAN を確認してください。',
      en: 'It goes on by itself within seconds. If not, look at the other server and at the network.',
    },
  },
  'alone-peer-excluded': {
    number: 2215,
    severity: 'info',
    ja: '{peer} を切り離したため、{server} の {mirror} は単独で書き込みを続けます。',
    en: '{mirror} goes on alone on {server}: {peer} is out of the cluster.',
  },
  'alone-peer-outdated': {
    number: 2216,
    severity: 'info',
    ja: '{peer} の複製が「最新でない」と記録されたため、{server} の {mirror} は単独で書き込みを続けます。',
    en: '{mirror} goes on alone on {server}: {peer} has marked its replica outdated.',
  },
  'mirrord-starting': {
    number: 2217,
    severity: 'info',
    ja: '{server} で {mirror} の kagami-mirrord を起動します。',
    en: 'kagami-mirrord of {mirror} is started on {server}.',
  },
  'mirrord-died': {
    number: 2218,
    severity: 'warning',
    ja: '{server} で {mirror} の kagami-mirrord が終了しました。',
    en: 'kagami-mirrord of {mirror} has ended on {server}.',
    cause: {
      ja: 'プロセスが終了されたか、異常終了しました。',
      en: 'The process was killed or crashed.',
    },
    action: {
      ja: '自動で起動し直します。繰り返す場合はログを確認してください。',
      en: 'It is started again by itself. If it happens again, look at the log.',
    },
  },

  'group-unknown': {
    number: 2301,
    severity: 'error',
    ja: 'グループ {group} はありません。',
    en: 'There is no group {group}.',
    cause: { ja: '名前が違います。', en: 'The name is misspelt.' },
    action: {
      ja: '「kagami status」でグループ名を確認してください。',
      en: 'kagami status shows the names of the groups.',
    },
  },
  'server-unknown': {
    number: 2302,
    severity: 'error',
    ja: 'サーバ {server} はこのクラスタにありません（{first} または {second}）。',
    en: 'There is no server {server} in this cluster; it has {first} and {second}.',
    cause: { ja: '名前が違います。', en: 'The name is misspelt.' },
    action: { ja: 'サーバ名を確認してください。', en: 'Use one of those names.' },
  },
  'peer-not-reachable': {
    number: 2303,
    severity: 'error',
    ja: '{peer} と通信できないため、指示を伝えられません。',
    en: 'The order could not be passed on: {peer} does not answer.',
    cause: { ja: '{peer} が停止中か、通信できません。', en: '{peer} is off or cannot be reached.' },
    action: {
      ja: '「kagami status」で状態を確認してください。',
      en: 'kagami status shows what is known of it.',
    },
  },
  'group-not-running': {
    number: 2304,
    severity: 'error',
    ja: 'グループ {group} は動作していないため、移動できません。',
    en: 'Group {group} does not run, so it cannot be moved.',
    cause: { ja: 'グループは停止しています。', en: 'The group is stopped.' },
    action: {
      ja: '「kagami group start {group}」で開始してください。',
      en: 'Start it: kagami group start {group}',
    },
  },
  'group-busy': {
    number: 2305,
    severity: 'error',
    ja: 'グループ {group} は {server} で開始または停止の途中です。',
    en: 'Group {group} is just being started or stopped on {server}.',
    cause: { ja: '前の操作がまだ終わっていません。', en: 'An earlier operation has not finished.' },
    action: {
      ja: '終わるまで待ってから、もう一度実行してください。',
      en: 'Wait until it has finished and try again.',
    },
  },
  'group-runs-already': {
    number: 2306,
    severity: 'error',
    ja: 'グループ {group} はすでに {server} で動作しています。',
    en: 'Group {group} runs on {server} already.',
    cause: {
      ja: '別のサーバでの開始は移動になります。',
      en: 'To run it elsewhere it has to be moved.',
    },
    action: {
      ja: '「kagami group move {group}」を実行してください。',
      en: 'Use kagami group move {group}',
    },
  },
  'group-already-there': {
    number: 2307,
    severity: 'info',
    ja: 'グループ {group} はすでに {server} で動作しています。',
    en: 'Group {group} is on {server} already.',
  },
  'group-move-ordered': {
    number: 2308,
    severity: 'info',
    ja: '操作により、グループ {group} を {server} から {peer} に移動します。',
    en: 'Group {group} moves from {server} to {peer}, as an operator ordered.',
  },
  'group-start-ordered': {
    number: 2309,
    severity: 'info',
    ja: '操作により、グループ {group} を開始します。',
    en: 'Group {group} is being started, as an operator ordered.',
  },
  'group-stop-ordered': {
    number: 2310,
    severity: 'info',
    ja: '操作により、{server} のグループ {group} を停止します。',
    en: 'Group {group} is being stopped on {server}, as an operator ordered.',
  },
  'server-leaving': {
    number: 2311,
    severity: 'info',
    ja: '{server} はシャットダウンします。グループは {peer} に引き渡します。',
    en: '{server} is shutting down and hands its groups over to {peer}.',
  },
  'server-left': {
    number: 2312,
    severity: 'info',
    ja: '{server} はクラスタから離れました。',
    en: '{server} has left the cluster.',
  },

  'record-written': {
    number: 2401,
    severity: 'info',
    ja: '{server} の記録を書き込みます。',
    en: 'The record of {server} is written.',
  },
  'record-not-written': {
    number: 2402,
    severity: 'error',
    ja: '{server} は自分の記録を書き込めません。書き込めるまで新しい判断は行いません。',
    en: '{server} cannot write its own record; nothing new is decided until it can.',
    cause: {
      ja: '/var/lib/kagami のディスクが満杯か、故障しています。',
      en: 'The disk of /var/lib/kagami is full or broken.',
    },
    action: { ja: '空き領域を作ってください。', en: 'Make room on it.' },
  },
  'record-hopeless': {
    number: 2404,
    severity: 'error',
    ja: '{server} は記録を書き込めず、停止したグループ {group} を引き渡せません。自分自身をリセットし、{peer} が引き継ぎます。',
    en: '{server} resets itself: group {group} has stopped but cannot be handed over, because nothing can be recorded; {peer} takes over.',
    cause: {
      ja: '/var/lib/kagami のディスクが満杯か、故障しています。',
      en: 'The disk of /var/lib/kagami is full or broken.',
    },
    action: { ja: '空き領域を作ってください。', en: 'Make room on it.' },
  },
  'leftover-stopped': {
    number: 2405,
    severity: 'warning',
    ja: '停止したはずのグループ {group} のディスクが {server} でまだ使用中だったため、停止し直します。',
    en: 'Group {group} had stopped on {server}, but its disk was still active; it is stopped once more.',
    cause: {
      ja: '時間切れになった開始処理が、後から完了しました。',
      en: 'A start that had taken too long ended after all.',
    },
    action: {
      ja: '操作は不要です。繰り返す場合はサーバの負荷を調べてください。',
      en: 'Nothing. If it happens again, look at the load of the server.',
    },
  },
  'effect-overdue': {
    number: 2403,
    severity: 'error',
    ja: '操作 {effect} が時間内に終わりませんでした。',
    en: 'Operation {effect} did not finish in time.',
    cause: {
      ja: 'プログラムが応答しないか、サーバが過負荷です。',
      en: 'A program hangs, or the server is overloaded.',
    },
    action: {
      ja: 'サーバの負荷とログを確認してください。',
      en: 'Look at the load and the log of the server.',
    },
  },
} as const satisfies Record<string, MessageEntry>
