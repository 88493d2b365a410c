/** Messages of groups, starting, stopping, moving: numbers 2000–2099. */
import type { MessageEntry } from './message.ts'

export const groupMessages = {
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
  'group-start-instead': {
    number: 2037,
    severity: 'info',
    ja: 'どちらのサーバでも動作しておらず、{peer} では今は開始できないため、グループ {group} を {server} で開始します。',
    en: '{server} starts group {group}: neither server runs it, and {peer} cannot start it now.',
  },
  'group-start-here': {
    number: 2038,
    severity: 'info',
    ja: 'どちらのサーバでも動作していないため、操作により指定された {server} でグループ {group} を開始します。',
    en: '{server} starts group {group}: neither server runs it, and an operator named this server.',
  },
  'group-data-is-old': {
    number: 2039,
    severity: 'warning',
    ja: '{peer} が単独で続行しており、より新しいデータを持っているため、{server} はグループ {group} を停止します。',
    en: '{server} stops group {group}: {peer} has gone on alone and holds newer data.',
    cause: {
      ja: '両サーバが互いに通信できない間に、{peer} がグループを引き継いでいました。',
      en: '{peer} had taken the group over while the servers could not hear each other.',
    },
    action: {
      ja: '操作は不要です。グループは新しいデータを使って自動で再び開始されます。',
      en: 'Nothing is to be done: the group starts again by itself, with the newer data.',
    },
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
  'group-failback': {
    number: 2036,
    severity: 'info',
    ja: '{peer} が {seconds} 秒間正常なため、定義に従いグループ {group} を {server} から {peer} に戻します。',
    en: 'Group {group} goes back from {server} to {peer}, as the definition says: {peer} has been ready for {seconds} s.',
  },
} as const satisfies Record<string, MessageEntry>
