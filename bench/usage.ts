/**
 * What a process has cost so far, from /proc (proc(5)): processor time of all its threads, ended
 * ones too, and its resident memory.
 */
import { readFileSync } from 'node:fs'

/** Linux counts processor time for programs in hundredths of a second on every architecture. */
const tickUs = 10_000

/** User and system time in microseconds. */
export function processorUs(pid: number): number {
  return processorTicks(readFileSync(`/proc/${pid}/stat`, 'latin1')) * tickUs
}

/** `utime` and `stime` (fields 14 and 15); the name before them may hold blanks and brackets. */
export function processorTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

export interface Resident {
  readonly nowBytes: number
  readonly peakBytes: number
}

export function residentOf(pid: number): Resident {
  return residentIn(readFileSync(`/proc/${pid}/status`, 'latin1'))
}

export function residentIn(status: string): Resident {
  const kibibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024
  return { nowBytes: kibibytes('VmRSS'), peakBytes: kibibytes('VmHWM') }
}
