/**
 * Does a web server answer? Any answer below 500 counts: a page that is missing or forbidden was
 * answered by a server that works.
 */
import { get } from 'node:http'
import { say, type Message } from '../messages/catalogue.ts'
import type { Monitor } from './monitor.ts'

const serverErrors = 500

export function httpMonitor(url: string): Monitor {
  return {
    check: (timeoutMs) =>
      new Promise<Message | null>((resolve) => {
        // An overall limit: a server that trickles bytes must not hold the check for ever.
        const timer = setTimeout(() => {
          request.destroy()
          resolve(say('http-no-answer', { url, seconds: timeoutMs / 1000 }))
        }, timeoutMs)
        const end = (message: Message | null) => {
          clearTimeout(timer)
          request.destroy()
          resolve(message)
        }
        const request = get(url, { agent: false }, (response) => {
          const status = response.statusCode ?? 0
          end(status < serverErrors ? null : say('http-status', { url, status }))
        })
        request.on('error', (error) => end(say('http-failed', { url, reason: error.message })))
      }),
  }
}
