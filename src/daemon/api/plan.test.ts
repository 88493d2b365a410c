/** What would happen, asked of the API: the decision makers' own plan. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Cluster } from '../../../sim/cluster.ts'
import { obey } from '../../../sim/commands.ts'
import { peerOf } from '../../../sim/machine.ts'
import type { Plan } from '../../api.ts'
import { parseDefinition } from '../../config/parse.ts'
import { coreSettings } from '../../core/settings.ts'
import type { State } from '../../core/state.ts'
import { newTold, openApp } from './app.fixtures.ts'

/** Of a pair that has run for a while. */
function runningState(): State {
  const file = new URL('../../../examples/apache-howto/cluster.yaml', import.meta.url)
  const parsed = parseDefinition(readFileSync(file, 'utf8'), 'cluster.yaml')
  if (!parsed.ok) throw new Error('the example is wrong')
  const settings = (server: 'SERVER1' | 'SERVER2') =>
    coreSettings(parsed.definition, server, peerOf(server), 'boot')
  const cluster = new Cluster({ settings })
  for (const command of ['up SERVER1', 'up SERVER2']) obey(cluster, command)
  cluster.run(12_000)
  const { state } = cluster.machine('SERVER1')
  if (state === null) throw new Error('the server is up')
  return state
}

test('what would happen is computed elsewhere, one at a time, and said in words', async () => {
  const told = newTold()
  const { app, viewer } = await openApp(told)
  told.core = runningState()
  const ask = (query: string) =>
    app.inject({
      ...{ method: 'GET', url: `/api/v1/what-if${query}` },
      headers: { authorization: `Bearer ${viewer}` },
    })
  const answers = await Promise.all([ask('?lose=SERVER1'), ask('?lose=SERVER1')])
  expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 503])
  const made = answers.find(({ statusCode }) => statusCode === 200)?.json<Plan>()
  expect(made?.groups).toMatchObject([{ group: 'Apache', owner: 'SERVER2' }])
  expect(made?.twoActive).toBe(false)
  expect(made?.steps[0]).toMatchObject({
    server: 'SERVER2',
    said: { code: expect.stringMatching(/^KG\d{4}$/), en: { text: expect.any(String) } },
  })
  // After one it rests: whoever asks on and on leaves the processor to others.
  expect((await ask('?lose=SERVER1')).statusCode).toBe(503)
  const askUntilMade = async (query: string) => {
    for (;;) {
      const answer = await ask(query)
      if (answer.statusCode !== 503) return answer
      await new Promise((next) => setTimeout(next, 100))
    }
  }
  const both = await askUntilMade('?lose=SERVER1&lose=SERVER2')
  expect(both.json<Plan>().groups).toMatchObject([{ group: 'Apache', owner: null }])
  const link = await askUntilMade(`?lose=${told.core.settings.links[0] ?? ''}`)
  expect(link.json<Plan>().groups).toMatchObject([{ group: 'Apache', owner: 'SERVER1' }])
  const none = await askUntilMade('?lose=Nope')
  expect([none.statusCode, none.json()]).toMatchObject([
    404,
    { message: { id: 'what-if-unknown' } },
  ])
  expect((await ask('')).statusCode).toBe(400)
  await app.close()
})
