/** Messages of the commands: numbers 5000–5999. */
import type { MessageEntry } from './message.ts'
import { mirrorHealthMessages } from './mirror-health.ts'
import { mirrorViewMessages } from './mirror-view.ts'

const seeHelp = {
  cause: {
    ja: 'コマンドの書き方が正しくありません。何も実行していません。',
    en: 'The command was not written correctly. Nothing was done.',
  },
  action: {
    ja: '{command} --help で書き方を確かめてください。',
    en: 'See how it is written with: {command} --help',
  },
} as const

export const cliMessages = {
  ...mirrorViewMessages,
  ...mirrorHealthMessages,
  'daemon-not-running': {
    number: 5001,
    severity: 'error',
    ja: 'このサーバの kagamid が動いていません ({socket} に接続できません)。',
    en: 'kagamid is not running on this server (no connection to {socket}).',
    cause: {
      ja: 'まだ起動していないか、停止したか、別のサーバでコマンドを実行しています。グループは相手サーバで動いているかもしれません。',
      en: 'It was not started, it has stopped, or this is another machine. The groups may be running on the other server.',
    },
    action: {
      ja: 'kagamid を起動してから、もう一度実行してください。急ぐときは相手サーバで kagami status を実行してください。',
      en: 'Start kagamid and try again. If it is urgent, run kagami status on the other server.',
    },
  },
  'daemon-no-permission': {
    number: 5002,
    severity: 'error',
    ja: 'kagamid に接続する権限がありません ({socket})。',
    en: 'You may not connect to kagamid ({socket}).',
    cause: {
      ja: 'クラスタの操作には root 権限が必要です。',
      en: 'Only root may operate the cluster.',
    },
    action: { ja: 'root で実行してください。', en: 'Run the command as root.' },
  },
  'daemon-no-answer': {
    number: 5003,
    severity: 'error',
    ja: 'kagamid が {seconds} 秒以内に応答しませんでした。',
    en: 'kagamid did not answer within {seconds} seconds.',
    cause: {
      ja: 'kagamid は動いていますが、応答できない状態です。',
      en: 'kagamid is running but cannot answer.',
    },
    action: {
      ja: '少し待って再度実行し、変わらなければ kagamid を再起動してください。グループは動き続けます。',
      en: 'Wait a little and try again; if nothing changes, restart kagamid. The groups go on running.',
    },
  },
  'daemon-odd-answer': {
    number: 5004,
    severity: 'error',
    ja: 'kagamid の応答を理解できません (HTTP {status})。',
    en: 'The answer of kagamid cannot be understood (HTTP {status}).',
    cause: {
      ja: 'コマンドと kagamid の版が違うか、別のプログラムに接続しています。',
      en: 'Command and kagamid are of different versions, or another program answered.',
    },
    action: {
      ja: '両方を同じ版にして、kagamid を再起動してください。',
      en: 'Install one version of both and restart kagamid.',
    },
  },
  'daemon-lost': {
    number: 5005,
    severity: 'warning',
    ja: 'kagamid との接続が切れました。再接続を待っています (終了は Ctrl-C)。',
    en: 'The connection to kagamid is lost; waiting for it to come back (Ctrl-C ends this).',
    cause: {
      ja: 'kagamid が再起動しているか、停止しました。',
      en: 'kagamid is being restarted, or has stopped.',
    },
    action: {
      ja: '戻らないときは kagamid を起動してください。',
      en: 'If it does not come back, start kagamid.',
    },
  },
  'definition-accepted': {
    number: 5010,
    severity: 'info',
    ja: '{file}: クラスタ {cluster} の定義に誤りはありません (サーバ {servers}、グループ {groups})。',
    en: '{file}: the definition of cluster {cluster} has no errors (servers {servers}; groups {groups}).',
  },
  'definition-refused': {
    number: 5011,
    severity: 'error',
    ja: '誤りが {errors} 件あります。この定義は使えません。',
    en: 'Errors found: {errors}. This definition cannot be used.',
    cause: {
      ja: '誤りのある定義は一部だけでも適用されません。',
      en: 'A definition with errors is not applied, not even in part.',
    },
    action: {
      ja: '上に示された行を直してください。',
      en: 'Correct the lines shown above.',
    },
  },
  'command-unknown': {
    number: 5020,
    severity: 'error',
    ja: '{command}: そのようなコマンドはありません: {text}',
    en: '{command}: there is no such command: {text}',
    ...seeHelp,
  },
  'option-unknown': {
    number: 5021,
    severity: 'error',
    ja: '{command}: そのようなオプションはありません: {text}',
    en: '{command}: there is no such option: {text}',
    ...seeHelp,
  },
  'argument-missing': {
    number: 5022,
    severity: 'error',
    ja: '{command}: 引数が足りません: {text}',
    en: '{command}: an argument is missing: {text}',
    ...seeHelp,
  },
  'argument-invalid': {
    number: 5023,
    severity: 'error',
    ja: '{command}: 「{text}」は使えません。使えるもの: {expected}',
    en: '{command}: {text} is not accepted; it may be: {expected}',
    ...seeHelp,
  },
  'command-missing': {
    number: 5024,
    severity: 'error',
    ja: '{command}: コマンドが足りません。使えるもの: {expected}',
    en: '{command}: a command is missing, one of: {expected}',
    ...seeHelp,
  },
  'argument-excess': {
    number: 5025,
    severity: 'error',
    ja: '{command}: 引数が多すぎます: {text}',
    en: '{command}: too many arguments: {text}',
    ...seeHelp,
  },
  'command-failed': {
    number: 5090,
    severity: 'error',
    ja: 'コマンドが予期しないエラーで終わりました: {detail}',
    en: 'The command ended with an unexpected error: {detail}',
    cause: { ja: 'プログラムの誤りです。', en: 'This is a mistake in the program.' },
    action: {
      ja: 'この文と実行したコマンドを開発元に知らせてください。',
      en: 'Report this sentence and the command you ran.',
    },
  },
  'order-not-done': {
    number: 5031,
    severity: 'error',
    ja: '指示は受け付けられましたが、完了しませんでした（グループ {group} の状態: {state}）。',
    en: 'The order was accepted but was not carried out in time (group {group}: {state}).',
    cause: {
      ja: '開始または停止に失敗したか、時間がかかっています。',
      en: 'A start or stop failed, or takes long.',
    },
    action: {
      ja: '「kagami status」と「kagami log」で理由を確認してください。',
      en: 'kagami status and kagami log say why.',
    },
  },
  'journal-missing': {
    number: 5040,
    severity: 'error',
    ja: '判断の記録 {path} がありません。',
    en: 'There is no journal {path}.',
    cause: {
      ja: 'このサーバで kagamid が動作したことがないか、root ではありません。',
      en: 'kagamid has never run on this server, or you are not root.',
    },
    action: {
      ja: 'クラスタのサーバで root として実行してください。',
      en: 'Run this as root on a server of the cluster.',
    },
  },
  'journal-not-written': {
    number: 5041,
    severity: 'error',
    ja: '{path} に書き込めません: {reason}',
    en: '{path} cannot be written: {reason}',
    cause: {
      ja: 'フォルダがないか、空きがありません。',
      en: 'There is no such folder, or no space left.',
    },
    action: { ja: '別の場所を指定してください。', en: 'Give another place.' },
  },
  'journal-exported': {
    number: 5042,
    severity: 'info',
    ja: '判断の記録を {path} に書き出しました。npm run sim -- --replay {path} で再現できます。',
    en: 'The journal was written to {path}; npm run sim -- --replay {path} plays it again.',
  },
  'password-wanted': {
    number: 5043,
    severity: 'info',
    ja: '{user} のパスワード: ',
    en: 'Password of {user}: ',
  },
  'password-again': {
    number: 5044,
    severity: 'info',
    ja: 'もう一度: ',
    en: 'Once more: ',
  },
  'passwords-differ': {
    number: 5045,
    severity: 'error',
    ja: '2 回の入力が一致しません。',
    en: 'The two are not the same.',
    cause: { ja: '入力の誤りです。', en: 'One was mistyped.' },
    action: { ja: 'もう一度実行してください。', en: 'Run the command again.' },
  },
  'definition-shown': {
    number: 5012,
    severity: 'info',
    ja: '使用中の定義です。省略時の値も含みます。パスワードは … と表示します。',
    en: 'The definition in force, with every default; a password in it is shown as …',
  },
  'log-empty': {
    number: 5048,
    severity: 'info',
    ja: 'まだ何も記録されていません。',
    en: 'Nothing has been written yet.',
  },
  'log-nothing-fits': {
    number: 5049,
    severity: 'info',
    ja: '条件に合う行はありません。条件なしで表示するには: {command}',
    en: 'No line fits. Without filters: {command}',
  },
  'users-none': {
    number: 5046,
    severity: 'info',
    ja: 'ユーザがいないため、Manager にログインできません。「kagami user add NAME --role operator」で追加してください。',
    en: 'There is no user yet, so nobody can log in to the Manager. Add one: kagami user add NAME --role operator',
  },
  'tokens-none': {
    number: 5047,
    severity: 'info',
    ja: 'トークンはありません。プログラムから API を使うときは「kagami token add NAME --role viewer」で作成してください。',
    en: 'There is no token yet. For a program that is to use the API: kagami token add NAME --role viewer',
  },
} as const satisfies Record<string, MessageEntry>
