/** Seeds in batches, on as many processors as there are. */
import { Worker } from 'node:worker_threads'

export interface Batch {
  readonly from: number
  readonly to: number
}

const batchSeeds = 20

/**
 * A batch after the other for each worker, until all are done or `heard` says stop. `file` runs as a
 * worker with `workerData` = `name`, takes a batch as a message and answers with one.
 */
export async function runInWorkers(
  worker: { readonly file: string; readonly name: string; readonly count: number },
  range: Batch,
  heard: (result: unknown) => boolean,
): Promise<void> {
  let next = range.from
  let stopped = false
  const one = async (): Promise<void> => {
    const thread = new Worker(worker.file, { workerData: worker.name })
    while (!stopped && next < range.to) {
      const batch = { from: next, to: Math.min(range.to, next + batchSeeds) }
      next = batch.to
      const result = await new Promise<unknown>((resolve, reject) => {
        thread.once('message', resolve)
        thread.once('error', reject)
        thread.postMessage(batch)
      })
      thread.removeAllListeners('error')
      stopped ||= heard(result)
    }
    await thread.terminate()
  }
  await Promise.all(Array.from({ length: worker.count }, one))
}
