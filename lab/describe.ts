/**
 * What `lab up` prints: what there is now, and what to type next.
 */
import type { Lab } from './names.ts'
import type { LabRecord } from './record.ts'

export function describe(
  lab: Lab,
  record: LabRecord,
  options: { json: boolean; dir: string },
): string {
  if (options.json) {
    const { id, servers, links, client, floatingAddresses, blank } = record
    return JSON.stringify({ dir: lab.dir, id, servers, links, client, floatingAddresses, blank })
  }
  const at = options.dir === './.lab' ? '' : ` --dir ${options.dir}`
  const [first = ''] = record.servers
  const addresses = record.servers.map((server) => {
    const own = record.links.map(
      (link) => `${link.device} ${link.addresses[server]} (${link.name})`,
    )
    return `  ${server}: ${own.join(', ')}`
  })
  const page = record.floatingAddresses[0] ?? record.client.address.split('/')[0]
  return [
    `The lab ${record.id} is up in ${lab.dir}${record.blank ? ', with blank disks and no cluster' : ''}:`,
    ...addresses,
    `  client: eth0 ${record.client.address}`,
    '',
    'What to type next:',
    `  kagami lab exec${at} ${first} -- ${record.blank ? 'bash' : 'kagami status'}`,
    `  kagami lab probe${at} http://${page}/`,
    `  kagami lab power-off${at} ${first}`,
    `  kagami lab down${at}`,
  ].join('\n')
}
