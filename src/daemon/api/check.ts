/** Whether the text of a cluster.yaml is a definition, and what is wrong with it. */
import { Worker } from 'node:worker_threads'
import type { Message } from '../../messages/catalogue.ts'

export interface Checked {
  readonly accepted: boolean
  /** The first hundred. */
  readonly problems: readonly {
    readonly line: number
    readonly column: number
    readonly message: Message
    readonly isError: boolean
  }[]
}

const withinMs = 10_000
let isBusy = false

/** One at a time; null: another one is being looked at, or it takes too long. */
export async function checkText(text: string): Promise<Checked | null> {
  if (isBusy) return null
  isBusy = true
  const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  })
  const timer = setTimeout(() => void worker.terminate(), withinMs)
  try {
    return await new Promise<Checked | null>((resolve) => {
      worker.once('message', (checked: Checked) => resolve(checked))
      worker.once('error', () => resolve(null))
      worker.once('exit', () => resolve(null))
    })
  } finally {
    clearTimeout(timer)
    void worker.terminate()
    isBusy = false
  }
}
