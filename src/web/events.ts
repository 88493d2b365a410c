/** Server-sent events as they come over `fetch`, which can send a pass along; `EventSource` cannot. */

export interface Block {
  readonly event: string
  readonly data: string
  /** Of a channel: whose events these are. */
  readonly cluster: string
}

interface Reading {
  /** Ends it. */
  readonly signal: AbortSignal
  /** No word for so long, and it is over. */
  readonly silentMs: number
  readonly connectWithinMs: number
  hear(block: Block): void
}

interface Place {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
}

/** Until it ends or falls silent; then the status of the answer, or 0. Never rejects. */
export async function readEvents(
  { url, method = 'GET', headers = {} }: Place,
  { signal, silentMs, connectWithinMs, hear }: Reading,
): Promise<number> {
  const quiet = new AbortController()
  let timer = setTimeout(() => quiet.abort(), connectWithinMs)
  try {
    const response = await fetch(url, {
      ...{ method, headers },
      signal: AbortSignal.any([signal, quiet.signal]),
      credentials: 'same-origin',
    })
    if (response.status !== 200 || response.body === null) return response.status
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 0
      clearTimeout(timer)
      timer = setTimeout(() => quiet.abort(), silentMs)
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) tell(block, hear)
    }
  } catch {
    return 0
  } finally {
    clearTimeout(timer)
  }
}

function tell(block: string, hear: (block: Block) => void): void {
  let [event, data, cluster] = ['', '', '']
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7)
    else if (line.startsWith('data: ')) data = line.slice(6)
    // The first one is that of the Manager.
    else if (cluster === '' && line.startsWith('cluster: ')) cluster = line.slice(9)
  }
  if (event !== '') hear({ event, data, cluster })
}
