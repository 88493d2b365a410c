/**
 * The kernel's watchdog (/dev/watchdog): once opened it resets the machine when nobody has written to
 * it for its time-out, whatever became of the processes.
 */
import { closeSync, openSync, writeSync } from 'node:fs'

export interface Watchdog {
  /** Milliseconds without a sign of life after which the hardware acts. */
  readonly timeoutMs: number
  pet(): void
  /** Ends it for good, by the letter that says so. */
  release(): void
}

export interface WatchdogCalls {
  setWatchdogTimeout(descriptor: number, seconds: number): number | null
}

/** null: there is none, another process has it, or its time-out cannot be set. */
export function openWatchdog(
  path: string,
  seconds: number,
  calls: WatchdogCalls | null,
): Watchdog | null {
  const descriptor = open(path)
  if (descriptor === null) return null
  const release = (): void => {
    // Without this letter the closing itself is taken for a crash.
    writeSync(descriptor, 'V')
    closeSync(descriptor)
  }
  const granted = calls?.setWatchdogTimeout(descriptor, seconds) ?? null
  if (granted === null) {
    release()
    return null
  }
  return {
    timeoutMs: granted * 1000,
    pet: () => void writeSync(descriptor, '.'),
    release,
  }
}

function open(path: string): number | null {
  try {
    return openSync(path, 'w')
  } catch {
    return null
  }
}
