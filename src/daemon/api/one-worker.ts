/** Heavy work on a thread of its own, one at a time and not for long: decisions do not wait for it. */
import { Worker } from 'node:worker_threads'

interface Limits {
  readonly withinMs: number
  readonly memoryMb: number
}

/** What the worker at `file` answers; null: it is busy with another one, takes too long, or has failed. */
export function oneWorker<Answer>(
  file: URL,
  { withinMs, memoryMb }: Limits,
): (asked: unknown) => Promise<Answer | null> {
  let isBusy = false
  return async (asked) => {
    if (isBusy) return null
    isBusy = true
    const worker = new Worker(file, {
      workerData: asked,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    const timer = setTimeout(() => void worker.terminate(), withinMs)
    try {
      return await new Promise<Answer | null>((resolve) => {
        worker.once('message', (answer: Answer) => resolve(answer))
        worker.once('error', () => resolve(null))
        worker.once('exit', () => resolve(null))
      })
    } finally {
      clearTimeout(timer)
      void worker.terminate()
      isBusy = false
    }
  }
}
