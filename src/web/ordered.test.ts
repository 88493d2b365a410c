import { expect, test } from 'vitest'
import { orderedText } from './ordered.ts'
import { wordsOf } from './words.ts'

test.each([
  ['/groups/Apache/move to SERVER2', 'Move to the other server: Apache (SERVER2)'],
  ['/groups/%E5%8F%97%E6%B3%A8/stop', 'Stop: 受注'],
  ['/groups/Apache/suspend monitor page', 'Suspend: Apache (page)'],
  ['/mirrors/NMP1/force loser SERVER1', 'Give this version up: NMP1 (SERVER1)'],
  ['/mirrors/NMP1/verify repair true', 'Compare both replicas: NMP1'],
  ['/cluster/shutdown afterwards poweroff', 'Shut down'],
  ['/servers/SERVER1/shutdown afterwards reboot', 'Reboot: SERVER1'],
  ['/servers/SERVER2/stop-waiting', 'Stop waiting for the other server: SERVER2'],
  ['/session', 'Log in'],
  ['/groups/%zz/start', 'Start: %zz'],
  ['/something/new', '/something/new'],
])('%s', (what, said) => {
  expect(orderedText(what, wordsOf('en'))).toBe(said)
})
