/**
 * Golden transcripts. Each file: why it exists, the script, a line `----`, and what the two servers
 * say. `UPDATE=1` rewrites the transcripts; read the difference before you commit it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { howtoSettings } from '../sim/howto-settings.ts'
import { servers } from '../sim/machine.ts'
import { exampleSettings, play } from './play.ts'

const folder = new URL('.', import.meta.url).pathname
const divider = '\n----\n'

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  test(file.replace('.txt', '').replaceAll('-', ' '), () => {
    const path = `${folder}/${file}`
    const [script = '', expected = ''] = readFileSync(path, 'utf8').split(divider)
    const transcript = play(script)
    if (process.env['UPDATE'] === '1') writeFileSync(path, `${script}${divider}${transcript}\n`)
    else expect(`${transcript}\n`).toBe(expected)
    expect(transcript).not.toContain('VIOLATION')
  })
}

test.each(servers)('the explorer plays the cluster of the example: %s', (server) => {
  expect(howtoSettings(server)).toEqual(exampleSettings(server, 'ping'))
})
