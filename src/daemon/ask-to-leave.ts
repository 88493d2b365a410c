/** `kagamid leave`: the orderly way out, for whoever shuts the server down. */
import { request } from 'node:http'
import { apiSocket } from '../api.ts'
import { say, type Message } from '../messages/catalogue.ts'

/** Null once the daemon has ended. The caller puts a limit on the time. */
export function askToLeave(): Promise<Message | null> {
  return new Promise((resolve) => {
    const failed = (reason: string) => resolve(say('leave-not-possible', { reason }))
    // The event stream ends when the daemon does.
    const stream = request({ socketPath: apiSocket, path: '/api/v1/events' }, (events) => {
      events.on('close', () => resolve(null))
      events.resume()
      const order = request({
        socketPath: apiSocket,
        path: '/api/v1/server/shutdown',
        method: 'POST',
      })
      order.on('error', (error) => failed(error.message))
      order.end()
    })
    stream.on('error', (error) => failed(error.message))
    stream.end()
  })
}
