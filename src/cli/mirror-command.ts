/** The words of `kagami mirror …` on the command line. */
import type { Command } from 'commander'
import type { Language } from '../messages/message.ts'
import { mirrorHelpOf } from './mirror-help.ts'
import {
  dumpMirror,
  forceMirror,
  type MirrorTarget,
  orderMirror,
  showMirror,
  startSnapshot,
  verifyMirror,
} from './mirror.ts'
import type { ExitCode, Shell } from './shell.ts'

export function addMirrorCommands(
  program: Command,
  around: {
    readonly language: Language
    readonly shell: () => Shell
    readonly finish: (code: ExitCode) => void
    readonly add: (parent: Command, usage: string, text: string) => Command
  },
): void {
  const { shell, finish, add } = around
  const help = mirrorHelpOf(around.language)
  const mirror = add(program, 'mirror', help.mirror)
    .option('--disk <NAME>', help.disk)
    .option('--control <SOCKET>', help.control)
  const target = (): MirrorTarget => {
    const { control, disk } = mirror.opts<{
      readonly control?: string
      readonly disk?: string
    }>()
    return { control, disk, json: shell().json }
  }

  add(mirror, 'status', help.status).action(async () => finish(await showMirror(shell(), target())))
  for (const order of ['recover', 'cancel', 'break', 'extend'] as const) {
    add(mirror, order, help[order]).action(async () =>
      finish(await orderMirror(shell(), target(), order)),
    )
  }
  add(mirror, 'force', help.force)
    .requiredOption('--loser <SERVER>', help.loser)
    .option('--yes', help.yes, false)
    .action(async (options: { readonly loser: string; readonly yes: boolean }) =>
      finish(await forceMirror(shell(), target(), options)),
    )
  add(mirror, 'verify', help.verify)
    .option('--repair', help.repair, false)
    .action(async (options: { readonly repair: boolean }) =>
      finish(await verifyMirror(shell(), target(), options)),
    )
  add(mirror, 'dump', help.dump).action(async () => finish(await dumpMirror(shell(), target())))

  const snapshot = add(mirror, 'snapshot', help.snapshot)
  add(snapshot, 'start', help.snapshotStart)
    .requiredOption('--space <FILE>', help.space)
    .option('--space-size <SIZE>', help.spaceSize, '1G')
    .option('--writable', help.writable, false)
    .action(
      async (options: {
        readonly space: string
        readonly spaceSize: string
        readonly writable: boolean
      }) => finish(await startSnapshot(shell(), target(), options)),
    )
  add(snapshot, 'stop', help.snapshotStop).action(async () =>
    finish(await orderMirror(shell(), target(), 'snapshot-stop')),
  )
}
