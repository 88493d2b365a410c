/** Who ordered what, on both servers. */
import type { ActionResult, Operation } from '../api.ts'
import { operation, understood } from './api/shapes.ts'
import { openMergedLog, type LogPlace, type MergedLog } from './merged-log.ts'

export interface Audit {
  readonly operations: MergedLog<Operation>
  add(
    who: { readonly name: string; readonly from: string },
    what: string,
    outcome: ActionResult,
  ): void
}

export async function openAudit(place: LogPlace): Promise<Audit> {
  const operations = await openMergedLog<Operation>(place, (line) =>
    understood(operation.safeParse(line)),
  )
  return {
    operations,
    add({ name: user, from }, what, { accepted, message }) {
      operations.add({ user, from, what, accepted, message })
    },
  }
}
