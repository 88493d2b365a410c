/** What only the files themselves can be wrong about: encodings, sizes, scripts. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codeOf } from '../messages/catalogue.ts'
import { loadDefinition } from './load.ts'

const example = join(import.meta.dirname, '../../examples/apache-howto')
const start = 'scripts/Apache/start.sh'
let folder = ''

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'kagami-config-')), 'definition')
  cpSync(example, folder, { recursive: true })
  chmodSync(join(folder, start), 0o755)
  chmodSync(join(folder, 'scripts/Apache/stop.sh'), 0o755)
})

afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

/** `cluster.yaml:1:1 KG1005`, files relative to the folder. */
function problemsOf(path = folder): string[] {
  const loaded = loadDefinition(path)
  const problems = loaded.ok ? loaded.warnings : loaded.problems
  return problems.map(({ file, line, column, message }) =>
    [file.replace(`${folder}/`, ''), line, `${column} ${codeOf(message)}`].join(':'),
  )
}

function edit(from: string, to: string): void {
  const file = join(folder, 'cluster.yaml')
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`not in the definition: ${from}`)
  writeFileSync(file, text.replace(from, to))
}

/** Where the start script is named. */
function startPlace(): string {
  const lines = readFileSync(join(folder, 'cluster.yaml'), 'utf8').split('\n')
  const line = lines.findIndex((text) => text.includes('start: '))
  return `cluster.yaml:${line + 1}:${(lines[line] ?? '').indexOf('start: ') + 'start: '.length + 1}`
}

test('a folder or its file gives the definition and the bytes of its scripts', () => {
  for (const path of [folder, join(folder, 'cluster.yaml')]) {
    const loaded = loadDefinition(path)
    expect(loaded).toMatchObject({ ok: true, folder, definition: { superCluster: 'SuperCluster' } })
    if (!loaded.ok) continue
    expect([...loaded.scripts.keys()]).toEqual([start, 'scripts/Apache/stop.sh'])
    expect(Buffer.from(loaded.scripts.get(start) ?? [])).toEqual(readFileSync(join(folder, start)))
  }
})

const wholeFile: readonly (readonly [
  name: string,
  bytes: Uint8Array | string,
  expected: string,
])[] = [
  ['a byte order mark', '\uFEFFkagami: 1\n', '1:1 KG1005'],
  ['another encoding', Buffer.from('6b3a20310a6e3a20a4a20a', 'hex'), '2:1 KG1004'],
  ['a large file', `# ${'x'.repeat(1024 * 1024)}`, '1:1 KG1003'],
  ['UTF-16', Buffer.from('kagami: 1\n', 'utf16le'), '1:1 KG1004'],
]

test.each(wholeFile)('%s', (_, bytes, expected) => {
  writeFileSync(join(folder, 'cluster.yaml'), bytes)
  expect(problemsOf()).toEqual([`cluster.yaml:${expected}`])
})

test('no definition', () => {
  rmSync(join(folder, 'cluster.yaml'))
  expect(problemsOf()).toEqual(['cluster.yaml:1:1 KG1001'])
  expect(problemsOf(join(folder, 'absent'))).toEqual(['absent:1:1 KG1001'])
})

test('a folder in the place of the definition', () => {
  rmSync(join(folder, 'cluster.yaml'))
  mkdirSync(join(folder, 'cluster.yaml'))
  expect(problemsOf()).toEqual(['cluster.yaml:1:1 KG1002'])
})

const outside = ['/etc/passwd', '../start.sh', 'scripts/../../start.sh', 'scripts/link/start.sh']

test.each(outside)('a script outside of the folder: %s', (path) => {
  symlinkSync('/etc', join(folder, 'scripts/link'))
  symlinkSync('/bin/sh', join(folder, 'scripts/start-link'))
  edit(start, path === 'scripts/link/start.sh' ? 'scripts/start-link' : path)
  expect(problemsOf()).toEqual([`${startPlace()} KG1070`])
})

test('a script that does not exist', () => {
  edit(start, 'scripts/Apache/begin.sh')
  expect(problemsOf()).toEqual([`${startPlace()} KG1071`])
})

test('a script that is a folder', () => {
  edit(start, 'scripts/Apache')
  expect(problemsOf()).toEqual([`${startPlace()} KG1072`])
})

test('a script that is too large', () => {
  writeFileSync(join(folder, start), `#!/bin/sh\n${'#'.repeat(1024 * 1024)}`)
  expect(problemsOf()).toEqual([`${startPlace()} KG1075`])
})

const ping = expect.stringContaining('KG1084')
const texts = [
  ['Windows line ends', '#!/bin/sh\r\nexit 0\r\n', [`${start}:1:10 KG1073`]],
  ['one Windows line end', '#!/bin/sh\nexit 0\r\n', [`${start}:2:7 KG1073`]],
  ['a byte order mark in a script', '\uFEFF#!/bin/sh\n', [`${start}:1:1 KG1074`]],
  ['no interpreter', 'exit 0\n', [ping, `${start}:1:1 KG1081`]],
  ['an old encoding', Buffer.from('23212f62696e2f73680a2320a4a20a', 'hex'), [ping]],
] as const

test.each(texts)('%s', (_, text, expected) => {
  writeFileSync(join(folder, start), text)
  expect(problemsOf()).toEqual(expected)
})

test('a script that lost its right to run is accepted with a warning', () => {
  chmodSync(join(folder, start), 0o644)
  expect(loadDefinition(folder).ok).toBe(true)
  expect(problemsOf()).toEqual([ping, `${startPlace()} KG1080`])
})
