/**
 * The layering check: reads every TypeScript file of the repository and compares what it imports
 * with the table in rooms.ts. Part of `npm run check:lint`; a linter's import patterns cannot see
 * dynamic imports, `require` and `import type` apart, this can.
 *
 * A check that finds nothing to check must not pass: no file, or a room that is not in the table,
 * is a violation too.
 *
 * usage: layers.ts [FOLDER]
 */
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { factsOf, type Import } from './imports.ts'
import { rooms, testsAlsoUse } from './rooms.ts'

const folders = 'src,lab,sim,scenarios,e2e,bench,checks'
const root = process.argv[2] ?? '.'
const files = globSync(`{${folders}}/**/*.{ts,tsx,mts,cts,js,mjs,cjs}`, { cwd: root }).toSorted()
const violations = files.flatMap((path) =>
  violationsOf(path, readFileSync(join(root, path), 'utf8')),
)
if (!files.some((path) => path.startsWith('src/'))) violations.push('src: no modules found')
for (const violation of violations) process.stdout.write(`${violation}\n`)
process.stdout.write(`layers: ${files.length} files, ${violations.length} violations\n`)
process.exitCode = violations.length === 0 ? 0 : 1

function violationsOf(path: string, text: string): string[] {
  const name = roomOf(path)
  const room = rooms[name]
  if (room === undefined) return [`${path}: room '${name}' is not in checks/rooms.ts`]
  const facts = factsOf(path, text)
  const isTest = path.endsWith('.test.ts')
  const wrongImports = facts.imports.flatMap((found) => {
    const why = objection({ path, name, isTest, found })
    return why === null ? [] : [`${path}:${found.line}: ${name} ${why}`]
  })
  if (room.pure === undefined || isTest) return wrongImports
  return [
    ...wrongImports,
    ...facts.asynchronous.map(({ what, line }) => `${path}:${line}: ${name} must not use ${what}`),
  ]
}

function objection(context: {
  readonly path: string
  readonly name: string
  readonly isTest: boolean
  readonly found: Import
}): string | null {
  const { path, name, isTest, found } = context
  const room = rooms[name]
  if (room === undefined) return null
  const { specifier, typeOnly } = found
  if (specifier === null) return isTest ? null : 'must not import a computed module name'
  if (!specifier.startsWith('.')) {
    if (specifier.includes(':') && !isBuiltin(specifier)) return `must not import ${specifier}`
    if (isTest || room.pure === undefined || room.pure.packages.includes(specifier)) return null
    return `must not import ${isBuiltin(specifier) ? 'Node.js modules' : 'packages'} (${specifier})`
  }
  const target = normalize(join(dirname(path), specifier))
  const other = roomOf(target)
  const allowed = [name, ...room.uses, ...(isTest ? testsAlsoUse : [])]
  if (allowed.includes(other) || allowed.includes(target)) return null
  const types = room.usesTypesOf ?? []
  const typesAllowed = types.includes(other) || types.includes(target)
  if (typesAllowed && typeOnly) return null
  if (typesAllowed) return `may import only types of ${other}: use import type (${specifier})`
  return `must not import ${other} (${specifier})`
}

/** `src/core/step.ts` is in room `core`, `src/api.ts` in `api`, `lab/up.ts` in `lab`. */
function roomOf(path: string): string {
  const parts = path.split('/')
  const name = parts[0] === 'src' ? parts[1] : parts[0]
  return (name ?? '').replace(/\.ts$/, '')
}
