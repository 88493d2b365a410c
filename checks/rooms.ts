/**
 * Who may import whom: the table of docs/architecture.md, as data. `layers.ts` checks it.
 *
 * A room is a folder of `src` (or a file there, such as `api`), or a folder at the top. A room may
 * always import itself. What is not listed is forbidden, so a new room has to be entered here.
 */
export interface Room {
  /** Rooms, or single files, that it may import, types and values. */
  readonly uses: readonly string[]
  /** Rooms, or single files, of which it may import types alone (`import type`). */
  readonly usesTypesOf?: readonly string[]
  /** Runs unchanged in a browser: no Node.js module, nothing asynchronous, these packages alone. */
  readonly pure?: { readonly packages: readonly string[] }
}

const decisions = ['core', 'wire', 'config', 'messages']
const simulated = [...decisions, 'mirror']
const hands: Room = {
  uses: ['messages', 'wire'],
  usesTypesOf: ['drivers', 'config', 'core', 'api'],
}

export const rooms: Readonly<Record<string, Room>> = {
  messages: { uses: [], pure: { packages: [] } },
  config: { uses: ['messages'] },
  wire: { uses: [], usesTypesOf: ['messages'], pure: { packages: ['valibot'] } },
  mirror: { uses: ['wire', 'messages'], pure: { packages: [] } },
  core: {
    uses: ['messages'],
    usesTypesOf: ['config', 'src/wire/mirror-control.ts'],
    pure: { packages: [] },
  },
  api: { uses: [], usesTypesOf: ['messages'] },
  drivers: { uses: ['messages', 'wire'], usesTypesOf: ['config'] },
  resources: hands,
  monitors: hands,
  arbiters: hands,
  mirrord: { uses: ['mirror', 'wire', 'messages', 'drivers'], usesTypesOf: ['config'] },
  guard: { uses: ['wire', 'messages', 'drivers'] },
  daemon: {
    // The plan of what-if is made on a thread of its own.
    uses: [...decisions, 'api', 'drivers', 'resources', 'monitors', 'arbiters', 'verdict'],
  },
  witness: { uses: ['wire', 'config', 'messages', 'api', 'drivers'] },
  manager: { uses: ['config', 'messages', 'drivers'] },
  verdict: { uses: [...simulated, 'api', 'sim'] },
  'verdict.test': { uses: [...simulated, 'api', 'sim', 'verdict'] },
  cli: {
    uses: ['api', 'config', 'messages', 'verdict'],
    usesTypesOf: ['src/wire/mirror-control.ts'],
  },
  web: { uses: ['api', 'config', 'messages', 'verdict'] },
  // A driver made of another driver (superblock-store) runs unchanged on the fake one.
  sim: {
    uses: [...simulated, 'api', 'src/drivers/superblock-store.ts', 'src/drivers/metadata-store.ts'],
    usesTypesOf: ['drivers'],
  },
  lab: {
    uses: ['api', 'config', 'src/drivers/certificates.ts'],
    usesTypesOf: ['src/wire/mirror-control.ts'],
  },
  scenarios: { uses: [...simulated, 'api', 'sim'] },
  // Tests of the real programs may also drive a driver or speak a process's own protocol.
  e2e: { uses: ['api', 'config', 'messages', 'lab', 'wire', 'drivers'] },
  bench: { uses: [...simulated, 'api', 'sim', 'lab', 'drivers', 'mirrord'] },
  checks: { uses: [] },
}

/**
 * What tests may import beyond their room: the fakes, and the drivers that share a contract suite
 * with them. Node.js and packages are theirs as well.
 */
export const testsAlsoUse = ['sim', 'checks', 'drivers']
