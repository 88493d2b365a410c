/**
 * The whole numbered catalogue, and the two functions that everything else uses: `say` makes a
 * message, `render` turns it into a sentence.
 *
 * Number ranges: 1000 definition, 2000 decisions and groups, 3000 mirror, 4000 resources,
 * monitors and arbiters, 5000 commands, 6000 daemon, 7000 witness.
 */
import { accessMessages } from './access.ts'
import { cliMessages } from './cli.ts'
import { confirmMessages } from './confirm.ts'
import { configCheckMessages } from './config-checks.ts'
import { configMessages } from './config.ts'
import { daemonMessages } from './daemon.ts'
import { groupMessages } from './group.ts'
import { membershipMessages } from './membership.ts'
import { orderMessages } from './order.ts'
import { serverOrderMessages } from './server-orders.ts'
import { managerMessages } from './manager.ts'
import { maintenanceMessages } from './maintenance.ts'
import { registerMessages } from './register.ts'
import { replicaMessages } from './replica.ts'
import type { Args, ArgsOf, Language, MessageEntry } from './message.ts'
import { mirrorMessages } from './mirror.ts'
import { mirrorOrderMessages } from './mirror-orders.ts'
import { resourceMessages } from './resources.ts'
import { witnessMessages } from './witness.ts'
import { whatIfMessages } from './what-if.ts'
import { whyMessages } from './why.ts'

const catalogue = {
  ...configMessages,
  ...configCheckMessages,
  ...groupMessages,
  ...membershipMessages,
  ...maintenanceMessages,
  ...registerMessages,
  ...replicaMessages,
  ...orderMessages,
  ...serverOrderMessages,
  ...whyMessages,
  ...whatIfMessages,
  ...mirrorMessages,
  ...mirrorOrderMessages,
  ...cliMessages,
  ...resourceMessages,
  ...daemonMessages,
  ...accessMessages,
  ...confirmMessages,
  ...managerMessages,
  ...witnessMessages,
} as const

export type MessageId = keyof typeof catalogue
type Catalogue = typeof catalogue

/** A message as data. */
export interface Message {
  readonly id: MessageId
  readonly args: Args
}

/** Makes a message; the arguments are checked against the English text's `{names}`. */
export function say<Id extends MessageId>(
  id: Id,
  ...args: keyof ArgsOf<Catalogue[Id]['en']> extends never ? [] : [ArgsOf<Catalogue[Id]['en']>]
): Message {
  return { id, args: args[0] ?? {} }
}

/** The catalogue entry of a message. */
export function entryOf(message: { readonly id: MessageId }): MessageEntry {
  return catalogue[message.id]
}

/** A newer version of the other server may say what this one does not know. */
export function isKnown(message: { readonly id: string }): boolean {
  return Object.hasOwn(catalogue, message.id)
}

/** `KG2001`. */
export function codeOf(message: { readonly id: MessageId }): string {
  return `KG${String(entryOf(message).number).padStart(4, '0')}`
}

/** The message as one sentence. */
export function render(message: Message, language: Language): string {
  return fill(entryOf(message)[language], message.args)
}

/** What to do about it, as the catalogue says; null when there is nothing to do. */
export function renderAction(message: Message, language: Language): string | null {
  const { action } = entryOf(message)
  return action === undefined ? null : fill(action[language], message.args)
}

/** Why such a thing happens, as the catalogue says; null: it does not say. */
export function renderCause(message: Message, language: Language): string | null {
  const { cause } = entryOf(message)
  return cause === undefined ? null : fill(cause[language], message.args)
}

/** All entries, for tests and the reference page. */
export function allEntries(): readonly (readonly [MessageId, MessageEntry])[] {
  return Object.entries(catalogue) as [MessageId, MessageEntry][]
}

function fill(text: string, args: Args): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(args[name] ?? whole))
}
