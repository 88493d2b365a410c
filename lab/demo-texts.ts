/** What the demonstration says, in the language of the terminal. */

export interface Texts {
  readonly title: string
  readonly bringingUp: string
  readonly move: string
  readonly moveBack: string
  readonly powerCut: string
  readonly comesBack: string
  readonly moveHome: string
  readonly allHeld: string
  readonly tryYourself: string
  readonly takingDown: string
  step(title: string): string
  page(url: string, text: string): string
  wrongPage(wanted: string, found: string): string
  neverGreen(owner: string): string
  neverRuns(server: string): string
  outages(lengthsMs: readonly number[]): string
  failed(reason: string): string
}

const seconds = (ms: number) => (ms / 1000).toFixed(2)

const english: Texts = {
  title: 'Kagami: one Apache on two servers, as in the HOWTO.',
  bringingUp:
    'Making SERVER1, SERVER2 and a client on this machine; the mirror is built for the first time …',
  move: 'An operator moves group Apache to SERVER2 (kagami group move Apache --to SERVER2).',
  moveBack: 'And back to SERVER1.',
  powerCut:
    'A page is written and synced, and in that moment the power of SERVER1 is cut. SERVER2 must serve it.',
  comesBack:
    'SERVER1 is switched on again. Its replica is recovered while SERVER2 goes on serving.',
  moveHome: 'The group is moved back to SERVER1.',
  allHeld: 'Every step held.',
  tryYourself: [
    'The servers keep running. In another terminal, in this folder, try:',
    '  bin/kagami lab exec SERVER1 -- kagami status --watch',
    '  bin/kagami lab probe http://192.168.4.15/',
    '  bin/kagami lab power-off SERVER1      (and: power-on SERVER1)',
    '  bin/kagami lab cut SERVER1 interconnect   (and: mend SERVER1 interconnect)',
    '  bin/kagami lab exec SERVER2 -- kagami group move Apache',
    '  bin/kagami lab exec SERVER2 -- kagami log --follow',
    'Ctrl-C here takes everything down.',
  ].join('\n'),
  takingDown: 'Taking everything down …',
  step: (title) => `▶ ${title}`,
  page: (url, text) => `  ${url} says: ${text}`,
  wrongPage: (wanted, found) => `the page should say "${wanted}" but says "${found}"`,
  neverGreen: (owner) => `the cluster did not become green with the group on ${owner} in time`,
  neverRuns: (server) => `the group did not start on ${server} in time`,
  outages: (lengths) =>
    lengths.length === 0
      ? '  outage seen by the client: none'
      : `  outage seen by the client: ${lengths.map((each) => `${seconds(each)} s`).join(', ')}`,
  failed: (reason) => `This step did not hold: ${reason}`,
}

const japanese: Texts = {
  title: 'Kagami: HOWTO のとおり、2 台のサーバで 1 つの Apache を動かします。',
  bringingUp: 'このマシンの中に SERVER1、SERVER2、クライアントを作り、最初のミラー構築を行います …',
  move: '操作によりグループ Apache を SERVER2 に移動します（kagami group move Apache --to SERVER2）。',
  moveBack: '続いて SERVER1 に戻します。',
  powerCut:
    'ページを書き込んで同期した直後に SERVER1 の電源を切ります。SERVER2 がそのページを返さなければなりません。',
  comesBack: 'SERVER1 の電源を入れます。SERVER2 がサービスを続ける間に、ミラー復帰が行われます。',
  moveHome: 'グループを SERVER1 に戻します。',
  allHeld: 'すべての手順が成功しました。',
  tryYourself: [
    'サーバは動作を続けます。別の端末で、このフォルダから次を試してください。',
    '  bin/kagami lab exec SERVER1 -- kagami status --watch',
    '  bin/kagami lab probe http://192.168.4.15/',
    '  bin/kagami lab power-off SERVER1      （戻すには power-on SERVER1）',
    '  bin/kagami lab cut SERVER1 interconnect   （戻すには mend SERVER1 interconnect）',
    '  bin/kagami lab exec SERVER2 -- kagami group move Apache',
    '  bin/kagami lab exec SERVER2 -- kagami log --follow',
    'この端末で Ctrl-C を押すと、すべて片付けます。',
  ].join('\n'),
  takingDown: '片付けています …',
  step: (title) => `▶ ${title}`,
  page: (url, text) => `  ${url} の内容: ${text}`,
  wrongPage: (wanted, found) => `ページは「${wanted}」のはずですが「${found}」でした`,
  neverGreen: (owner) => `グループが ${owner} にある状態で緑色になりませんでした`,
  neverRuns: (server) => `グループが ${server} で開始されませんでした`,
  outages: (lengths) =>
    lengths.length === 0
      ? '  クライアントから見た停止時間: なし'
      : `  クライアントから見た停止時間: ${lengths.map((each) => `${seconds(each)} 秒`).join('、')}`,
  failed: (reason) => `この手順は成功しませんでした: ${reason}`,
}

/** By `LC_ALL`, `LC_MESSAGES`, `LANG`. */
export function texts(env: Readonly<Record<string, string | undefined>>): Texts {
  const language = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  return language.startsWith('ja') ? japanese : english
}
