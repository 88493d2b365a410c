/**
 * Maintenance and the way down: `kagami cluster suspend|resume|shutdown`, `kagami group suspend|resume
 * NAME`, `kagami monitor suspend|resume GROUP NAME`, `kagami server shutdown|reboot [NAME]`. Each hands an
 * order to kagamid and says what it answered.
 */
import type { Command } from 'commander'
import type { helpOf } from './help.ts'
import { giveOrder } from './order.ts'
import { exitCode, type ExitCode, type Shell } from './shell.ts'

export interface Where {
  readonly help: ReturnType<typeof helpOf>
  readonly shell: () => Shell
  readonly finish: (code: ExitCode) => void
  readonly add: (parent: Command, usage: string, text: string) => Command
  readonly group: Command
  readonly server: Command
}

interface DownOptions {
  readonly poweroff?: boolean
  readonly reboot?: boolean
}

export function addMaintenanceCommands(program: Command, where: Where): void {
  const { help, shell, finish, add, group, server } = where
  const order = async (path: string, body: object = {}): Promise<void> => {
    const given = await giveOrder(shell(), `/api/v1/${path}`, body)
    finish('ended' in given ? given.ended : exitCode.ok)
  }
  const named = (name: string): string => `groups/${encodeURIComponent(name)}`
  const down = (parent: Command, usage: string, text: string): Command =>
    add(parent, usage, text).option('--poweroff', help.poweroff).option('--reboot', help.reboot)

  for (const action of ['take-over', 'force'] as const) {
    add(group, `${action} <NAME>`, help[action])
      .option('--seen <TOKEN>', help.seen)
      .action((name: string, { seen }: { readonly seen?: string }) =>
        order(`${named(name)}/${action}`, seen === undefined ? {} : { seen }),
      )
  }

  const cluster = add(program, 'cluster', help.cluster)
  const monitor = add(program, 'monitor', help.monitor)
  for (const action of ['suspend', 'resume'] as const) {
    add(cluster, action, help[action]).action(() => order(`cluster/${action}`))
    add(group, `${action} <NAME>`, help[action]).action((name: string) =>
      order(`${named(name)}/${action}`),
    )
    add(monitor, `${action} <GROUP> <NAME>`, help[action]).action((of: string, name: string) =>
      order(`${named(of)}/${action}`, { monitor: name }),
    )
  }
  down(cluster, 'shutdown', help.shutdownCluster).action((options: DownOptions) =>
    order('cluster/shutdown', afterwardsOf(options)),
  )
  down(server, 'shutdown [NAME]', help.shutdownServer).action(
    (name: string | undefined, options: DownOptions) => order(leaveOf(name), afterwardsOf(options)),
  )
  add(server, 'reboot [NAME]', help.rebootServer).action((name: string | undefined) =>
    order(leaveOf(name), afterwardsOf({ reboot: true })),
  )
}

/** Either server can be told to leave, through either; without a name the one that is asked. */
function leaveOf(name: string | undefined): string {
  return name === undefined ? 'server/shutdown' : `servers/${encodeURIComponent(name)}/shutdown`
}

/** Nothing afterwards is told by saying nothing. */
function afterwardsOf({ poweroff = false, reboot = false }: DownOptions): object {
  if (reboot) return { afterwards: 'reboot' }
  return poweroff ? { afterwards: 'poweroff' } : {}
}
