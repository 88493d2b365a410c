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

/** Share of the processors' time that was not idle, between two readings of /proc/stat. */
export function busyShare(before: string, after: string): number {
  const [earlier, later] = [processorTimes(before), processorTimes(after)]
  const total = later.total - earlier.total
  return total === 0 ? 0 : 1 - (later.idle - earlier.idle) / total
}

/** `cpu user nice system idle iowait irq softirq steal …`; guest time is part of user's. */
function processorTimes(stat: string): { readonly total: number; readonly idle: number } {
  const times = (stat.split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number)
  const total = times.reduce((sum, time) => sum + time, 0)
  return { total, idle: (times[3] ?? 0) + (times[4] ?? 0) }
}
