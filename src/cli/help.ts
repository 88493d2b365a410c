/** The texts of `kagami --help`, in both languages. */
import type { Language } from '../messages/message.ts'

const en = {
  program: 'Kagami keeps a service running on two servers whose disks mirror each other.',
  lang: 'ja or en; else LC_ALL, LC_MESSAGES or LANG decide',
  socket: 'socket of kagamid; else KAGAMI_SOCKET, else /run/kagami/api.sock',
  help: 'show this help',
  json: 'print JSON; every message has its sentence as "text"',
  status: 'show servers, links, groups and mirror disks, and what to do',
  watch: 'show it again at every change, until Ctrl-C',
  why: 'why things are as they are, and what would happen if the owner stopped',
  group: 'order a failover group',
  move: 'move a running group to the other server',
  start: 'start a stopped group',
  stop: 'stop a group; it stays stopped until it is started again',
  to: 'the server that is to run it',
  noWait: 'return as soon as the order was accepted',
  server: 'order a whole server',
  standby: 'free a server of groups and keep it free, over its reboots as well',
  online: 'let a server run groups again; nothing moves back by itself',
  'stop-waiting': 'end the wait of a server that was started without the other one',
  config: 'work with a cluster definition',
  check: 'say what is wrong with a definition (a folder or a cluster.yaml), line by line',
  log: 'show the alert log, oldest first',
  lines: 'how many of the latest alerts (50)',
  follow: 'go on with new alerts, until Ctrl-C',
  lab: 'two servers on this machine, to try everything (see: kagami lab --help)',
  after: `Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 kagamid does not answer;
4 the definition has errors.`,
  title: (title: string) => title,
}

const titlesInJapanese: Readonly<Record<string, string>> = {
  'Usage:': '使い方:',
  'Arguments:': '引数:',
  'Options:': 'オプション:',
  'Global Options:': '共通オプション:',
  'Commands:': 'コマンド:',
}

const ja: typeof en = {
  program: 'Kagami は、ディスクをミラーする 2 台のサーバでサービスを動かし続けます。',
  lang: 'ja または en。省略時は LC_ALL、LC_MESSAGES、LANG に従います',
  socket: 'kagamid のソケット。省略時は KAGAMI_SOCKET、なければ /run/kagami/api.sock',
  help: 'この説明を表示します',
  json: 'JSON で出力します。メッセージには文が "text" として付きます',
  status: 'サーバ、リンク、グループ、ミラーディスクの状態と、次の操作を表示します',
  watch: '変化のたびに表示し直します (Ctrl-C で終了)',
  why: '今の状態の理由と、動作中のサーバが停止した場合にどうなるかを示します',
  group: 'フェイルオーバグループを操作します',
  move: '動作中のグループを相手サーバに移動します',
  start: '停止しているグループを開始します',
  stop: 'グループを停止します。開始するまで停止したままです',
  to: '動かすサーバ',
  noWait: '受け付けられたらすぐに戻る（完了を待たない）',
  server: 'サーバ全体を操作します',
  standby: 'サーバのグループを移し、再起動後も動かさないようにします（待機専用）',
  online: '待機専用を解除します。グループは今のサーバに残ります',
  'stop-waiting': '相手サーバの起動待ちを打ち切ります',
  config: 'クラスタ定義を扱います',
  check: '定義 (フォルダまたは cluster.yaml) の誤りを行ごとに示します',
  log: 'アラートログを古い順に表示します',
  lines: '表示する件数 (新しいほうから、省略時 50)',
  follow: '新しいアラートも続けて表示します (Ctrl-C で終了)',
  lab: 'この 1 台のマシンで 2 台のサーバを試します (kagami lab --help)',
  after: `終了コード: 0 完了、1 拒否または失敗、2 使い方の誤り、3 kagamid が応答しない、
4 定義に誤りがある`,
  title: (title) => titlesInJapanese[title] ?? title,
}

export function helpOf(language: Language): typeof en {
  return language === 'ja' ? ja : en
}
