/**
 * System calls about the machine as a whole: the time since its boot, and what a guard needs to act in
 * time and for certain. Through koffi, as in linux-calls.ts; where that cannot be loaded there are none.
 */
import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'

export interface MachineCalls {
  /** Milliseconds since the boot, which go on while the machine sleeps and never jump. */
  bootTimeMs(): number
  /** It runs before every ordinary process. False: not permitted. */
  runInRealTime(priority: number): boolean
  /** Restarts the machine at this instant, with nothing flushed. Comes back only to say why not. */
  restart(): string
  /** Of an open watchdog; what it grants, in seconds, or null. */
  setWatchdogTimeout(descriptor: number, seconds: number): number | null
}

// From <time.h>, <sched.h>, <linux/reboot.h> and <linux/watchdog.h>.
const CLOCK_BOOTTIME = 7
const SCHED_RR = 2
const RB_AUTOBOOT = 0x01234567
const WDIOC_SETTIMEOUT = 0xc0045706

let loaded: MachineCalls | null | undefined

/** Null where they cannot be called. */
export function machineCalls(): MachineCalls | null {
  if (loaded === undefined) {
    try {
      loaded = load()
    } catch {
      loaded = null
    }
  }
  return loaded
}

function load(): MachineCalls {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  const library = koffi.load(null)
  const clockGettime = library.func('int clock_gettime(int clock, _Inout_ uint8_t *time)')
  const schedSetscheduler = library.func(
    'int sched_setscheduler(int pid, int policy, const uint8_t *parameter)',
  )
  const reboot = library.func('int reboot(int command)')
  const ioctl = library.func('int ioctl(int fd, uint64_t request, _Inout_ uint8_t *value)')
  const time = Buffer.alloc(16)
  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    return bytes
  }
  return {
    bootTimeMs() {
      clockGettime(CLOCK_BOOTTIME, time)
      return Number(time.readBigInt64LE(0)) * 1000 + Number(time.readBigInt64LE(8)) / 1e6
    },
    runInRealTime: (priority) => schedSetscheduler(0, SCHED_RR, int(priority)) === 0,
    restart() {
      reboot(RB_AUTOBOOT)
      return `error ${koffi.errno()}`
    },
    setWatchdogTimeout(descriptor, seconds) {
      const value = int(seconds)
      return ioctl(descriptor, WDIOC_SETTIMEOUT, value) === 0 ? value.readInt32LE() : null
    },
  }
}
