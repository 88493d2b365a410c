/**
 * One bad definition for each thing that can be wrong: the HOWTO's cluster with one edit, and the
 * line, column and number that must be told. A test makes sure that no number is forgotten.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allEntries, codeOf, render } from '../messages/catalogue.ts'
import { parseDefinition } from './parse.ts'
import { problemText } from './problem.ts'

const howto = `# The cluster of the HOWTO "Turbolinux 7 CLUSTERPRO LE": one Apache on two servers.
kagami: 1

superCluster: SuperCluster
cluster:
  name: Cluster1
  type: data-mirror

servers:
  - name: SERVER1
  - name: SERVER2

links:
  - name: interconnect
    kind: interconnect
    addresses: { SERVER1: 10.1.1.1/8, SERVER2: 10.1.1.2/8 }
  - name: public
    kind: public
    addresses: { SERVER1: 192.168.4.21/24, SERVER2: 192.168.4.22/24 }

arbiter:
  method: ping
  targets: [192.168.4.100]

mirrors:
  - name: NMP1
    clusterPartition: /dev/hdb1
    dataPartition: /dev/hdb2
    fileSystem: ext3
    source: SERVER1

groups:
  - name: Apache
    servers: [SERVER1, SERVER2]
    resources:
      - { type: mirror-disk, name: disk, mirror: NMP1, mountPoint: /mnt/mirror }
      - { type: floating-ip, name: address, address: 192.168.4.15 }
      - { type: script, name: httpd, start: scripts/Apache/start.sh, stop: scripts/Apache/stop.sh }
    monitors:
      - { type: http, name: page, url: "http://192.168.4.15/", resource: httpd }
      - { type: link, name: public-lan, link: public, targets: [192.168.4.100] }
`

/** The definition with `from` replaced by `to`. */
function edited(from: string, to: string): string {
  if (!howto.includes(from)) throw new Error(`not in the definition: ${from}`)
  return howto.replace(from, to)
}

function problemsOf(text: string): string[] {
  const parsed = parseDefinition(text, 'cluster.yaml')
  const problems = parsed.ok ? parsed.warnings : parsed.problems
  return problems.map(({ line, column, message }) => `${line}:${column} ${codeOf(message)}`)
}

const afterServers = '\nlinks:'
const agent = '{ agent: fence_ipmilan, options: { ip: 10.0.0.9 } }'
/** `*`: a power device. */
const fence = (devices: string) =>
  `arbiter:\n  method: fence\n  devices: { ${devices.replaceAll('*', agent)} }\n`
const ping = 'arbiter:\n  method: ping\n  targets: [192.168.4.100]\n'
const disk = '{ type: mirror-disk, name: disk, mirror: NMP1, mountPoint: /mnt/mirror }'
const otherDisk = '{ type: mirror-disk, name: other, mirror: NMP1, mountPoint: /mnt/other }'
const spare = '\n  - { name: NMP2, clusterPartition: /dev/hdc1, dataPartition: /dev/hdc2 }\n'
const publicOn = howto.slice(howto.indexOf('    kind: public'))
const syntax: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ['a byte order mark', `\uFEFF${howto}`, ['1:1 KG1005']],
  ['a tab as indentation', edited('  name: Cluster1', '\tname: Cluster1'), ['6:1 KG1010']],
  ['ragged indentation', edited('  type: data-mirror', ' type: data-mirror'), ['7:1 KG1011']],
  ['an open quote', edited('"http://192.168.4.15/"', '"http://192.168.4.15/'), ['40:40 KG1012']],
  ['a key twice', edited('  type: data-mirror', '  name: Cluster2'), ['7:3 KG1013']],
  ['an alias', edited('source: SERVER1', 'source: *first'), ['30:13 KG1014']],
  ['an anchor', edited('source: SERVER1', 'source: &first SERVER1'), ['30:20 KG1014']],
  ['a tag', edited('source: SERVER1', 'source: !!str SERVER1'), ['30:19 KG1015']],
  ['an unknown tag', edited('source: SERVER1', 'source: !x SERVER1'), ['30:16 KG1015']],
  ['an open bracket', edited('[SERVER1, SERVER2]', '[SERVER1, SERVER2'), ['34:14 KG1011']],
  ['two documents', `${howto}---\nkagami: 1\n`, ['42:1 KG1016']],
  ['brackets without end', `kagami: ${'['.repeat(100_000)}`, ['1:1 KG1017']],
  ['lists without end', `kagami:\n${'- '.repeat(100_000)}`, ['2:1 KG1017']],
  ['a list as a key', `? [a]\n: 1\n${howto}`, ['1:3 KG1018']],
  ['no YAML at all', edited('kagami: 1', 'kagami: @1'), ['2:9 KG1019']],
  ['an empty file', '', ['1:1 KG1027']],
  ['a sentence', 'Hello.', ['1:1 KG1027']],
]

const shape: readonly (readonly [name: string, from: string, to: string, expected: string[]])[] = [
  ['an unknown key', '  fileSystem: ext3', '  colour: red', ['29:5 KG1020']],
  ['a misspelt key', 'superCluster:', 'supercluster:', ['2:1 KG1022', '4:1 KG1021']],
  ['a missing key', '    clusterPartition: /dev/hdb1\n', '', ['26:5 KG1022']],
  ['a missing type', '{ type: mirror-disk, ', '{ ', ['36:9 KG1022']],
  ['a number as a name', '- name: SERVER1', '- name: 17', ['10:11 KG1023']],
  ['text as a number', 'kagami: 1', 'kagami: 1\nports: { peer: "29004" }', ['3:16 KG1024']],
  ['a broken number', 'kagami: 1', 'kagami: 1\nports: { peer: 1.5 }', ['3:16 KG1025']],
  ['no list', 'servers: [SERVER1, SERVER2]', 'servers: SERVER1', ['34:14 KG1026']],
  [
    'no mapping',
    '    addresses: { SERVER1: 10.1.1.1/8, SERVER2: 10.1.1.2/8 }',
    '    addresses: 1',
    ['16:16 KG1027'],
  ],
  ['a choice that does not exist', 'fileSystem: ext3', 'fileSystem: ntfs', ['29:17 KG1028']],
  ['an unknown type', 'type: floating-ip', 'type: floating', ['37:17 KG1028']],
  ['a number below the range', 'kagami: 1', 'kagami: 1\nports: { peer: 0 }', ['3:16 KG1029']],
  ['no time at all', 'name: page,', 'name: page, intervalSec: 0,', ['40:48 KG1030']],
  ['a number above the range', 'kagami: 1', 'kagami: 1\nports: { peer: 65536 }', ['3:16 KG1031']],
  ['an empty list', 'targets: [192.168.4.100]\n', 'targets: []\n', ['23:12 KG1032']],
  ['one server', '  - name: SERVER2\n', '', ['10:3 KG1034']],
  ['three servers', afterServers, `  - name: SERVER3${afterServers}`, ['10:3 KG1034']],
  ['a future format', 'kagami: 1', 'kagami: 2', ['2:9 KG1035']],
  ['an invalid name', 'name: Cluster1', 'name: クラスタ', ['6:9 KG1040']],
  ['an invalid name of a server', '{ SERVER1: 10.', '{ -SERVER1: 10.', ['16:18 KG1040']],
  ['an invalid address', 'address: 192.168.4.15 ', 'address: 192.168.4.256 ', ['37:54 KG1041']],
  ['no prefix length', '10.1.1.2/8', '10.1.1.2', ['16:48 KG1042']],
  ['a relative path', 'mountPoint: /mnt/mirror', 'mountPoint: mnt/mirror', ['36:68 KG1043']],
  ['a path with ..', 'mountPoint: /mnt/mirror', 'mountPoint: /mnt/../etc', ['36:68 KG1043']],
  ['an invalid mirror name', '- name: NMP1\n', '- name: md0\n', ['26:11 KG1044']],
  ['an https page', '"http://', '"https://', ['40:40 KG1045']],
  ['a page with a password', '"http://', '"http://user:secret@', ['40:40 KG1045']],
]

const meaning: readonly (readonly [name: string, from: string, to: string, expected: string[]])[] =
  [
    [
      'two servers of one name',
      '- name: SERVER2',
      '- name: SERVER1',
      ['11:11 KG1050', '16:39 KG1051', '19:44 KG1051', '34:24 KG1051'],
    ],
    ['an address twice', 'SERVER2: 10.1.1.2/8', 'SERVER2: 10.1.1.1/8', ['16:48 KG1050']],
    [
      'a link name twice',
      '- name: public\n',
      '- name: interconnect\n',
      ['17:11 KG1050', '41:47 KG1062'],
    ],
    ['a partition twice', 'dataPartition: /dev/hdb2', 'dataPartition: /dev/hdb1', ['28:20 KG1050']],
    ['a port twice', 'kagami: 1', 'kagami: 1\nports: { peer: 29003 }', ['3:16 KG1050']],
    ['a port twice by counting', 'kagami: 1', 'kagami: 1\nports: { peer: 29005 }', ['27:5 KG1050']],
    ['a resource name twice', 'name: httpd', 'name: address', ['38:31 KG1050', '40:74 KG1061']],
    ['a mirror disk used twice', disk, `${disk}\n      - ${otherDisk}`, ['37:51 KG1050']],
    [
      'a mount point twice',
      disk,
      `${disk}\n      - ${otherDisk.replace('other }', '/mirror/ }')}`,
      ['37:51 KG1050', '37:69 KG1050'],
    ],
    [
      'a floating IP twice',
      '- { type: script',
      '- { type: floating-ip, name: again, address: 192.168.4.15 }\n      - { type: script',
      ['38:52 KG1050'],
    ],
    [
      'a server that is not one',
      'servers: [SERVER1, SERVER2]',
      'servers: [SERVER1, SERVER3]',
      ['34:24 KG1051'],
    ],
    [
      'a group on one server',
      'servers: [SERVER1, SERVER2]',
      'servers: [SERVER1, SERVER1]',
      ['34:24 KG1050'],
    ],
    [
      'a server with the name of a key',
      '- name: SERVER2',
      '- name: cluster',
      [
        '11:11 KG1069',
        '16:5 KG1052',
        '16:39 KG1051',
        '19:5 KG1052',
        '19:44 KG1051',
        '34:24 KG1051',
      ],
    ],
    ['a source that is not one', 'source: SERVER1', 'source: SERVER9', ['30:13 KG1051']],
    ['a link without an address', ', SERVER2: 10.1.1.2/8', '', ['16:5 KG1052']],
    [
      'a stranger on a link',
      'SERVER2: 10.1.1.2/8',
      'SERVER3: 10.1.1.2/8',
      ['16:5 KG1052', '16:39 KG1051'],
    ],
    ['two subnets on one link', '192.168.4.22/24', '192.168.5.22/24', ['19:53 KG1053']],
    ['two prefix lengths', '192.168.4.22/24', '192.168.4.22/25', ['19:53 KG1053']],
    ['a network address', '10.1.1.2/8', '10.0.0.0/8', ['16:48 KG1054']],
    ['a broadcast address', '10.1.1.2/8', '10.255.255.255/8', ['16:48 KG1054']],
    [
      'a broadcast floating IP',
      'address: 192.168.4.15 ',
      'address: 192.168.4.255 ',
      ['37:54 KG1054'],
    ],
    [
      'a floating IP elsewhere',
      'address: 192.168.4.15 ',
      'address: 192.168.5.15 ',
      ['37:54 KG1055'],
    ],
    ['no public link', '    kind: public', '    kind: interconnect', ['37:54 KG1056']],
    [
      'a floating IP of a server',
      'address: 192.168.4.15 ',
      'address: 192.168.4.22 ',
      ['37:54 KG1057'],
    ],
    [
      'a floating IP of a target',
      'address: 192.168.4.15 ',
      'address: 192.168.4.100 ',
      ['37:54 KG1058'],
    ],
    [
      'a target of a server',
      '  targets: [192.168.4.100]\n',
      '  targets: [192.168.4.21]\n',
      ['23:13 KG1059'],
    ],
    ['an unknown mirror disk', 'mirror: NMP1', 'mirror: NMP2', ['36:50 KG1060']],
    ['an unknown resource', 'resource: httpd', 'resource: http', ['40:74 KG1061']],
    ['an unknown link', 'link: public, t', 'link: publik, t', ['41:47 KG1062']],
    ['a hasty time-out', 'kagami: 1', 'kagami: 1\nheartbeat: { timeoutMs: 299 }', ['3:25 KG1063']],
    [
      'a mount point of the system',
      'mountPoint: /mnt/mirror',
      'mountPoint: /etc',
      ['36:68 KG1064'],
    ],
    [
      'a port beyond the end',
      '\n    fileSystem',
      '\n    port: 65536\n    fileSystem',
      ['29:11 KG1031'],
    ],
    [
      'ports counted beyond the end',
      'source: SERVER1\n',
      `source: SERVER1\n${spare.trim().replace('-', '  -')}\nports: { mirror: 65535 }\n`,
      ['31:5 KG1065'],
    ],
    ['a mirror disk without a group', `      - ${disk}\n`, '', ['22:11 KG1084', '26:11 KG1082']],
    [
      'a page elsewhere',
      '"http://192.168.4.15/"',
      '"http://192.168.4.21/"',
      ['22:11 KG1084', '40:40 KG1083'],
    ],
    [
      'an open link on the public LAN',
      '    fileSystem: ext3',
      '    linkSecurity: off',
      ['22:11 KG1084', '29:19 KG1087'],
    ],
    [
      'an open link on cables alone',
      publicOn,
      publicOn
        .replace('kind: public', 'kind: interconnect')
        .replace('    fileSystem: ext3', '    linkSecurity: off')
        .replace(/.*floating-ip.*\n/, ''),
      ['22:11 KG1084', '29:19 KG1086'],
    ],
    [
      'a group after one that does not exist',
      '    resources:',
      '    startAfter: [DB]\n    resources:',
      ['35:18 KG1090'],
    ],
    [
      'a group after itself',
      '    resources:',
      '    startAfter: [Apache]\n    resources:',
      ['35:18 KG1091'],
    ],
    ['no arbiter', ping, '', ['2:1 KG1085']],
    ['a power device for one server', ping, fence('SERVER1: [*]'), ['23:3 KG1066']],
    [
      'a power device for a stranger',
      ping,
      fence('SERVER1: [*], SERVER2: [*], SERVER3: [*]'),
      ['23:142 KG1051'],
    ],
    [
      'an agent that is a path',
      ping,
      fence('SERVER1: [*], SERVER2: [*]').replace('fence_ipmilan', '/bin/rm'),
      ['23:33 KG1048'],
    ],
    [
      'an option of an agent that is ours',
      ping,
      fence('SERVER1: [*], SERVER2: [*]').replace('ip: 10.0.0.9', 'action: on'),
      ['23:67 KG1067'],
    ],
    [
      'a password in the open',
      ping,
      fence('SERVER1: [*], SERVER2: [*]').replace('ip: 10.0.0.9', 'passwd: x'),
      ['23:67 KG1088'],
    ],
    [
      'a witness in the open',
      ping,
      "arbiter: { method: witness, url: 'http://192.168.4.9:29010' }\n",
      ['21:34 KG1046'],
    ],
    [
      'an etcd that is no address',
      ping,
      "arbiter: { method: etcd, endpoints: ['192.168.4.9'] }\n",
      ['21:38 KG1047'],
    ],
    [
      'a lease that leaves no time',
      ping,
      "arbiter: { method: witness, url: 'https://192.168.4.9:29010', leaseMs: 2299 }\n",
      ['21:72 KG1092'],
    ],
    [
      'nothing that resets a server that hangs',
      ping,
      "arbiter: { method: witness, url: 'https://192.168.4.9:29010', guard: none }\n",
      ['21:70 KG1093'],
    ],
    [
      'a witness on one of the servers',
      ping,
      "arbiter: { method: witness, url: 'https://192.168.4.21:29010' }\n",
      ['21:34 KG1094'],
    ],
    [
      'an etcd in the open',
      ping,
      "arbiter: { method: etcd, endpoints: ['http://192.168.4.9:2379'] }\n",
      ['21:38 KG1096'],
    ],
    [
      'a user of etcd without a password',
      ping,
      "arbiter: { method: etcd, endpoints: ['http://192.168.4.9:2379'], username: kagami }\n",
      ['21:76 KG1095'],
    ],
  ]

const cases = [
  ...syntax.map(([name, text, expected]) => ({ name, text, expected })),
  ...[...shape, ...meaning].map(([name, from, to, expected]) => ({
    name,
    text: edited(from, to),
    expected,
  })),
]

test.each(cases)('$name', ({ text, expected }) => {
  expect(problemsOf(text)).toEqual(expected)
})

describe('whatever is wrong', () => {
  const parsed = cases.map(({ text }) => parseDefinition(text, 'cluster.yaml'))
  const problems = parsed.flatMap((each) => (each.ok ? each.warnings : each.problems))

  test('every number is covered', () => {
    const told = new Set(problems.map(({ message }) => codeOf(message)))
    const elsewhere = ['KG1001', 'KG1002', 'KG1003', 'KG1004', 'KG1033', 'KG1049']
    const wanted = allEntries()
      .filter(([, { number }]) => number < 1070 || (number >= 1082 && number < 2000))
      .map(([id]) => codeOf({ id }))
      .filter((code) => !elsewhere.includes(code))
    expect(wanted.filter((code) => !told.has(code))).toEqual([])
  })

  test.each(['ja', 'en'] as const)('no argument is left out (%s)', (language) => {
    const sentences = problems.map(({ message }) => render(message, language))
    expect(
      sentences.filter((sentence) => /\{\w+\}|undefined|Invalid|expected/.test(sentence)),
    ).toEqual([])
  })
})

test('a problem is one line with file, line, column, number and sentence', () => {
  const parsed = parseDefinition(edited('kagami: 1', 'kagami: 2'), 'my/cluster.yaml')
  const [problem] = parsed.ok ? [] : parsed.problems
  expect(problem && problemText(problem, 'en')).toBe(
    'my/cluster.yaml:2:9 KG1035 This version reads definitions of format kagami: 1, not 2.',
  )
})

test('the example of the HOWTO has no errors, and its weak arbiter is told', () => {
  const path = join(import.meta.dirname, '../../examples/apache-howto/cluster.yaml')
  const parsed = parseDefinition(readFileSync(path, 'utf8'), path)
  expect(parsed).toMatchObject({ ok: true, definition: { superCluster: 'SuperCluster' } })
  expect(parsed.ok && parsed.warnings.map(({ message }) => message.id)).toEqual([
    'arbiter-ping-weak',
  ])
})

test('Windows line ends do not matter in the definition', () => {
  expect(parseDefinition(howto.replaceAll('\n', '\r\n'), 'cluster.yaml').ok).toBe(true)
})
