/** Can anybody be reached over a link? Fine when at least one of its targets answers. */
import type { Ip } from '../drivers/ip.ts'
import { say } from '../messages/catalogue.ts'
import type { Monitor } from './monitor.ts'

export function linkMonitor(
  settings: { readonly link: string; readonly local: string; readonly targets: readonly string[] },
  ip: Ip,
): Monitor {
  const { link, local, targets } = settings
  return {
    async check(timeoutMs) {
      const answers = await Promise.all(targets.map((target) => ip.ping(target, local, timeoutMs)))
      return answers.includes(true)
        ? null
        : say('link-silent', { link, targets: targets.join(', ') })
    },
  }
}
