/**
 * `lab up`: from an empty folder to two running servers, a switch and a client. What will be made
 * is recorded before it is made, so that `down` can undo a half of it.
 */
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeArbiterHost } from './arbiter-host.ts'
import { makeGroup } from './cgroup.ts'
import { defaultDefinition, layOutDefinition, shapeOf } from './definition.ts'
import { imagePath } from './disks.ts'
import { takeDown } from './down.ts'
import { runInside } from './exec.ts'
import { claimLoops, makeDevices } from './loops.ts'
import { clientCgroup, type Lab, machineOf } from './names.ts'
import { makeSwitchAndClient } from './network.ts'
import { pressPowerButton, waitUntilOn } from './power.ts'
import { requirePrograms } from './programs.ts'
import { hasRecord, type LabRecord, type MachineLoops, writeRecord } from './record.ts'

export interface UpOptions {
  readonly config?: string
  readonly blank: boolean
  readonly metaBytes: number
  readonly dataBytes: number
}

const freeLoopsPerServer = 8

export async function bringUp(lab: Lab, options: UpOptions): Promise<LabRecord> {
  requirePrograms()
  const shape = shapeOf(options.config ?? defaultDefinition)
  refuseForeignFolder(lab)
  takeDown(lab)

  mkdirSync(lab.dir, { recursive: true })
  const diskBytes = { hdb1: options.metaBytes, hdb2: options.dataBytes }
  const draft: LabRecord = {
    version: 1,
    id: lab.id,
    servers: shape.servers,
    links: shape.links,
    client: shape.client,
    floatingAddresses: shape.floatingAddresses,
    blank: options.blank,
    diskBytes,
    loops: {},
  }
  writeRecord(lab, draft)
  const record = { ...draft, loops: loopsFor(lab, shape.servers, Object.keys(diskBytes)) }
  writeRecord(lab, record)
  makeDevices(allLoops(record))

  makeGroup(clientCgroup(lab))
  makeSwitchAndClient(lab, record)
  if (!options.blank) {
    await layOutDefinition(shape, join(lab.dir, 'definition'), join(lab.dir, 'certificates'))
    makeArbiterHost(lab, shape.loaded)
  }
  const machines = shape.servers.map((name) => machineOf(lab, name))
  for (const machine of machines) {
    mkdirSync(machine.folder)
    for (const [disk, bytes] of Object.entries(diskBytes)) {
      writeFileSync(imagePath(machine, disk), '')
      truncateSync(imagePath(machine, disk), bytes)
    }
    pressPowerButton(machine, { hold: !options.blank })
  }
  for (const machine of machines) waitUntilOn(machine, { timeoutMs: 20_000 })
  if (!options.blank) createCluster(lab, shape.servers)
  return record
}

function refuseForeignFolder(lab: Lab): void {
  if (!existsSync(lab.dir) || hasRecord(lab)) return
  if (readdirSync(lab.dir).every((name) => /^lab\.json\.new-\d+$/.test(name))) return
  throw new Error(`${lab.dir} holds something that is not a lab; choose an empty or a new folder.`)
}

function loopsFor(
  lab: Lab,
  servers: readonly string[],
  disks: readonly string[],
): Record<string, MachineLoops> {
  const perServer = disks.length + 1 + freeLoopsPerServer
  const numbers = claimLoops(lab, perServer * servers.length)
  const take = (count: number) => numbers.splice(0, count)
  return Object.fromEntries(
    servers.map((name) => [
      name,
      {
        disks: Object.fromEntries(disks.map((disk) => [disk, take(1)[0] ?? 0])),
        floppy: take(1)[0] ?? 0,
        free: take(freeLoopsPerServer),
      },
    ]),
  )
}

function allLoops(record: LabRecord): number[] {
  return Object.values(record.loops).flatMap((one) => [
    ...Object.values(one.disks),
    one.floppy,
    ...one.free,
  ])
}

/** The replicas are stamped on both servers before the cluster is started on either. */
function createCluster(lab: Lab, servers: readonly string[]): void {
  for (const name of servers) {
    const made = runInside(machineOf(lab, name), ['/opt/kagami/bin/kagamid', 'create'])
    if (made.status === 0) continue
    throw new Error(
      `On ${name}, kagamid create failed (${made.status}): ${made.output.trim() || 'no output'}\n` +
        `The servers are left running without the cluster, for you to look at.`,
    )
  }
  for (const name of servers) runInside(machineOf(lab, name), ['kill', '-USR1', '1'])
}
