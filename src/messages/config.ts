/**
 * Messages about reading a cluster definition, its file, syntax and shape: numbers 1000–1049. Each
 * sentence names what is wrong and what would be right; file, line and column stand in front of it.
 *
 * `{key}` is a place in the definition such as `servers[1].name`.
 */
import type { MessageEntry } from './message.ts'

export const correctIt = {
  cause: {
    ja: 'クラスタ定義の記述が正しくありません。定義は一切適用されていません。',
    en: 'The cluster definition is not correct. Nothing of it was applied.',
  },
  action: {
    ja: '示された行を直し、kagami config check で確かめてください。',
    en: 'Correct the line shown and check again with: kagami config check',
  },
} as const

const files = {
  'definition-not-found': {
    number: 1001,
    severity: 'error',
    ja: 'クラスタ定義がありません。cluster.yaml、またはそれを含むフォルダを指定してください。',
    en: 'There is no cluster definition here; name a cluster.yaml, or the folder that holds it.',
    ...correctIt,
  },
  'definition-unreadable': {
    number: 1002,
    severity: 'error',
    ja: 'ファイルを読めません ({code})。読み取り権のある通常のファイルにしてください。',
    en: 'The file cannot be read ({code}); it must be a regular file that you may read.',
    ...correctIt,
  },
  'definition-too-large': {
    number: 1003,
    severity: 'error',
    ja: 'ファイルが大きすぎます ({bytes} バイト)。{max} バイト以下にしてください。',
    en: 'The file is too large ({bytes} bytes); the limit is {max} bytes.',
    ...correctIt,
  },
  'definition-not-utf8': {
    number: 1004,
    severity: 'error',
    ja: 'UTF-8 ではない文字があります。文字コード UTF-8 で保存してください。',
    en: 'There is a character that is not UTF-8; save the file in UTF-8.',
    ...correctIt,
  },
  'definition-has-bom': {
    number: 1005,
    severity: 'error',
    ja: '先頭に BOM があります。BOM なしの UTF-8 で保存してください。',
    en: 'The file starts with a byte order mark; save it as UTF-8 without BOM.',
    ...correctIt,
  },
} as const

const syntax = {
  'yaml-tab': {
    number: 1010,
    severity: 'error',
    ja: '字下げにタブが使われています。空白を使ってください。',
    en: 'A tab is used for indentation; use spaces.',
    ...correctIt,
  },
  'yaml-indentation': {
    number: 1011,
    severity: 'error',
    ja: '字下げが揃っていないか、括弧が閉じていません。同じ階層は同じ桁から始めてください。',
    en: 'The indentation does not match, or a bracket is not closed; items of one level must start at the same column.',
    ...correctIt,
  },
  'yaml-not-closed': {
    number: 1012,
    severity: 'error',
    ja: '引用符か括弧が閉じていないか、「:」がありません。補ってください。',
    en: 'A quote or bracket is not closed, or a ":" is missing; add it.',
    ...correctIt,
  },
  'yaml-duplicate-key': {
    number: 1013,
    severity: 'error',
    ja: 'キー {key} が 2 回書かれています (1 回目は {line} 行目)。1 つにしてください。',
    en: 'The key {key} is written twice (first on line {line}); keep one.',
    ...correctIt,
  },
  'yaml-alias': {
    number: 1014,
    severity: 'error',
    ja: 'アンカー (&) とエイリアス (*) は使えません。値をそのまま書いてください。',
    en: 'Anchors (&) and aliases (*) are not accepted; write the value itself.',
    ...correctIt,
  },
  'yaml-tag': {
    number: 1015,
    severity: 'error',
    ja: 'タグ (!) は使えません。値だけを書いてください。',
    en: 'Tags (!) are not accepted; write the value alone.',
    ...correctIt,
  },
  'yaml-several-documents': {
    number: 1016,
    severity: 'error',
    ja: '「---」で 2 つめの文書が始まっています。1 ファイルに 1 つの定義を書いてください。',
    en: 'A second document starts here (---); write one definition in one file.',
    ...correctIt,
  },
  'yaml-too-deep': {
    number: 1017,
    severity: 'error',
    ja: '入れ子が深すぎます。定義に必要な深さは 10 段未満です。',
    en: 'The nesting is too deep; a definition needs less than 10 levels.',
    ...correctIt,
  },
  'yaml-key': {
    number: 1018,
    severity: 'error',
    ja: 'キーには名前だけを書いてください (リストや空のキーは使えません)。',
    en: 'A key must be a plain name, not a list, a mapping or nothing.',
    ...correctIt,
  },
  'yaml-syntax': {
    number: 1019,
    severity: 'error',
    ja: 'YAML として読めません。「キー: 値」の形で字下げを揃えて書き、記号を含む値は引用符で囲んでください。',
    en: 'This is not valid YAML; write "key: value" lines that align, and put values with special characters in quotes.',
    ...correctIt,
  },
} as const

const shape = {
  'key-unknown': {
    number: 1020,
    severity: 'error',
    ja: 'キー {key} はありません。ここで使えるキー: {known}',
    en: 'There is no key {key}; the keys known here are: {known}',
    ...correctIt,
  },
  'key-misspelt': {
    number: 1021,
    severity: 'error',
    ja: 'キー {key} はありません。{guess} の間違いではありませんか。',
    en: 'There is no key {key}; did you mean {guess}?',
    ...correctIt,
  },
  'key-missing': {
    number: 1022,
    severity: 'error',
    ja: '{key} がありません。書き加えてください。',
    en: '{key} is missing; add it.',
    ...correctIt,
  },
  'value-not-text': {
    number: 1023,
    severity: 'error',
    ja: '{key} の値 {value} は文字列ではありません。文字列を書いてください (数字だけの名前は引用符で囲みます)。',
    en: '{key} is {value}, which is not text; write text (quote a name made of digits).',
    ...correctIt,
  },
  'value-not-number': {
    number: 1024,
    severity: 'error',
    ja: '{key} の値 {value} は数値ではありません。引用符や単位のない数値を書いてください。',
    en: '{key} is {value}, which is not a number; write a number without quotes or unit.',
    ...correctIt,
  },
  'value-not-whole': {
    number: 1025,
    severity: 'error',
    ja: '{key} の値 {value} は整数ではありません。整数を書いてください。',
    en: '{key} is {value}; write a whole number.',
    ...correctIt,
  },
  'value-not-list': {
    number: 1026,
    severity: 'error',
    ja: '{key} の値 {value} はリストではありません。「- 項目」を並べるか [a, b] の形で書いてください。',
    en: '{key} is {value}, which is not a list; write "- item" lines or [a, b].',
    ...correctIt,
  },
  'value-not-mapping': {
    number: 1027,
    severity: 'error',
    ja: '{key} の値 {value} は「キー: 値」の組ではありません。組で書いてください。',
    en: '{key} is {value}, which is not a mapping; write "key: value" lines.',
    ...correctIt,
  },
  'value-not-a-choice': {
    number: 1028,
    severity: 'error',
    ja: '{key} の値 {value} は使えません。使える値: {choices}',
    en: '{key} is {value}; it must be one of: {choices}',
    ...correctIt,
  },
  'value-too-small': {
    number: 1029,
    severity: 'error',
    ja: '{key} の値 {value} は小さすぎます。{min} 以上にしてください。',
    en: '{key} is {value}, which is too small; the least is {min}.',
    ...correctIt,
  },
  'value-not-positive': {
    number: 1030,
    severity: 'error',
    ja: '{key} の値 {value} は小さすぎます。{min} より大きくしてください。',
    en: '{key} is {value}; it must be more than {min}.',
    ...correctIt,
  },
  'value-too-large': {
    number: 1031,
    severity: 'error',
    ja: '{key} の値 {value} は大きすぎます。{max} 以下にしてください。',
    en: '{key} is {value}, which is too large; the most is {max}.',
    ...correctIt,
  },
  'list-too-short': {
    number: 1032,
    severity: 'error',
    ja: '{key} の項目は {count} 個です。{min} 個以上必要です。',
    en: '{key} is a list of {count}; it needs at least {min}.',
    ...correctIt,
  },
  'list-too-long': {
    number: 1033,
    severity: 'error',
    ja: '{key} の項目は {count} 個です。{max} 個以下にしてください。',
    en: '{key} is a list of {count}; the most is {max}.',
    ...correctIt,
  },
  'list-not-exact': {
    number: 1034,
    severity: 'error',
    ja: '{key} の項目は {count} 個です。ちょうど {exact} 個必要です。',
    en: '{key} is a list of {count}; it needs exactly {exact}.',
    ...correctIt,
  },
  'format-version-unknown': {
    number: 1035,
    severity: 'error',
    ja: 'この版が読める定義形式は kagami: 1 です ({value} は読めません)。',
    en: 'This version reads definitions of format kagami: 1, not {value}.',
    ...correctIt,
  },
  'name-invalid': {
    number: 1040,
    severity: 'error',
    ja: '{key} の名前 {value} は使えません。英数字で始まる 31 文字以内の英数字・「-」・「_」にしてください。',
    en: '{key} is {value}; a name has 1 to 31 letters, digits, "-" or "_" and starts with a letter or digit.',
    ...correctIt,
  },
  'ipv4-invalid': {
    number: 1041,
    severity: 'error',
    ja: '{key} の値 {value} は IPv4 アドレスではありません。192.168.4.15 のように書いてください。',
    en: '{key} is {value}, which is not an IPv4 address; write it like 192.168.4.15.',
    ...correctIt,
  },
  'ipv4-prefix-invalid': {
    number: 1042,
    severity: 'error',
    ja: '{key} の値 {value} はプレフィックス長つき IPv4 アドレスではありません。192.168.4.21/24 のように書いてください。',
    en: '{key} is {value}; write an IPv4 address with its prefix length, like 192.168.4.21/24.',
    ...correctIt,
  },
  'path-invalid': {
    number: 1043,
    severity: 'error',
    ja: '{key} の値 {value} は絶対パスではありません。/mnt/mirror のように「/」から、「..」を使わずに書いてください。',
    en: '{key} is {value}; write an absolute path without "..", like /mnt/mirror.',
    ...correctIt,
  },
  'mirror-name-invalid': {
    number: 1044,
    severity: 'error',
    ja: '{key} の値 {value} は使えません。ミラーディスク名は NMP1 から NMP99 です。',
    en: '{key} is {value}; a mirror disk is named NMP1 to NMP99.',
    ...correctIt,
  },
  'fence-agent-invalid': {
    number: 1048,
    severity: 'error',
    ja: '{key} の値 {value} は使えません。fence_ipmilan のようなフェンスエージェントの名前を書いてください。',
    en: '{key} is {value}; it must be the name of a fence agent, like fence_ipmilan.',
    ...correctIt,
  },
  'url-invalid': {
    number: 1045,
    severity: 'error',
    ja: '{key} の値 {value} は監視できる URL ではありません。http://192.168.4.15/ のように書いてください。',
    en: '{key} is {value}, which cannot be checked; write a URL like http://192.168.4.15/.',
    ...correctIt,
  },
  'witness-url-invalid': {
    number: 1046,
    severity: 'error',
    ja: '{key} の値 {value} は判定先の URL ではありません。https://192.168.4.100:29010 のように書いてください。',
    en: '{key} is {value}; write the URL of the witness, like https://192.168.4.100:29010.',
    ...correctIt,
  },
  'etcd-url-invalid': {
    number: 1047,
    severity: 'error',
    ja: '{key} の値 {value} は etcd の URL ではありません。https://192.168.4.100:2379 のように書いてください。',
    en: '{key} is {value}; write the URL of an etcd server, like https://192.168.4.100:2379.',
    ...correctIt,
  },
  'value-invalid': {
    number: 1049,
    severity: 'error',
    ja: '{key} の値 {value} は使えません。クラスタ定義の説明を見て正しい値を書いてください。',
    en: '{key} is {value}, which is not accepted; see the reference of the cluster definition.',
    ...correctIt,
  },
} as const

export const configMessages = {
  ...files,
  ...syntax,
  ...shape,
} as const satisfies Record<string, MessageEntry>

export type ConfigMessageId = keyof typeof configMessages
