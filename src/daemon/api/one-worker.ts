/** Heavy work on a thread of its own, one at a time and not for long: decisions do not wait for it. */
import { Worker } from 'node:worker_threads'

interface Limits {
  readonly withinMs: number
  readonly memoryMb: number
  /** Between two, so many times as long as the first one took: whoever asks on and on leaves the processor to others. */
  readonly restFactor?: number
}

/** What the worker at `file` answers; null: it is busy with another one, takes too long, or has failed. */
export function oneWorker<Answer>(
  file: URL,
  { withinMs, memoryMb, restFactor = 0 }: Limits,
): (asked: unknown) => Promise<Answer | null> {
  let isBusy = false
  let restsUntil = 0
  return async (asked) => {
    if (isBusy || performance.now() < restsUntil) return null
    isBusy = true
    const begunAt = performance.now()
    try {
      return await answered<Answer>(file, asked, { withinMs, memoryMb })
    } catch {
      return null
    } finally {
      isBusy = false
      const endedAt = performance.now()
      restsUntil = endedAt + restFactor * (endedAt - begunAt)
    }
  }
}

async function answered<Answer>(
  file: URL,
  asked: unknown,
  { withinMs, memoryMb }: Limits,
): Promise<Answer | null> {
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
    await worker.terminate()
  }
}
