/**
 * `kagami lab …`: two servers, a switch and a client on one machine. Each action loads what it
 * needs when it runs, because `lab exec` must be quick.
 */
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { addMirror } from './mirror/command.ts'
import { labAt, type Lab } from './names.ts'
import { bytesOf } from './size.ts'

export function labCommand(): Command {
  const lab = new Command('lab')
  lab.description('two servers, a switch and a client on this machine')
  addLife(lab)
  addPower(lab)
  addFaults(lab)
  addUse(lab)
  for (const command of lab.commands) command.option('--dir <dir>', "the lab's folder", './.lab')
  addMirror(lab)
  return lab
}

const labIn = (options: { dir: string }): Lab => labAt(resolve(options.dir))

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

function addLife(lab: Command): void {
  lab
    .command('up')
    .description('make the lab and switch both servers on')
    .option('--config <path>', 'folder of a cluster definition; default: examples/apache-howto')
    .option('--blank', 'programs and blank disks, no definition', false)
    .option('--meta-size <size>', 'size of /dev/hdb1', '10M')
    .option('--data-size <size>', 'size of /dev/hdb2', '64M')
    .option('--json', 'print one JSON object', false)
    .action(async (options) => {
      const { bringUp } = await import('./up.ts')
      const { describe } = await import('./describe.ts')
      const metaBytes = bytesOf(options.metaSize)
      const dataBytes = bytesOf(options.dataSize)
      const record = await bringUp(labIn(options), { ...options, metaBytes, dataBytes })
      say(describe(labIn(options), record, options))
    })
  lab
    .command('down')
    .description('remove the lab and whatever a crash has left of it')
    .action(async (options) => (await import('./down.ts')).takeDown(labIn(options)))
  lab
    .command('status')
    .description('what is on, frozen and cut')
    .option('--json', 'print one JSON object', false)
    .action(async (options) => {
      const { statusOf, renderStatus } = await import('./status.ts')
      const status = statusOf(labIn(options))
      say(options.json ? JSON.stringify(status) : renderStatus(status))
    })
}

function addPower(lab: Command): void {
  const command = (name: string, description: string) =>
    lab.command(`${name} <server>`).description(description)
  command('power-off', 'cut the power: nothing is told, nothing is flushed').action(
    async (server, options) => (await import('./switch.ts')).cut(labIn(options), server),
  )
  command('power-on', 'switch the server on').action(async (server, options) =>
    (await import('./switch.ts')).start(labIn(options), server),
  )
  command('reboot', 'shut the server down in order and start it again').action(
    async (server, options) => (await import('./switch.ts')).restart(labIn(options), server),
  )
  command('shutdown', 'shut the server down in order').action(async (server, options) =>
    (await import('./switch.ts')).shutDown(labIn(options), server),
  )
  command('freeze', 'stop all processes of the server where they are').action(
    async (server, options) => (await import('./switch.ts')).freeze(labIn(options), server, true),
  )
  command('thaw', 'let them go on').action(async (server, options) =>
    (await import('./switch.ts')).freeze(labIn(options), server, false),
  )
}

function addFaults(lab: Command): void {
  lab
    .command('cut <server> <link>')
    .description('pull a cable; or lose packets to (--in) or from (--out) the server')
    .option('--in', 'lose what comes to the server', false)
    .option('--out', 'lose what the server sends', false)
    .action(async (server, link, options) => {
      const { setCuts } = await import('./network.ts')
      const directions = (['in', 'out'] as const).filter((direction) => options[direction])
      const added = directions.length === 0 ? (['whole'] as const) : directions
      setCuts(labIn(options), server, link, (cuts) => [...cuts, ...added])
    })
  lab
    .command('mend <server> <link>')
    .description('make a cut cable whole')
    .action(async (server, link, options) => {
      const { setCuts } = await import('./network.ts')
      setCuts(labIn(options), server, link, () => [])
    })
  for (const [name, answers] of [
    ['unplug-device', false],
    ['plug-device', true],
  ] as const) {
    lab
      .command(`${name} <server>`)
      .description(`the power device of the server ${answers ? 'answers again' : 'is silent'}`)
      .action(async (server, options) => {
        const { serverOf } = await import('./record.ts')
        ;(await import('./power-device.ts')).setSocket(serverOf(labIn(options), server), answers)
      })
  }
  lab
    .command('arbiter-off')
    .description('cut the power of the third machine: the witness, or etcd')
    .action(async (options) => (await import('./arbiter-host.ts')).stopArbiterHost(labIn(options)))
  lab
    .command('arbiter-on')
    .description('switch it on again')
    .action(async (options) => {
      const { shapeOf } = await import('./definition.ts')
      const { arbiter } = shapeOf(join(labIn(options).dir, 'definition')).loaded
      ;(await import('./arbiter-host.ts')).startArbiterHost(labIn(options), arbiter)
    })
  lab
    .command('insert <server> <image>')
    .description('put a medium into /dev/fd0')
    .action(async (server, image, options) => {
      const { serverOf } = await import('./record.ts')
      ;(await import('./medium.ts')).insertMedium(serverOf(labIn(options), server), image)
    })
  lab
    .command('eject <server>')
    .description('take the medium out of /dev/fd0')
    .action(async (server, options) => {
      const { serverOf } = await import('./record.ts')
      ;(await import('./medium.ts')).ejectMedium(serverOf(labIn(options), server))
    })
}

function addUse(lab: Command): void {
  lab
    .command('exec <where> <command...>')
    .description('run a command on a server or on the client')
    .action(async (where, command, options) =>
      (await import('./exec.ts')).becomeCommandOn(labIn(options), where, command),
    )
  lab
    .command('probe <url>')
    .description('ask for a page from the client, again and again, and report each outage')
    .option('--every-ms <n>', 'milliseconds between requests', '20')
    .option('--seconds <n>', 'how long; default: until Ctrl-C', '0')
    .option('--json', 'print one JSON object at the end', false)
    .action(async (url, options) => {
      const { becomeCommandOn } = await import('./exec.ts')
      const probe = resolve(import.meta.dirname, 'probe.ts')
      const format = options.json ? 'json' : 'text'
      const words = [url, String(positive(options.everyMs)), options.seconds, format]
      becomeCommandOn(labIn(options), 'client', [process.execPath, probe, ...words])
    })
}

function positive(text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new Error(`${text} is not a number above 0.`)
}
