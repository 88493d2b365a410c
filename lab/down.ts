/**
 * `lab down`: everything that `up` made goes, and also what is left of a lab whose processes were
 * killed or whose machine was restarted. Each step looks at what is there and may find nothing.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { killGroup, removeGroup, waitUntilDead } from './cgroup.ts'
import { releaseLoops } from './loops.ts'
import { type Lab, machineOf } from './names.ts'
import { removeSwitchAndClient } from './network.ts'
import { hasRecord, readRecord } from './record.ts'

export function takeDown(lab: Lab): void {
  // The chassis of each server first: it would report the end of its server as a crash.
  for (const name of groupsIn(lab)) killGroup(join(lab.cgroup, name, 'chassis'))
  killGroup(lab.cgroup)
  waitUntilDead(lab.cgroup)
  removeSwitchAndClient(lab)
  releaseLoops(lab)
  removeGroup(lab.cgroup)
  removeFiles(lab)
}

function groupsIn(lab: Lab): string[] {
  if (!existsSync(lab.cgroup)) return []
  return readdirSync(lab.cgroup, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}

function removeFiles(lab: Lab): void {
  if (!hasRecord(lab)) return
  for (const name of readRecord(lab).servers) {
    rmSync(machineOf(lab, name).folder, { recursive: true, force: true })
  }
  rmSync(join(lab.dir, 'arbiter.log'), { force: true })
  for (const name of ['definition', 'certificates', 'arbiter']) {
    rmSync(join(lab.dir, name), { recursive: true, force: true })
  }
  for (const name of readdirSync(lab.dir)) {
    if (/^(cuts\.json|(cuts|lab)\.json\.new-\d+)$/.test(name)) rmSync(join(lab.dir, name))
  }
  rmSync(join(lab.dir, 'lab.json'), { force: true }) // Last: it says that the rest is a lab's.
  if (readdirSync(lab.dir).length === 0) rmdirSync(lab.dir)
}
