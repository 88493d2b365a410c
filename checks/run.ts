/**
 * Runs everything `make check` or `make test` promises, shows it live, and closes with exactly one
 * line, `N passed, N failed`, on standard output.
 *
 * Each check step (types, lint, format, dead code) counts as one test; vitest's tests are counted
 * from its JSON report. A project in which no test ran counts as a failure, so that an empty or
 * misnamed folder can never look like success. The lab is not started when a check failed.
 *
 * usage: run.ts check | test
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countOf, noTests, type Count } from './count.ts'

const steps = ['types', 'lint', 'format', 'dead']
const projects = ['unit', 'scenarios']

/** The whole is to end within forty minutes; on a slow day the last part is left to a run of its own. */
const browserUntilMs = 32 * 60_000

const mode = process.argv[2]
if (mode !== 'check' && mode !== 'test') {
  process.stderr.write('usage: run.ts check | test\n')
  process.exit(2)
}

const counts: Count[] = []
for (const step of steps) counts.push(runStep(step))
for (const project of projects) counts.push(runProject(project))
if (mode === 'test') {
  for (const project of ['planted', 'lab', 'browser']) {
    if (counts.some((count) => count.failed > 0)) break
    if (project === 'browser' && performance.now() > browserUntilMs) {
      process.stdout.write('\nNOT RUN, this machine is slow today: make test-manager\n')
    } else counts.push(runProject(project))
  }
}
const passed = counts.reduce((sum, count) => sum + count.passed, 0)
const failed = counts.reduce((sum, count) => sum + count.failed, 0)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

function runStep(step: string): Count {
  heading(step)
  const ok = run('npm', ['run', '--silent', `check:${step}`]) === 0
  process.stdout.write(ok ? 'ok\n' : `FAILED: npm run check:${step}\n`)
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function runProject(project: string): Count {
  heading(`${project} tests`)
  const folder = mkdtempSync(join(tmpdir(), 'kagami-check-'))
  const report = join(folder, 'report.json')
  try {
    // Lab tests take seconds each: show them one by one.
    const shown = project === 'lab' || project === 'browser' ? 'verbose' : 'default'
    const reporters = [`--reporter=${shown}`, '--reporter=json', `--outputFile.json=${report}`]
    // Vitest leaves one processor of two idle; only tests on the lab need the machine for themselves.
    const workers = project === 'unit' ? ['--maxWorkers=2'] : []
    const status = run('vitest', ['run', '--project', project, ...workers, ...reporters])
    const count = countOf(readReport(report), status === 0)
    if (count.passed + count.failed === 0) process.stdout.write(`FAILED: no ${project} test ran\n`)
    return count.passed + count.failed === 0 ? noTests : count
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

function run(command: string, args: readonly string[]): number {
  return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1
}

function heading(text: string): void {
  process.stdout.write(`\n=== ${text}\n`)
}
