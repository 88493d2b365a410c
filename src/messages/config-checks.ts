/**
 * Messages about what a cluster definition means, once it can be read: numbers 1050–1999. As in
 * config.ts, each sentence names what is wrong and what would be right.
 *
 * `{key}` and `{first}` are places in the definition such as `servers[1].name`.
 */
import { correctIt } from './config.ts'
import type { MessageEntry } from './message.ts'

const meaning = {
  'value-twice': {
    number: 1050,
    severity: 'error',
    ja: '{key} の {value} は {first} ですでに使われています。別の値にしてください。',
    en: '{key}: {value} is already used at {first}; use another one.',
    ...correctIt,
  },
  'definition-server-unknown': {
    number: 1051,
    severity: 'error',
    ja: '{key}: サーバ {name} は servers にありません。{known} のどちらかにしてください。',
    en: '{key}: there is no server {name} in servers; it must be one of {known}.',
    ...correctIt,
  },
  'link-address-missing': {
    number: 1052,
    severity: 'error',
    ja: 'リンク {link} にサーバ {server} のアドレスがありません。2 台分書いてください。',
    en: 'Link {link} has no address for server {server}; it needs one for each server.',
    ...correctIt,
  },
  'link-subnets-differ': {
    number: 1053,
    severity: 'error',
    ja: 'リンク {link} の 2 つのアドレス {one} と {other} は同じサブネットにありません。サブネットとプレフィックス長を揃えてください。',
    en: 'The addresses {one} and {other} of link {link} are not in one subnet; make subnet and prefix length equal.',
    ...correctIt,
  },
  'address-unusable': {
    number: 1054,
    severity: 'error',
    ja: '{key}: {address} はサーバのアドレスに使えません (ネットワーク、ブロードキャスト、ループバック、マルチキャスト)。ホストのアドレスにしてください。',
    en: '{key}: {address} cannot be the address of a server (network, broadcast, loopback or multicast); use a host address.',
    ...correctIt,
  },
  'floating-ip-outside': {
    number: 1055,
    severity: 'error',
    ja: 'フローティング IP {address} はどのパブリック LAN のサブネットにもありません ({subnets})。その中の空きアドレスにしてください。',
    en: 'Floating IP {address} is in no subnet of a public link ({subnets}); use a free address of one.',
    ...correctIt,
  },
  'floating-ip-no-public-link': {
    number: 1056,
    severity: 'error',
    ja: 'フローティング IP {address} を付けるパブリック LAN がありません。links に kind: public のリンクを加えてください。',
    en: 'There is no public link to carry floating IP {address}; add a link of kind: public.',
    ...correctIt,
  },
  'floating-ip-of-server': {
    number: 1057,
    severity: 'error',
    ja: 'フローティング IP {address} はサーバ {server} 自身のアドレスです。誰も使っていないアドレスにしてください。',
    en: 'Floating IP {address} is the own address of server {server}; use an address that nobody has.',
    ...correctIt,
  },
  'floating-ip-is-target': {
    number: 1058,
    severity: 'error',
    ja: 'フローティング IP {address} は {first} の応答確認先でもあります。別のアドレスにしてください。',
    en: 'Floating IP {address} is also a target of {first}; one of the two must be another address.',
    ...correctIt,
  },
  'target-of-server': {
    number: 1059,
    severity: 'error',
    ja: '{key}: {address} はサーバ {server} 自身のアドレスで、判断の役に立ちません。クラスタの外の機器にしてください。',
    en: '{key}: {address} is the own address of server {server} and proves nothing; use a machine outside the cluster.',
    ...correctIt,
  },
  'definition-mirror-unknown': {
    number: 1060,
    severity: 'error',
    ja: '{key}: ミラーディスク {name} は mirrors にありません (あるもの: {known})。',
    en: '{key}: there is no mirror disk {name} in mirrors (there is: {known}).',
    ...correctIt,
  },
  'definition-resource-unknown': {
    number: 1061,
    severity: 'error',
    ja: '{key}: リソース {name} はこのグループにありません (あるもの: {known})。',
    en: '{key}: there is no resource {name} in this group (there is: {known}).',
    ...correctIt,
  },
  'definition-link-unknown': {
    number: 1062,
    severity: 'error',
    ja: '{key}: リンク {name} は links にありません (あるもの: {known})。',
    en: '{key}: there is no link {name} in links (there is: {known}).',
    ...correctIt,
  },
  'heartbeat-timeout-short': {
    number: 1063,
    severity: 'error',
    ja: 'heartbeat.timeoutMs {timeout} は短すぎます。intervalMs の 3 倍 ({min}) 以上にしてください。',
    en: 'heartbeat.timeoutMs is {timeout}, which is too short; it must be at least 3 times intervalMs ({min}).',
    ...correctIt,
  },
  'mount-point-reserved': {
    number: 1064,
    severity: 'error',
    ja: '{key}: {path} にはマウントできません。/mnt/mirror のような専用のフォルダにしてください。',
    en: '{key}: {path} belongs to the system; mount on a folder of its own, like /mnt/mirror.',
    ...correctIt,
  },
  'mirror-port-too-large': {
    number: 1065,
    severity: 'error',
    ja: 'ミラーディスク {mirror} のポート {port} が 65535 を超えます。ports.mirror を小さくするか port を指定してください。',
    en: 'The port of mirror disk {mirror} would be {port}, above 65535; lower ports.mirror or set its port.',
    ...correctIt,
  },
  'script-path-outside': {
    number: 1070,
    severity: 'error',
    ja: '{key}: {path} は定義のフォルダの外を指しています。フォルダの中の相対パスにしてください。',
    en: '{key}: {path} leads out of the folder of the definition; use a relative path inside it.',
    ...correctIt,
  },
  'script-not-found': {
    number: 1071,
    severity: 'error',
    ja: '{key}: スクリプト {path} がありません。定義のフォルダからの相対パスで書いてください。',
    en: '{key}: there is no script {path}; write its path from the folder of the definition.',
    ...correctIt,
  },
  'server-name-reserved': {
    number: 1069,
    severity: 'error',
    ja: 'サーバ名 {name} は鍵のファイル名と重なるため使えません。別の名前にしてください。',
    en: 'A server cannot be named {name}, as a file of keys is; choose another name.',
    ...correctIt,
  },
  'script-not-a-file': {
    number: 1072,
    severity: 'error',
    ja: '{key}: {path} は通常のファイルではありません。スクリプトのファイルを指定してください。',
    en: '{key}: {path} is not a regular file; name the script itself.',
    ...correctIt,
  },
  'script-too-large': {
    number: 1075,
    severity: 'error',
    ja: '{key}: {path} が大きすぎます ({bytes} バイト)。{max} バイト以下にしてください。',
    en: '{key}: {path} is too large ({bytes} bytes); the limit is {max} bytes.',
    ...correctIt,
  },
  'script-has-crlf': {
    number: 1073,
    severity: 'error',
    ja: '改行が CRLF なので実行できません。改行を LF にして保存してください。',
    en: 'The line ends with CR LF, so the script would not run; save it with LF line ends.',
    ...correctIt,
  },
  'script-has-bom': {
    number: 1074,
    severity: 'error',
    ja: '先頭に BOM があり実行できません。BOM なしで保存してください。',
    en: 'The script starts with a byte order mark and would not run; save it without BOM.',
    ...correctIt,
  },
} as const

const advice = {
  'script-not-executable': {
    number: 1080,
    severity: 'warning',
    ja: '{key}: {path} に実行権がありません。chmod +x で付けてください。',
    en: '{key}: {path} is not executable; give it the right with chmod +x.',
    cause: {
      ja: 'ファイルを写したときに実行権が失われたようです。適用時には付け直されます。',
      en: 'The right was probably lost when the file was copied. It is given back on applying.',
    },
    action: { ja: 'chmod +x を実行してください。', en: 'Run chmod +x on the script.' },
  },
  'script-no-interpreter': {
    number: 1081,
    severity: 'warning',
    ja: '1 行目が「#!」で始まりません。シェルスクリプトなら #!/bin/sh を書いてください。',
    en: 'The first line does not start with "#!"; for a shell script write #!/bin/sh.',
    cause: {
      ja: 'カーネルはこの行で実行するプログラムを決めます。',
      en: 'The kernel takes the program that runs the script from this line.',
    },
    action: { ja: '1 行目に #!/bin/sh を加えてください。', en: 'Add #!/bin/sh as the first line.' },
  },
  'mirror-unused': {
    number: 1082,
    severity: 'warning',
    ja: 'ミラーディスク {mirror} を使うグループがありません。mirror-disk リソースを加えるか、削除してください。',
    en: 'No group uses mirror disk {mirror}; add a mirror-disk resource or remove it.',
    cause: {
      ja: 'どのグループのリソースもこのミラーディスクを指していません。',
      en: 'No resource of any group names this mirror disk.',
    },
    action: {
      ja: 'グループに mirror-disk リソースを加えるか、mirrors から削除してください。',
      en: 'Add a mirror-disk resource to a group, or remove it from mirrors.',
    },
  },
  'mirror-link-open': {
    number: 1086,
    severity: 'warning',
    ja: 'ミラーディスク {mirror} のデータは {links} を暗号化されずに流れます。両サーバを直結した専用ケーブルだけで使ってください。',
    en: 'The data of mirror disk {mirror} travels over {links} unencrypted; use this on a dedicated cable between the servers alone.',
    cause: {
      ja: 'linkSecurity が off です。このリンクに接続できる者は、データを読み、書き換えられます。',
      en: 'linkSecurity is off. Whoever reaches these links can read the data and change it.',
    },
    action: {
      ja: '専用ケーブルでなければ、linkSecurity の行を削除してください (既定は tls)。',
      en: 'Unless it is a dedicated cable, remove the line linkSecurity (the default is tls).',
    },
  },
  'mirror-link-open-public': {
    number: 1087,
    severity: 'warning',
    ja: 'ミラーディスク {mirror} のデータが、他のリンクの断のときにパブリック LAN {link} を暗号化されずに流れます。linkSecurity を tls にしてください。',
    en: 'When the other links are cut, the data of mirror disk {mirror} travels over the public LAN {link} unencrypted; set linkSecurity to tls.',
    cause: {
      ja: 'linkSecurity が off ですが、パブリック LAN は専用ケーブルではありません。',
      en: 'linkSecurity is off, and a public LAN is no dedicated cable.',
    },
    action: {
      ja: 'linkSecurity の行を削除してください (既定は tls)。',
      en: 'Remove the line linkSecurity (the default is tls).',
    },
  },
  'monitor-url-elsewhere': {
    number: 1083,
    severity: 'warning',
    ja: '{key}: {host} はこのグループのフローティング IP ではありません ({known})。利用者と同じアドレスを監視してください。',
    en: '{key}: {host} is not a floating IP of this group ({known}); check the address that clients use.',
    cause: {
      ja: '別のアドレスを監視すると、サービスの停止を見逃すことがあります。',
      en: 'A check of another address may miss that the service is gone.',
    },
    action: {
      ja: 'URL のホストをこのグループのフローティング IP にしてください。',
      en: 'Use a floating IP of this group in the URL.',
    },
  },
  'arbiter-ping-weak': {
    number: 1084,
    severity: 'warning',
    ja: '調停方法 ping では、すべてのリンクが切れて両サーバが {targets} に届く場合、両方でグループが動くことがあります。リンクを別々の機器に通してください。',
    en: 'With arbiter ping, both servers may run the groups when every link is cut but both still reach {targets}; run the links over separate switches.',
    cause: {
      ja: 'ping は相手サーバが止まったことまでは保証しません。両方のデータは残り、再接続時に片方が停止します。',
      en: 'A ping does not prove that the other server has stopped. Both versions of the data are kept, and one side stops at reconnection.',
    },
    action: {
      ja: 'インタコネクトとパブリック LAN に別々のスイッチと配線を使ってください。',
      en: 'Use separate switches and cables for interconnect and public LAN.',
    },
  },
  'fence-devices-missing': {
    number: 1066,
    severity: 'error',
    ja: 'サーバ {server} の電源を切る装置が arbiter.devices にありません。2 台分書いてください。',
    en: 'arbiter.devices does not say how server {server} is switched off; it needs that for each server.',
    ...correctIt,
  },
  'fence-option-reserved': {
    number: 1067,
    severity: 'error',
    ja: '{key}: action は指定できません。電源を切る操作は arbiter.action で決まります。',
    en: '{key}: action cannot be set here; arbiter.action says what is done.',
    ...correctIt,
  },
  'fence-password-open': {
    number: 1088,
    severity: 'warning',
    ja: '{key}: パスワードが定義に書かれ、メディアにも保存されます。passwordFile でサーバ上のファイルを指定してください。',
    en: '{key}: the password stands in the definition and is saved to the medium with it; name a file on the servers in passwordFile instead.',
    ...correctIt,
  },
  'arbiter-none': {
    number: 1085,
    severity: 'warning',
    ja: '調停方法がないので、すべてのリンクが切れると両サーバでグループが動きます。arbiter に ping を指定してください。',
    en: 'Without an arbiter both servers run the groups when every link is cut; set arbiter to ping.',
    cause: {
      ja: 'リンクの断と相手サーバの停止を見分ける手段がありません。',
      en: 'Nothing tells a cut of the links from the death of the other server.',
    },
    action: {
      ja: 'arbiter: { method: ping, targets: [ルータのアドレス] } を書いてください。',
      en: 'Write arbiter: { method: ping, targets: [address of the router] }.',
    },
  },
} as const

export const configCheckMessages = {
  ...meaning,
  ...advice,
  'definition-group-unknown': {
    number: 1090,
    severity: 'error',
    ja: '{key} の「{name}」というグループはありません。定義にあるグループ: {known}',
    en: '{key} names the group "{name}", which does not exist. Groups: {known}',
    cause: { ja: '名前の書き誤りです。', en: 'The name is misspelt.' },
    action: { ja: '{key} を正しい名前に直してください。', en: 'Correct the name in {key}.' },
  },
  'group-order-circle': {
    number: 1091,
    severity: 'error',
    ja: '{key}: グループが互いを待っています（{circle}）。どれも開始できません。',
    en: '{key}: the groups wait for each other ({circle}), so that none of them could start.',
    cause: { ja: 'startAfter が一巡しています。', en: 'The startAfter entries form a circle.' },
    action: {
      ja: '一巡のうち 1 か所を外してください。',
      en: 'Take one of these entries out.',
    },
  },
  'lease-short': {
    number: 1092,
    severity: 'error',
    ja: 'arbiter.leaseMs の {lease} は短すぎます。heartbeat.timeoutMs に 1000 を加えた {min} 以上が必要です。',
    en: 'arbiter.leaseMs is {lease}, which is too short: it takes at least {min}, a second more than heartbeat.timeoutMs.',
    cause: {
      ja: '判定先に尋ね、停止するための時間が残りません。',
      en: 'No time would be left to ask the arbiter and to stop.',
    },
    action: {
      ja: 'leaseMs を {min} 以上にしてください。',
      en: 'Make leaseMs at least {min}.',
    },
  },
  'arbiter-guard-none': {
    number: 1093,
    severity: 'warning',
    ja: 'arbiter.guard が none です。停滞したサーバをリセットするものがないため、両 LAN の切断と同時に停滞すると、両方のサーバで動作するおそれがあります。',
    en: 'arbiter.guard is none: nothing resets a server that hangs, so that both servers can be active when one hangs while it is cut off.',
    cause: {
      ja: 'リースの終わりに停止できなかったサーバを止める手段がありません。',
      en: 'A server that cannot stop at the end of its lease goes on.',
    },
    action: {
      ja: 'guard の行を削除してください（required になります）。',
      en: 'Take the line out; the default is required.',
    },
  },
  'arbiter-on-a-server': {
    number: 1094,
    severity: 'error',
    ja: '{key} は {server} 自身です。判定先は、2 台のサーバ以外のマシンに置いてください。',
    en: '{key} is {server} itself; the arbiter has to be on a third machine.',
    cause: {
      ja: 'そのサーバが停止すると、判定先も同時に失われます。',
      en: 'It would be lost together with that server.',
    },
    action: {
      ja: '3 台目のマシンのアドレスを指定してください。',
      en: 'Give the address of a third machine.',
    },
  },
  'etcd-option-alone': {
    number: 1095,
    severity: 'error',
    ja: 'arbiter に {given} がありますが {missing} がありません。',
    en: 'arbiter has {given} and no {missing}; they go together.',
    cause: { ja: '片方だけが指定されています。', en: 'Only one of the two was given.' },
    action: { ja: '{missing} も指定してください。', en: 'Give {missing} as well.' },
  },
  'etcd-open': {
    number: 1096,
    severity: 'warning',
    ja: 'etcd への通信が暗号化されていません。その LAN に入れる者は、どちらのサーバが続行するかを変えられます。',
    en: 'The traffic to etcd is in the open: whoever is on that network can change which server goes on.',
    cause: { ja: 'アドレスが http: で始まっています。', en: 'The address begins with http:.' },
    action: {
      ja: 'etcd を TLS で動かし、https: のアドレスと caFile を指定してください。',
      en: 'Run etcd with TLS, and give https: addresses and a caFile.',
    },
  },
} as const satisfies Record<string, MessageEntry>
