/** A monitor: one check, on order. Null: fine; else what is wrong, as a message. */
import type { Message } from '../messages/catalogue.ts'

export interface Monitor {
  check(timeoutMs: number): Promise<Message | null>
}
