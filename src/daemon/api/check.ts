/** Whether the text of a cluster.yaml is a definition, and what is wrong with it. */
import type { Message } from '../../messages/catalogue.ts'
import { oneWorker } from './one-worker.ts'

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

/** One at a time; null: another one is being looked at, or it takes too long. */
export const checkText: (text: string) => Promise<Checked | null> = oneWorker<Checked>(
  new URL('./check-worker.ts', import.meta.url),
  { withinMs: 10_000, memoryMb: 128 },
)
