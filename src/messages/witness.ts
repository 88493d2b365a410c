/** Messages of the witness's own program: numbers 7000–7019. */
import type { MessageEntry } from './message.ts'

export const witnessMessages = {
  'witness-usage': {
    number: 7000,
    severity: 'info',
    ja: `使い方: kagami witness serve|list --data フォルダ
        kagami witness add|remove スーパークラスタ/クラスタ --data フォルダ
serve には --listen アドレス、--port 番号、--name 名前（サーバから見た名前、複数可）も指定できます。`,
    en: `Usage: kagami witness serve|list --data FOLDER
       kagami witness add|remove SUPERCLUSTER/CLUSTER --data FOLDER
serve also takes --listen ADDRESS, --port NUMBER and --name NAME (as the servers call it; repeatable).`,
  },
  'witness-cluster-known': {
    number: 7001,
    severity: 'error',
    ja: 'クラスタ {cluster} はすでに登録されています。',
    en: 'Cluster {cluster} is known already.',
    cause: {
      ja: 'トークンは登録のときに一度だけ表示されます。',
      en: 'Its token was shown once, when it was added.',
    },
    action: {
      ja: 'トークンを失った場合は remove してから add してください。両サーバが通信していれば自動で切り替わります。',
      en: 'If the token is lost: remove it and add it again. The servers go over to it while they hear each other.',
    },
  },
  'witness-cluster-unknown': {
    number: 7002,
    severity: 'error',
    ja: 'クラスタ {cluster} は登録されていません。',
    en: 'There is no cluster {cluster}.',
    cause: { ja: '名前が違います。', en: 'The name is wrong.' },
    action: {
      ja: '「kagami witness list」で名前を確認してください。',
      en: 'kagami witness list shows the names.',
    },
  },
  'witness-cluster-added': {
    number: 7003,
    severity: 'info',
    ja: 'クラスタ {cluster} を登録しました。次の行のトークンを両サーバの /etc/kagami/keys/witness.token に、{data}/tls/ca.pem を /etc/kagami/keys/witness-ca.pem に置いてください。',
    en: 'Cluster {cluster} was added. Put the token below into /etc/kagami/keys/witness.token on both servers, and {data}/tls/ca.pem into /etc/kagami/keys/witness-ca.pem.',
  },
  'witness-runs-already': {
    number: 7004,
    severity: 'error',
    ja: 'フォルダ {data} では別の証人サービスが動作しています。',
    en: 'Another witness runs on the folder {data}.',
    cause: {
      ja: '同じフォルダで 2 つ目を起動しようとしました。',
      en: 'A second one was started with the same folder.',
    },
    action: {
      ja: '動作中のものを使うか、別のフォルダを指定してください。',
      en: 'Use the one that runs, or give another folder.',
    },
  },
  'witness-not-listening': {
    number: 7005,
    severity: 'error',
    ja: '{address} で待ち受けられません: {reason}',
    en: 'It cannot listen on {address}: {reason}',
    cause: {
      ja: 'アドレスがないか、ポートが使用中です。',
      en: 'There is no such address here, or the port is taken.',
    },
    action: {
      ja: '--listen と --port を確認してください。',
      en: 'Check --listen and --port.',
    },
  },
} as const satisfies Record<string, MessageEntry>
