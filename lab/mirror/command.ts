/** The words of `kagami lab mirror` and `kagami lab mirror-power`. */
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { bytesOf } from '../size.ts'
import { WrongUsage } from '../wrong-usage.ts'
import { linkChoiceByDefault } from './link-security.ts'

export function addMirror(lab: Command): void {
  const command = (name: string, description: string): Command =>
    lab
      .command(name)
      .description(description)
      .requiredOption('--dir <dir>', "the pair's folder")
      .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  command('mirror', 'two kagami-mirrord on this machine without a cluster, until Ctrl-C')
    .requiredOption('--size <size>', 'size of the disk: 512M, 2G, 1T, or bytes')
    .addOption(new Option('--mode <mode>', 'mode').choices(['sync', 'async']).default('sync'))
    .addOption(
      new Option('--link-security <choice>', 'TLS between the two')
        .choices(['on', 'off'])
        .default(linkChoiceByDefault),
    )
    .addOption(
      new Option('--disk <kind>', 'volatile: disks that lose unflushed writes; needs root')
        .choices(['plain', 'volatile'])
        .default('plain'),
    )
    .option('--takeover', 'the standby takes over when the active side dies', false)
    .option('--alone-after <ms>', 'writes wait so long before one side goes on alone', '1000')
    .option('--restart-after <ms>', 'a killed process is started again after', '200')
    .option('--path-timeout <ms>', 'a path is dead after so much silence', '1000')
    .action(async (options) => {
      const { runMirror } = await import('./run.ts')
      await runMirror({
        dir: resolve(options.dir),
        sizeBytes: alignedBytes(options.size),
        choices: {
          mode: options.mode,
          linkSecurity: options.linkSecurity,
          disk: options.disk,
          pathTimeoutMs: milliseconds(options.pathTimeout, 50),
        },
        times: {
          takeover: options.takeover,
          aloneAfterMs: milliseconds(options.aloneAfter, 0),
          restartAfterMs: milliseconds(options.restartAfter, 0),
        },
      })
    })
  command('mirror-power', 'cut the power of one side, or both, of a pair on volatile disks')
    .addOption(
      new Option('--cut <side>', 'whose').choices(['a', 'b', 'both']).makeOptionMandatory(),
    )
    .option('--back-after <ms>', 'the power comes back after', '500')
    .action(async (options) => {
      const { askForCut } = await import('./power.ts')
      await askForCut(resolve(options.dir), options.cut, milliseconds(options.backAfter, 0))
    })
}

function milliseconds(text: string, least: number): number {
  const value = Number(text)
  if (/^\d{1,8}$/.test(text) && value >= least) return value
  throw new WrongUsage(`${text} is not a number of milliseconds from ${least}.`)
}

/** A mirror disk is a whole number of blocks, and has room for a file system. */
function alignedBytes(text: string): number {
  const bytes = bytesOf(text)
  if (bytes % 4096 === 0 && bytes >= 1024 * 1024) return bytes
  throw new WrongUsage(`${text}: a disk is a multiple of 4096 bytes, and at least 1M.`)
}
