/**
 * When the page shows what has come: at once after a pause, and else twenty times a second, a few clusters at a
 * time, so that a key or a click never waits for a hundred of them. After a round that took long, it rests longer.
 */
const everyMs = 50
const atOnce = 4
/** Of the time that a round took. */
const restFactor = 2

const due = new Set<() => void>()
let timer: number | null = null
/** When the present round began; null: none is under way. */
let begunAt: number | null = null
let nextAt = 0

/** Shows it soon; however often it is asked for until then, it is shown once. */
export function showSoon(show: () => void): void {
  due.add(show)
  timer ??= window.setTimeout(next, Math.max(0, nextAt - performance.now()))
}

function next(): void {
  timer = null
  begunAt ??= performance.now()
  for (const show of [...due].slice(0, atOnce)) {
    due.delete(show)
    show()
  }
  if (due.size > 0) {
    timer = window.setTimeout(next)
    return
  }
  const now = performance.now()
  nextAt = now + Math.max(everyMs, restFactor * (now - begunAt))
  begunAt = null
}
