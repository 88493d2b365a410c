/** Messages of who may use the API: numbers 6200–6299. */
import type { MessageEntry } from './message.ts'

export const accessMessages = {
  'login-needed': {
    number: 6200,
    severity: 'error',
    ja: 'ログインが必要です。',
    en: 'A login is needed.',
    cause: {
      ja: 'ログインしていないか、セッションまたはトークンの期限が切れています。',
      en: 'There was no login, or the session or the token has expired.',
    },
    action: { ja: 'もう一度ログインしてください。', en: 'Log in again.' },
  },
  'login-wrong': {
    number: 6201,
    severity: 'error',
    ja: 'ユーザ名またはパスワードが違います。',
    en: 'The user name or the password is wrong.',
    cause: {
      ja: '入力の誤りか、そのユーザが登録されていません。',
      en: 'It was mistyped, or there is no such user.',
    },
    action: {
      ja: '入力を確認してください。サーバ上で root が「kagami user」を実行すれば、登録の確認と変更ができます。',
      en: 'Check what you typed. On a server, root sees and changes the users with: kagami user',
    },
  },
  'login-paused': {
    number: 6202,
    severity: 'error',
    ja: 'ログインの失敗が続いたため、あと {seconds} 秒待ってください。',
    en: 'Too many logins have failed: wait for another {seconds} s.',
    cause: {
      ja: 'このユーザ名、またはこのアドレスからのログインが続けて失敗しました。',
      en: 'Logins with this name, or from this address, have failed in a row.',
    },
    action: {
      ja: '時間をおいてからログインしてください。心当たりがなければ、操作履歴を確認してください。',
      en: 'Wait, then log in. If it was not you, look at the operations history.',
    },
  },
  'login-busy': {
    number: 6206,
    severity: 'error',
    ja: '今、ログインの処理が混み合っています。',
    en: 'Too many logins are being checked right now.',
    cause: {
      ja: '多数のログインが同時に行われています。',
      en: 'Many logins are being tried at the same time.',
    },
    action: { ja: '少し待って、もう一度実行してください。', en: 'Wait a moment, and try again.' },
  },
  'access-busy': {
    number: 6207,
    severity: 'error',
    ja: '要求が多すぎます。',
    en: 'Too many requests.',
    cause: {
      ja: 'このアドレスから短時間に多数の要求がありました。',
      en: 'Many requests have come from this address within a minute.',
    },
    action: { ja: '1 分待ってください。', en: 'Wait for a minute.' },
  },
  'peer-door-not-open': {
    number: 6208,
    severity: 'error',
    ja: 'ポート {port} で相手サーバに応答できません: {reason}',
    en: 'The peer cannot be answered on port {port}: {reason}',
    cause: {
      ja: 'ポートが使用中か、証明書を読めません。',
      en: 'The port is in use, or the certificate cannot be read.',
    },
    action: {
      ja: 'ポートを使っているプログラムと /etc/kagami/keys を確認してください。フェイルオーバには影響しません。',
      en: 'Look at what uses the port, and at /etc/kagami/keys. Failover does not depend on it.',
    },
  },
  'access-role': {
    number: 6203,
    severity: 'error',
    ja: 'ユーザ {user} にはこの操作の権限がありません。',
    en: 'User {user} may not do this.',
    cause: {
      ja: '閲覧者（viewer）は状態を見ることだけができます。',
      en: 'A viewer sees everything and changes nothing.',
    },
    action: {
      ja: '操作者（operator）でログインしてください。',
      en: 'Log in as an operator.',
    },
  },
  'access-local': {
    number: 6239,
    severity: 'error',
    ja: 'このサーバでは root だけが操作できます。',
    en: 'On the server itself only root may give orders.',
    cause: { ja: '別のアカウントで実行されました。', en: 'Another account has asked.' },
    action: {
      ja: 'root で実行するか、Manager にログインしてください。',
      en: 'Run the command as root, or log in to the Manager.',
    },
  },
  'access-origin': {
    number: 6204,
    severity: 'error',
    ja: '別のサイトからの要求のため、拒否しました。',
    en: 'The request comes from another site and is refused.',
    cause: {
      ja: '別のサイトのページが、このサーバへ要求を送りました。',
      en: 'A page of another site has sent it.',
    },
    action: {
      ja: 'Manager の画面から操作してください。',
      en: 'Use the pages of the Manager.',
    },
  },
  'request-wrong': {
    number: 6205,
    severity: 'error',
    ja: '要求の内容に誤りがあります: {where}: {reason}',
    en: 'The request is wrong: {where}: {reason}',
    cause: {
      ja: '値がないか、型が違うか、知られていない項目があります。',
      en: 'A value is missing, of another type, or unknown.',
    },
    action: {
      ja: 'API の説明（/api/v1/openapi.json）を確認してください。',
      en: 'See the description of the API: /api/v1/openapi.json',
    },
  },
  'account-name-wrong': {
    number: 6210,
    severity: 'error',
    ja: '名前 {name} は使えません。',
    en: 'The name {name} cannot be used.',
    cause: {
      ja: '英小文字で始まり、英小文字、数字、「.」「_」「-」だけの 32 文字以内にしてください。',
      en: 'It begins with a small letter and has at most 32 small letters, digits, dots, - and _.',
    },
    action: { ja: '別の名前を指定してください。', en: 'Choose another name.' },
  },
  'password-length': {
    number: 6211,
    severity: 'error',
    ja: 'パスワードは {least} 文字以上 {most} 文字以下にしてください。',
    en: 'A password has {least} to {most} characters.',
    cause: { ja: '短すぎるか、長すぎます。', en: 'It is too short or too long.' },
    action: { ja: '別のパスワードを指定してください。', en: 'Choose another password.' },
  },
  'user-unknown': {
    number: 6212,
    severity: 'error',
    ja: 'ユーザ {user} は登録されていません。',
    en: 'There is no user {user}.',
    cause: { ja: '名前の誤りか、すでに削除されています。', en: 'It is mistyped, or was removed.' },
    action: {
      ja: '「kagami user list」で確認してください。',
      en: 'See: kagami user list',
    },
  },
  'token-unknown': {
    number: 6213,
    severity: 'error',
    ja: 'トークン {token} は登録されていません。',
    en: 'There is no token {token}.',
    cause: { ja: '名前の誤りか、すでに削除されています。', en: 'It is mistyped, or was removed.' },
    action: {
      ja: '「kagami token list」で確認してください。',
      en: 'See: kagami token list',
    },
  },
  'token-exists': {
    number: 6214,
    severity: 'error',
    ja: 'トークン {token} はすでにあります。',
    en: 'There is a token {token} already.',
    cause: { ja: '同じ名前のトークンがあります。', en: 'The name is taken.' },
    action: {
      ja: '別の名前にするか、「kagami token remove {token}」で削除してください。',
      en: 'Choose another name, or remove it: kagami token remove {token}',
    },
  },
  'accounts-not-written': {
    number: 6215,
    severity: 'error',
    ja: 'ユーザとトークンの一覧を保存できません: {reason}',
    en: 'The list of users and tokens cannot be written: {reason}',
    cause: {
      ja: 'ディスクに問題があるか、空きがありません。',
      en: 'The disk is full or has failed.',
    },
    action: {
      ja: '/var/lib/kagami の空きとディスクを確認してください。変更は行われていません。',
      en: 'Check the space and the disk of /var/lib/kagami. Nothing was changed.',
    },
  },
  'accounts-unreadable': {
    number: 6216,
    severity: 'error',
    ja: 'ユーザとトークンの一覧 {path} を読めません: {reason}',
    en: 'The list of users and tokens, {path}, cannot be read: {reason}',
    cause: { ja: 'ファイルが壊れています。', en: 'The file is damaged.' },
    action: {
      ja: '相手サーバの同じファイルをコピーしてください。それまで、このサーバにはログインできません。',
      en: 'Copy the file of the other server. Until then nobody can log in here.',
    },
  },
  'login-done': {
    number: 6217,
    severity: 'info',
    ja: '{user} がログインしました。',
    en: '{user} has logged in.',
  },
  'logout-done': {
    number: 6218,
    severity: 'info',
    ja: '{user} がログアウトしました。',
    en: '{user} has logged out.',
  },
  'streams-full': {
    number: 6219,
    severity: 'error',
    ja: 'このサーバの状態を見ている画面が多すぎます（最大 {most}）。',
    en: 'Too many screens watch this server (at most {most}).',
    cause: { ja: '同時に開ける画面の数には上限があります。', en: 'Their number is limited.' },
    action: {
      ja: '使っていない画面を閉じるか、もう一方のサーバに接続してください。',
      en: 'Close some, or connect to the other server.',
    },
  },
  'user-kept': {
    number: 6220,
    severity: 'info',
    ja: 'ユーザ {user} を登録しました（{role}）。',
    en: 'User {user} is kept, as {role}.',
  },
  'token-made': {
    number: 6221,
    severity: 'info',
    ja: 'トークン {token} を作成しました。有効期限: {expiresAt}',
    en: 'Token {token} was made; it expires at {expiresAt}.',
  },
  'account-removed': {
    number: 6222,
    severity: 'info',
    ja: '{name} を削除しました。',
    en: '{name} was removed.',
  },
  'manager-served': {
    number: 6224,
    severity: 'info',
    ja: 'ポート {port} の応答を開始しました。',
    en: 'Port {port} is served now.',
  },
  'certificate-unusable': {
    number: 6225,
    severity: 'warning',
    ja: 'Manager の証明書 {path} を使えないため、クラスタの証明書を使っています: {reason}',
    en: "The certificate {path} cannot be used for the Manager, so the cluster's own is: {reason}",
    cause: {
      ja: 'ファイルを読めないか、証明書と秘密鍵が対になっていません。',
      en: 'A file cannot be read, or certificate and private key do not belong together.',
    },
    action: {
      ja: '両方のサーバで manager.certificate のファイルを確認してください。1 分以内に読み直されます。',
      en: 'Check the files of manager.certificate on both servers. They are read again within a minute.',
    },
  },
  'peer-accounts-unreadable': {
    number: 6227,
    severity: 'warning',
    ja: '{server} のユーザとトークンの一覧を理解できません。その変更はこのサーバに反映されません。',
    en: 'The list of users and tokens of {server} cannot be understood. Its changes do not reach this server.',
    cause: {
      ja: '両方のサーバで Kagami のバージョンが違うか、一覧が壊れています。',
      en: 'The two servers have different versions of Kagami, or the list is damaged.',
    },
    action: {
      ja: '両方のサーバを同じバージョンにしてください。削除したユーザは、両方のサーバで「kagami user remove」を実行してください。',
      en: 'Bring both servers to the same version. Remove users on both with: kagami user remove',
    },
  },
  'accounts-full': {
    number: 6228,
    severity: 'error',
    ja: 'ユーザとトークンは、それぞれ {most} までです。',
    en: 'There can be {most} users, and {most} tokens, and no more.',
    cause: {
      ja: 'すでにその数だけあります。',
      en: 'There are that many already.',
    },
    action: {
      ja: '使わないものを「kagami user remove」または「kagami token remove」で削除してください。',
      en: 'Remove those that nobody uses: kagami user remove, kagami token remove',
    },
  },
  'check-busy': {
    number: 6229,
    severity: 'warning',
    ja: '定義を調べられませんでした。',
    en: 'The definition was not looked at.',
    cause: {
      ja: '別の定義を調べているか、10 秒以内に調べ終わりませんでした。',
      en: 'Another one is being looked at, or it took longer than ten seconds.',
    },
    action: {
      ja: 'もう一度試すか、「kagami config check」を使ってください。',
      en: 'Try again, or use: kagami config check',
    },
  },
  'certificate-renewed': {
    number: 6226,
    severity: 'info',
    ja: 'Manager の新しい証明書を使い始めました。',
    en: 'The Manager uses its new certificate now.',
  },
  'manager-not-served': {
    number: 6223,
    severity: 'error',
    ja: 'ポート {port} で API を提供できません: {reason}',
    en: 'The API cannot be served on port {port}: {reason}',
    cause: {
      ja: 'ポートが使用中か、証明書を読めません。',
      en: 'The port is in use, or the certificate cannot be read.',
    },
    action: {
      ja: 'ポートを使っているプログラムと /etc/kagami/keys を確認してください。フェイルオーバには影響しません。',
      en: 'Look at what uses the port, and at /etc/kagami/keys. Failover does not depend on it.',
    },
  },
} as const satisfies Record<string, MessageEntry>
