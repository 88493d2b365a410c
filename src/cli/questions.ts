/**
 * Commands that ask and change nothing: `why`, `what-if`, `config show`, `config check`, `config verdict`, and
 * `journal export`. The simulator and the schema are large: only who needs them waits for them.
 */
import type { Command } from 'commander'
import { exportJournal } from './journal.ts'
import type { Where } from './maintenance.ts'
import { showWhy } from './why.ts'

type Place = Omit<Where, 'group' | 'server'>

export function addQuestions(program: Command, { help, shell, finish, add }: Place): void {
  add(program, 'why [GROUP]', help.why).action(async (name: string | undefined) =>
    finish(await showWhy(shell(), { group: name ?? null })),
  )

  add(program, 'what-if', help.whatIf)
    .requiredOption('--lose <NAME...>', help.lose)
    .action(async ({ lose }: { readonly lose: string[] }) => {
      const { showWhatIf } = await import('./what-if.ts')
      finish(await showWhatIf(shell(), { lose }))
    })

  add(add(program, 'journal', help.journal), 'export <FILE>', help.journalExport).action(
    (file: string) => finish(exportJournal(shell(), file)),
  )

  const config = add(program, 'config', help.config)
  add(config, 'show', help.showConfig).action(async () => {
    const { showConfig } = await import('./config.ts')
    finish(await showConfig(shell()))
  })

  add(config, 'check <PATH>', help.check).action(async (path: string) => {
    const { checkConfig } = await import('./config.ts')
    finish(checkConfig(shell(), path))
  })

  add(config, 'verdict <PATH>', help.verdict).action(async (path: string) => {
    const { showVerdict } = await import('./verdict.ts')
    finish(showVerdict(shell(), path))
  })
}
