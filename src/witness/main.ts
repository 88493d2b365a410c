/**
 * `kagami witness`: a small service on a third machine that says which of two servers may go on when
 * they cannot hear each other.
 *
 *   kagami witness serve  --data DIR [--listen ADDRESS] [--port N] [--name NAME …]
 *   kagami witness add CLUSTER --data DIR       prints the cluster's token, once
 *   kagami witness list --data DIR
 *   kagami witness remove CLUSTER --data DIR
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { codeOf, render, renderAction, say, type Message } from '../messages/catalogue.ts'
import { openRegisters } from './registers.ts'
import { makeServer } from './serve.ts'

const defaultPort = 29010
const spoken = [process.env['LC_ALL'], process.env['LC_MESSAGES'], process.env['LANG']]
const language = spoken.find((each) => (each ?? '') !== '')?.startsWith('ja') === true ? 'ja' : 'en'

interface Options {
  readonly data: string
  readonly listen: string
  readonly port: number
  readonly names: readonly string[]
}

async function main(words: readonly string[]): Promise<void> {
  const given = optionsOf(words)
  if (given === null) return usage()
  const [command, cluster] = given.words
  const { options } = given
  if (command === 'serve' && cluster === undefined) return serve(options)
  const registers = await openRegisters(options.data, log)
  if (command === 'list' && cluster === undefined) {
    for (const { cluster: name, register } of await registers.list()) {
      const { version, holder, instance } = register ?? { version: '-', holder: '', instance: '-' }
      console.log(`${name}\t${version}\t${holder === '' ? '-' : holder}\t${instance}`)
    }
    return
  }
  if (cluster === undefined || !/^[\w-]+\/[\w-]+$/.test(cluster)) return usage()
  if (command === 'add') {
    const token = await registers.add(cluster)
    if (token === null) return fail(say('witness-cluster-known', { cluster }))
    // The token alone goes to standard output, so that it can be put into a file.
    console.error(render(say('witness-cluster-added', { cluster, data: options.data }), language))
    console.log(token)
    return
  }
  if (command !== 'remove') return usage()
  if (!(await registers.remove(cluster))) fail(say('witness-cluster-unknown', { cluster }))
}

function optionsOf(args: readonly string[]): { words: string[]; options: Options } | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string', default: '/var/lib/kagami-witness' },
        listen: { type: 'string', default: '0.0.0.0' },
        port: { type: 'string', default: String(defaultPort) },
        name: { type: 'string', multiple: true, default: [] },
      },
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return null
    const { data, listen, name: names } = values
    return { words: positionals, options: { data, listen, port, names } }
  } catch {
    return null
  }
}

async function serve(options: Options): Promise<void> {
  mkdirSync(options.data, { recursive: true, mode: 0o700 })
  if (!(await isOnlyOne(options.data))) {
    return fail(say('witness-runs-already', { data: options.data }))
  }
  const identity = await identityIn(join(options.data, 'tls'), namesOf(options))
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  const registers = await openRegisters(options.data, log)
  const server = makeServer(registers, { ...identity, version, log })
  server.on('error', (error) => {
    fail(say('witness-not-listening', { address: options.listen, reason: error.message }))
    process.exit(1)
  })
  server.listen(options.port, options.listen, () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : options.port
    log(`listening on ${options.listen}:${port}`)
  })
}

/** Two services on the same files would each tell what the other one does not know. */
function isOnlyOne(data: string): Promise<boolean> {
  return new Promise((resolve) => {
    const lock = createServer()
    lock.once('error', () => resolve(false))
    lock.listen(`\0kagami-witness ${realpathSync(data)}`, () => resolve(true))
    lock.unref()
  })
}

/** By which the servers call it: its own addresses, unless others were named. */
function namesOf({ names, listen }: Options): readonly string[] {
  if (names.length > 0) return names
  if (listen !== '0.0.0.0' && listen !== '::') return [listen]
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return all.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
}

/** Made at the first start, and again when it is called by another name. */
async function identityIn(
  folder: string,
  names: readonly string[],
): Promise<{ certificate: string; privateKey: string }> {
  const file = (name: string): string => join(folder, name)
  const label = JSON.stringify(names)
  const isThere = existsSync(file('key.pem')) && readTextOrNull(file('names.json')) === label
  if (!isThere) {
    const { makeServiceIdentity } = await import('../drivers/certificates.ts')
    const made = await makeServiceIdentity('witness', names)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const write = (name: string, text: string, mode: number): void => {
      rmSync(file(name), { force: true })
      writeFileSync(file(name), text, { mode })
    }
    write('key.pem', made.privateKey, 0o600)
    write('cert.pem', made.certificate, 0o644)
    write('ca.pem', made.authority, 0o644)
    write('names.json', label, 0o644)
    log(`new certificate for ${names.join(', ')}: copy ${file('ca.pem')} to the servers`)
  }
  return {
    certificate: readFileSync(file('cert.pem'), 'utf8'),
    privateKey: readFileSync(file('key.pem'), 'utf8'),
  }
}

function readTextOrNull(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`)
}

function usage(): void {
  console.error(render(say('witness-usage'), language))
  process.exitCode = 2
}

function fail(message: Message): void {
  console.error(`${codeOf(message)} ${render(message, language)}`)
  const action = renderAction(message, language)
  if (action !== null) console.error(action)
  process.exitCode = 1
}

await main(process.argv.slice(2))
