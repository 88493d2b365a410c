/** What is known of the selected node: why it is as it is, and what to do. */
import type { ReactNode } from 'react'
import type { ClusterStatus } from '../api.ts'
import type { Message } from '../messages/catalogue.ts'
import { useSpeech } from './speech.ts'
import { Mark } from './mark.tsx'
import { Mirror } from './mirror.tsx'
import type { Node } from './nodes.ts'

export function Details({ status, node }: { readonly status: ClusterStatus; readonly node: Node }) {
  const { words } = useSpeech()
  return (
    <section className="details" aria-label={words.details}>
      <h2>
        {node.name} <Mark health={node.health} word={node.word} />
      </h2>
      <Facts status={status} id={node.id} />
    </section>
  )
}

function Facts({ status, id }: { readonly status: ClusterStatus; readonly id: string }) {
  const [kind, first = '', second = ''] = id.split('/')
  switch (kind) {
    case 'server':
      return <Why message={status.servers.find(({ name }) => name === first)?.why} />
    case 'arbiter':
      return <Why message={status.arbiter.why} />
    case 'group':
      return <Group status={status} name={first} />
    case 'mirror':
    case 'replica': {
      const mirror = status.mirrors.find(({ name }) => name === first)
      return mirror === undefined ? null : <Mirror mirror={mirror} />
    }
    case 'link':
      return <Link status={status} name={second} />
    case 'resource':
    case 'monitor':
      return <Part status={status} group={first} name={second} />
    default:
      return <Summary status={status} />
  }
}

function Summary({ status }: { readonly status: ClusterStatus }) {
  const { words, sentence } = useSpeech()
  const { why, next } = status.summary
  return (
    <>
      <p>{sentence(why)}</p>
      <h3>{words.next}</h3>
      <p>{next === null ? words.nothingToDo : sentence(next)}</p>
    </>
  )
}

function Why({ message }: { readonly message: Message | undefined }) {
  const { words, sentence, action } = useSpeech()
  if (message === undefined) return null
  const next = action(message)
  return (
    <>
      <p>{sentence(message)}</p>
      {next !== null && (
        <>
          <h3>{words.next}</h3>
          <p>{next}</p>
        </>
      )}
    </>
  )
}

function Group({ status, name }: { readonly status: ClusterStatus; readonly name: string }) {
  const { words, sentence } = useSpeech()
  const group = status.groups.find((each) => each.name === name)
  if (group === undefined) return null
  return (
    <>
      <Why message={group.why} />
      <h3>{words.kinds.resources}</h3>
      <Rows>
        {group.resources.map((each) => (
          <Row key={each.name} name={each.name} value={words.group[each.state]}>
            {each.error === null ? each.detail : sentence(each.error)}
          </Row>
        ))}
      </Rows>
      <h3>{words.kinds.monitors}</h3>
      <Rows>
        {group.monitors.map((each) => (
          <Row key={each.name} name={each.name} value={words.monitor[each.state]}>
            {each.error === null ? each.type : sentence(each.error)}
          </Row>
        ))}
      </Rows>
    </>
  )
}

interface PartProps {
  readonly status: ClusterStatus
  readonly group: string
  readonly name: string
}

function Part({ status, group, name }: PartProps) {
  const found = status.groups.find((each) => each.name === group)
  const resource = found?.resources.find((each) => each.name === name)
  const monitor = found?.monitors.find((each) => each.name === name)
  const error = resource?.error ?? monitor?.error ?? null
  return (
    <>
      <p>{resource === undefined ? monitor?.type : `${resource.type}: ${resource.detail}`}</p>
      {error !== null && <Why message={error} />}
    </>
  )
}

function Link({ status, name }: { readonly status: ClusterStatus; readonly name: string }) {
  const link = status.links.find((each) => each.name === name)
  if (link === undefined) return null
  const roundTrip = link.roundTripMs === null ? '' : `${link.roundTripMs.toFixed(1)} ms`
  return (
    <Rows>
      {Object.entries(link.addresses).map(([server, address]) => (
        <Row key={server} name={server} value={address}>
          {roundTrip}
        </Row>
      ))}
    </Rows>
  )
}

function Rows({ children }: { readonly children: ReactNode }) {
  return (
    <table>
      <tbody>{children}</tbody>
    </table>
  )
}

interface RowProps {
  readonly name: string
  readonly value: string
  readonly children: ReactNode
}

function Row({ name, value, children }: RowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{value}</td>
      <td>{children}</td>
    </tr>
  )
}
