/** Watches whether the cables are plugged in: a server without any carrier knows that it is cut off. */
import type { Definition } from '../config/schema.ts'
import type { Ip } from '../drivers/ip.ts'
import { addressOf } from './settings.ts'

const pollMs = 100
const lookAgainMs = 2000

export function watchCarriers(
  definition: Definition,
  self: string,
  ip: Ip,
  changed: (link: string, up: boolean) => void,
): void {
  for (const link of definition.links) {
    void watchOne(addressOf(definition, link.name, self), ip, (up) => changed(link.name, up))
  }
}

async function watchOne(address: string, ip: Ip, changed: (up: boolean) => void): Promise<void> {
  const holder = await ip.holderOf(address)
  const device = holder.isKnown ? holder.device : null
  if (device === null) {
    setTimeout(() => void watchOne(address, ip, changed), lookAgainMs)
    return
  }
  let known = true
  const look = async (): Promise<void> => {
    const up = await ip.hasCarrier(device)
    if (up !== known) changed(up)
    known = up
    setTimeout(() => void look(), pollMs)
  }
  await look()
}
