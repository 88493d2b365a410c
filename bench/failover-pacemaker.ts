/**
 * The peer: Pacemaker and Corosync from Debian on the same two hosts, with their defaults: a floating
 * IP and Apache, no disk, no fencing (with two nodes and no fencing there is nothing else to set but
 * `two_node` and `stonith-enabled`).
 */
import { Hosts, otherOf, serverNames, type ServerName } from './failover-hosts.ts'
import type { Stage } from './stage.ts'

const url = 'http://192.168.4.15/n.txt'

const corosyncConf = `totem {
  version: 2
  cluster_name: bench
  crypto_cipher: none
  crypto_hash: none
}
logging {
  to_logfile: yes
  logfile: /var/log/corosync.log
}
quorum {
  provider: corosync_votequorum
  two_node: 1
}
nodelist {
  node {
    name: SERVER1
    nodeid: 1
    ring0_addr: 10.1.1.1
    ring1_addr: 192.168.4.21
  }
  node {
    name: SERVER2
    nodeid: 2
    ring0_addr: 10.1.1.2
    ring1_addr: 192.168.4.22
  }
}
`

const resources = `<group id="web">
<primitive id="address" class="ocf" provider="heartbeat" type="IPaddr2">
<instance_attributes id="address-attributes">
<nvpair id="address-ip" name="ip" value="192.168.4.15"/>
<nvpair id="address-prefix" name="cidr_netmask" value="24"/>
</instance_attributes>
<operations><op id="address-monitor" name="monitor" interval="10s" timeout="20s"/></operations>
</primitive>
<primitive id="httpd" class="lsb" type="httpd">
<operations><op id="httpd-monitor" name="monitor" interval="10s" timeout="20s"/></operations>
</primitive>
</group>`.replaceAll('\n', '')

/** Outages of power cuts of the active server, ms. */
export async function measurePacemaker(plan: {
  readonly stage: Stage
  readonly rounds: number
  readonly tell: (text: string) => void
}): Promise<number[]> {
  const { stage, rounds, tell } = plan
  const hosts = new Hosts(stage, 'pacemaker')
  const outages: number[] = []
  try {
    await hosts.lab('up', '--blank')
    for (const server of serverNames) {
      await hosts.sh(server, `cat >/etc/corosync/corosync.conf <<'END'\n${corosyncConf}END`)
      await hosts.sh(server, 'mkdir -p /mnt/mirror/www/html && echo 0 >/mnt/mirror/www/html/n.txt')
      await start(hosts, server)
    }
    await hosts.until('both are online', () => areOnline(hosts, serverNames), 120_000)
    await hosts.sh(
      'SERVER1',
      'crm_attribute -n stonith-enabled -v false && ' +
        `cibadmin --create --scope resources --xml-text '${resources}'`,
    )
    let active = await steady(hosts)
    for (let round = 1; round <= rounds; round += 1) {
      const standby = otherOf(active)
      const outageMs = await hosts.outage(url, async () => {
        await hosts.lab('power-off', active)
        await hosts.until('the standby has taken over', async () => {
          return (await ownerAt(hosts, standby)) === standby
        })
      })
      outages.push(outageMs)
      tell(`pacemaker, round ${round}: cut: ${outageMs.toFixed(0)} ms`)
      await hosts.lab('power-on', active)
      await start(hosts, active)
      await hosts.until('both are online', () => areOnline(hosts, serverNames), 120_000)
      active = await steady(hosts)
    }
  } finally {
    hosts.down()
  }
  return outages
}

async function start(hosts: Hosts, server: ServerName): Promise<void> {
  await hosts.sh(
    server,
    'mkdir -p /run/corosync /run/crm /run/resource-agents && corosync && sleep 0.5 && ' +
      '{ setsid pacemakerd </dev/null >>/var/log/pacemakerd.log 2>&1 & }',
  )
}

async function areOnline(hosts: Hosts, servers: readonly ServerName[]): Promise<boolean> {
  for (const server of servers) {
    const text = await hosts.trySh(server, 'crm_node -p')
    if (!servers.every((name) => text?.includes(name) ?? false)) return false
  }
  return true
}

async function ownerAt(hosts: Hosts, server: ServerName): Promise<ServerName | null> {
  const text = await hosts.trySh(server, 'crm_resource --resource httpd --locate')
  const name = /is running on: (\S+)/.exec(text ?? '')?.[1]
  return name === 'SERVER1' || name === 'SERVER2' ? name : null
}

/** Until both name the same owner, twice, and the page is there. */
async function steady(hosts: Hosts): Promise<ServerName> {
  let owner: ServerName = 'SERVER1'
  let same = 0
  await hosts.until(
    'the resources run',
    async () => {
      const [one, two] = [await ownerAt(hosts, 'SERVER1'), await ownerAt(hosts, 'SERVER2')]
      const page = one === null ? null : await hosts.trySh(one, `curl -sf ${url}`)
      same = one !== null && one === two && page !== null ? same + 1 : 0
      if (one !== null) owner = one
      return same >= 5
    },
    120_000,
  )
  return owner
}
