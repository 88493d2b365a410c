/**
 * A connection to whichever of a cluster's servers answers first; the one that answered last time has a head
 * start. The request is sent once, over that connection: no order is given twice.
 */
import { connect, type TLSSocket } from 'node:tls'

export interface Reached {
  readonly address: string
  readonly socket: TLSSocket
}

/** The next address is tried after this time, or as soon as one has failed. */
const headStartMs = 250
const withinMs = 1400

/** null: none of them answers with a certificate of that authority. */
export function firstServer(
  addresses: readonly string[],
  { port, ca }: { readonly port: number; readonly ca: string },
): Promise<Reached | null> {
  return new Promise((resolve) => {
    const tried: TLSSocket[] = []
    let failed = 0
    let isOver = false
    const timers: NodeJS.Timeout[] = []
    const end = (reached: Reached | null): void => {
      isOver = true
      for (const timer of timers) clearTimeout(timer)
      for (const socket of tried) if (socket !== reached?.socket) socket.destroy()
      resolve(reached)
    }
    const tryNext = (): void => {
      const address = addresses[tried.length]
      if (isOver || address === undefined) return
      const socket = connect({ host: address, port, ca })
      tried.push(socket)
      socket.on('error', () => {
        if (isOver) return
        failed += 1
        if (failed === addresses.length) end(null)
        else tryNext()
      })
      socket.once('secureConnect', () => !isOver && end({ address, socket }))
      timers.push(setTimeout(tryNext, headStartMs))
    }
    timers.push(setTimeout(() => end(null), withinMs))
    if (addresses.length === 0) end(null)
    tryNext()
  })
}
