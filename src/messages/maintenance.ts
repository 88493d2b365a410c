/** Messages of maintenance, of the order between groups and of the end of a cluster: 2340–2369. */
import type { MessageEntry } from './message.ts'

export const maintenanceMessages = {
  'suspend-ordered': {
    number: 2340,
    severity: 'warning',
    ja: '操作により {what} を保留にしました。再開するまで、監視も自動の移動や引き継ぎも行いません。',
    en: '{what} is suspended, as an operator ordered: nothing happens to it by itself until it is resumed.',
    cause: {
      ja: '「kagami … suspend」が実行されました。',
      en: 'kagami … suspend was ordered.',
    },
    action: {
      ja: '作業が終わったら「kagami … resume」を実行してください。',
      en: 'When the work is done: kagami … resume',
    },
  },
  'resume-ordered': {
    number: 2341,
    severity: 'info',
    ja: '操作により {what} を再開しました。',
    en: '{what} is looked after again, as an operator ordered.',
  },
  'suspended-already': {
    number: 2342,
    severity: 'info',
    ja: '{what} はすでに保留中です。',
    en: '{what} is suspended already.',
  },
  'not-suspended': {
    number: 2343,
    severity: 'info',
    ja: '{what} は保留中ではありません。',
    en: '{what} is not suspended.',
  },
  'group-suspended': {
    number: 2344,
    severity: 'warning',
    ja: 'グループ {group} は操作により保留中です。監視も、自動の移動や引き継ぎも行いません。',
    en: 'Group {group} is suspended by an operator: it is neither watched nor moved nor taken over.',
    cause: {
      ja: '保守作業のために保留にされています。サーバを再起動しても続きます。',
      en: 'It was suspended for maintenance; that lasts over reboots.',
    },
    action: {
      ja: '再開するには「kagami group resume {group}」を実行してください。',
      en: 'To have it looked after again: kagami group resume {group}',
    },
  },
  'monitor-unknown': {
    number: 2345,
    severity: 'error',
    ja: 'グループ {group} にモニタ {monitor} はありません。',
    en: 'Group {group} has no monitor {monitor}.',
    cause: { ja: '名前が違います。', en: 'The name is wrong.' },
    action: {
      ja: '「kagami status」で名前を確認してください。',
      en: 'kagami status shows the names.',
    },
  },
  'group-waits-for-group': {
    number: 2346,
    severity: 'info',
    ja: 'グループ {group} は、グループ {other} が動作するのを待っています。',
    en: 'Group {group} starts after group {other}, which does not run yet.',
  },
  'group-needed': {
    number: 2347,
    severity: 'error',
    ja: 'グループ {group} は、動作中のグループ {other} に必要なため停止しません。',
    en: 'Group {group} is not stopped: group {other} needs it and runs.',
    cause: {
      ja: '{other} の定義の startAfter に {group} があります。',
      en: 'The definition of {other} names {group} in startAfter.',
    },
    action: {
      ja: '先に「kagami group stop {other}」を実行してください。',
      en: 'First: kagami group stop {other}',
    },
  },
  'cluster-shutdown-ordered': {
    number: 2348,
    severity: 'info',
    ja: '操作によりクラスタ（{server} と {peer}）を停止します。',
    en: 'The whole cluster ({server} and {peer}) is stopped, as an operator ordered.',
  },
  'cluster-shutting-down': {
    number: 2349,
    severity: 'info',
    ja: 'クラスタを停止中のため、{server} では何も開始しません。',
    en: 'Nothing starts on {server} any more: the cluster is being stopped.',
  },
  'loser-goes-down': {
    number: 2350,
    severity: 'warning',
    ja: '{peer} に続行を譲ったため、定義（loser）に従って {server} を停止します。',
    en: '{server} had to give way to {peer} and goes down, as the definition has it (loser).',
    cause: {
      ja: '両サーバが互いに通信できず、{server} は続行を認められませんでした。',
      en: 'The servers could not hear each other, and {server} was not the one to go on.',
    },
    action: {
      ja: 'LAN を調べてから {server} を起動してください。',
      en: 'Look at the network, and start {server}.',
    },
  },
  'force-not-needed': {
    number: 2351,
    severity: 'error',
    ja: 'グループ {group} を強制的に開始する必要はありません。{server} は相手サーバと通信しているか、すでに単独で続行しています。',
    en: 'Group {group} needs no force on {server}: it hears its peer, or goes on alone already.',
    cause: {
      ja: '強制開始は、相手サーバが失われたときのためのものです。',
      en: 'A forced start is for a peer that is lost.',
    },
    action: {
      ja: '「kagami why {group}」で理由を確認し、「kagami group start {group}」を使ってください。',
      en: 'kagami why {group} tells the reason; use kagami group start {group}.',
    },
  },
  'force-would': {
    number: 2352,
    severity: 'warning',
    ja: '{server} でグループ {group} を強制的に開始すると、{peer} が最後に書き込んだデータが失われることがあります。{peer} の電源が確実に切れていなければ、両方で動作します（確認番号 {token}）。',
    en: 'A forced start of group {group} on {server} may lose what {peer} has written last; and unless {peer} is off for certain, both will be active (shown as {token}).',
    cause: {
      ja: '{server} の複製が最新であることを示すものがありません。',
      en: 'Nothing proves that the replica of {server} is the newest one.',
    },
    action: {
      ja: '{peer} を起動できるなら、先に起動してください。できない場合だけ「kagami group force {group} --seen {token}」を実行してください。',
      en: 'If {peer} can be started, start it instead. Only otherwise: kagami group force {group} --seen {token}',
    },
  },
  'force-ordered': {
    number: 2353,
    severity: 'warning',
    ja: '操作により、{server} はグループ {group} を強制的に開始します。{peer} だけが持つデータは、{peer} に残したまま使いません。',
    en: "By an operator's order {server} starts group {group} without proof; what {peer} alone holds stays there and is not used.",
    cause: {
      ja: '「kagami group force」が実行されました。',
      en: 'kagami group force was ordered.',
    },
    action: {
      ja: '{peer} が戻ったら、どちらのデータを残すかを決めてください（kagami mirror force）。',
      en: 'When {peer} comes back, decide which version is kept (kagami mirror force).',
    },
  },
  'force-fences': {
    number: 2358,
    severity: 'warning',
    ja: 'グループ {group} を強制的に開始する前に、{server} は念のため {peer} の電源を切ります。',
    en: '{server} switches {peer} off before the forced start of group {group}, to be sure.',
    cause: {
      ja: '「kagami group force」が実行されました。{peer} が動作したままでは、グループが両方で動作します。',
      en: 'kagami group force was ordered; while {peer} ran on, the group could be active on both servers.',
    },
    action: {
      ja: '操作は不要です。電源装置が応答しない場合も、操作に従って開始します。',
      en: 'Nothing is to be done: without an answer of the power device it starts by your order all the same.',
    },
  },
  'force-failed': {
    number: 2354,
    severity: 'error',
    ja: '{server} でのグループ {group} の強制開始はできませんでした。',
    en: 'The forced start of group {group} on {server} could not be done.',
    cause: {
      ja: '複製が完全でないか、kagami-mirrord または判定先が応答していません。',
      en: 'The replica is not complete, or kagami-mirrord or the arbiter does not answer.',
    },
    action: {
      ja: '「kagami mirror status」と「kagami why」で理由を確認してください。',
      en: 'kagami mirror status and kagami why tell the reason.',
    },
  },
  'final-stop': {
    number: 2355,
    severity: 'error',
    ja: 'グループ {group} は {server} でも {peer} でも異常になったため、定義（finalAction）に従って停止します。',
    en: 'Group {group} has failed on {server} and on {peer}; it is stopped, as the definition has it (finalAction).',
    cause: {
      ja: 'サービス自体、またはそのデータに原因があります。',
      en: 'The service itself fails, or its data.',
    },
    action: {
      ja: '/var/log/kagami/{group}.log を調べ、直してから「kagami group start {group}」を実行してください。',
      en: 'Look at /var/log/kagami/{group}.log, mend it, then: kagami group start {group}',
    },
  },
  'final-down': {
    number: 2356,
    severity: 'error',
    ja: 'グループ {group} は {server} でも {peer} でも異常になったため、定義（finalAction）に従って {server} を停止します。',
    en: 'Group {group} has failed on {server} and on {peer}; {server} goes down, as the definition has it (finalAction).',
    cause: {
      ja: 'サービス自体、またはそのデータに原因があります。',
      en: 'The service itself fails, or its data.',
    },
    action: {
      ja: '{server} と {peer} の /var/log/kagami/{group}.log を調べてください。',
      en: 'Look at /var/log/kagami/{group}.log on {server} and on {peer}.',
    },
  },
  'final-no-more': {
    number: 2357,
    severity: 'warning',
    ja: 'グループ {group} のために {server} はすでに {times} 回停止したため、これ以上は停止せず、間をおいて再試行します。',
    en: '{server} went down {times} times for group {group} already; it does not again, and tries after a pause.',
    cause: {
      ja: '再起動しても異常が直っていません。',
      en: 'Going down did not help.',
    },
    action: {
      ja: '/var/log/kagami/{group}.log を調べてください。',
      en: 'Look at /var/log/kagami/{group}.log.',
    },
  },
} as const satisfies Record<string, MessageEntry>
