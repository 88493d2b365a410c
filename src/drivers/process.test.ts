import { expect, test } from 'vitest'
import { run } from './process.ts'

test('what a program has said is there when it has ended, however many end at once', async () => {
  for (let round = 0; round < 40; round += 1) {
    const some = Array.from({ length: 8 }, () => run('echo', ['said'], { timeoutMs: 10_000 }))
    expect((await Promise.all(some)).map(({ stdout }) => stdout)).toEqual(some.map(() => 'said\n'))
  }
})

test('a child that keeps the output open does not hold up the end', async () => {
  const outcome = await run('sh', ['-c', 'sleep 5 & echo said'], { timeoutMs: 10_000 })
  expect(outcome).toMatchObject({ code: 0, timedOut: false, stdout: 'said\n' })
})

test('an end in time, an end too late, and no beginning', async () => {
  expect(await run('sh', ['-c', 'exit 3'], { timeoutMs: 10_000 })).toMatchObject({ code: 3 })
  const late = await run('sleep', ['60'], { timeoutMs: 50 })
  expect(late).toMatchObject({ code: null, timedOut: true })
  expect(await run('/no/such/program', [], { timeoutMs: 50 })).toMatchObject({ code: null })
})
