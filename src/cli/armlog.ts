/**
 * `armlog TEXT…`: writes a line to the alert log from a start or stop script. A script must never
 * fail or wait for long because of its log, so this says on standard error what went wrong, and
 * ends with 0 all the same. Loads as little as it can: scripts call it often.
 */
import { request } from 'node:http'
import { apiSocket } from '../api.ts'
import { cliMessages } from '../messages/cli.ts'

const waitMsMax = 3000

const text = process.argv.slice(2).join(' ')
const group = process.env['KAGAMI_GROUP']
const body = JSON.stringify({ text, ...(group === undefined || group === '' ? {} : { group }) })
const outgoing = request({
  socketPath: process.env['KAGAMI_SOCKET'] ?? apiSocket,
  method: 'POST',
  path: '/api/v1/log',
  headers: { 'content-type': 'application/json' },
  timeout: waitMsMax,
})
outgoing.on('response', (response) => {
  if (response.statusCode !== 200) complain()
  response.resume()
})
outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
outgoing.on('error', complain)
outgoing.end(body)

function complain(): void {
  const { number, ja, en } = cliMessages['armlog-not-delivered']
  const set = process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || ''
  const sentence = (set.startsWith('ja') ? ja : en).replace('{text}', () => text)
  process.stderr.write(`KG${number} ${sentence}\n`)
}
