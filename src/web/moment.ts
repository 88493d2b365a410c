/**
 * When the page shows what has come: at once after a pause, and else ten times a second, a few clusters at a
 * time, so that a key or a click never waits for a hundred of them.
 */
const everyMs = 100
const atOnce = 4

const due = new Set<() => void>()
let lastAt = 0
let timer: number | null = null

/** Shows it soon; however often it is asked for until then, it is shown once. */
export function showSoon(show: () => void): void {
  due.add(show)
  timer ??= window.setTimeout(next, Math.max(0, lastAt + everyMs - performance.now()))
}

function next(): void {
  timer = null
  const now = [...due].slice(0, atOnce)
  for (const show of now) {
    due.delete(show)
    show()
  }
  if (due.size > 0) timer = window.setTimeout(next)
  else lastAt = performance.now()
}
