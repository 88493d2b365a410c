/** What runs where, since when and why; what would happen if a server died now; what could be lost now. */
import { useEffect, useState } from 'react'
import type { Alert, ClusterStatus, MirrorStatus } from '../api.ts'
import type { WhatIf } from '../verdict.ts'
import { say, type Message } from '../messages/catalogue.ts'
import { useSpeech } from './speech.ts'
import type { Live } from './live.ts'
import { Mark } from './mark.tsx'
import { endOf, plansFor } from './plan.ts'
import { Sized } from './sized.tsx'

interface Props {
  readonly live: Live
  readonly status: ClusterStatus
  readonly alerts: readonly Alert[]
}

export function Overview({ live, status, alerts }: Props) {
  const { words, locale, sentence } = useSpeech()
  return (
    <>
      <h2>{words.overview.runs}</h2>
      <ul className="cards">
        {status.groups.map((group) => {
          const since = sinceOf(alerts, group.name, group.owner)
          return (
            <li key={group.name}>
              <strong>{group.name}</strong>{' '}
              <Mark health={group.health} word={words.group[group.state]} />
              <p>{sentence(group.why)}</p>
              {since !== null && group.state === 'running' && (
                <p className="quiet">
                  {words.overview.since(new Date(since).toLocaleString(locale))}
                </p>
              )}
            </li>
          )
        })}
      </ul>
      <h2>{words.overview.ifLost}</h2>
      <IfLost live={live} status={status} />
      <h2>{words.overview.atRisk}</h2>
      <ul className="cards">
        {status.mirrors.map((mirror) => (
          <li key={mirror.name}>
            <strong>{mirror.name}</strong>{' '}
            <Mark health={mirror.health} word={words.mirror[mirror.state]} />
            <p>{sentence(riskOf(mirror))}</p>
            <AtRisk mirror={mirror} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** When the group was last started where it runs, as the alert log has it. */
function sinceOf(alerts: readonly Alert[], group: string, owner: string | null): string | null {
  const started = alerts.findLast(
    ({ message }) => message.id === 'group-started' && message.args['group'] === group,
  )
  return started?.message.args['server'] === owner ? started.at : null
}

function riskOf(mirror: MirrorStatus): Message {
  const upToDate = mirror.replicas.filter(({ health }) => health === 'green')
  const [only] = upToDate
  if (upToDate.length === 2) return say('data-on-both')
  if (only === undefined || upToDate.length > 1) return say('data-not-known')
  return say('data-on-one', { server: only.server })
}

function AtRisk({ mirror }: { readonly mirror: MirrorStatus }) {
  const { words } = useSpeech()
  const only = mirror.replicas.find(({ health }) => health === 'green')
  const bytes = mirror.state === 'in-sync' ? mirror.backlogBytes : (only?.differingBytes ?? 0)
  if (bytes === 0) return null
  return (
    <p className="quiet">
      {words.overview.notThere} <Sized bytes={bytes} />
    </p>
  )
}

const soonMs = 700

/** The plan for the loss of each server, made anew when something that matters has changed. */
function IfLost({ live, status }: Pick<Props, 'live' | 'status'>) {
  const { words, sentence } = useSpeech()
  const [plans, setPlans] = useState<readonly (WhatIf | null)[] | null>(null)
  const names = status.servers.map(({ name }) => name)
  const key = keyOf(status)
  useEffect(() => {
    let isOver = false
    setPlans(null)
    const timer = setTimeout(() => {
      void plansFor(
        live,
        key.names.map((name) => [name]),
      ).then((made) => !isOver && setPlans(made))
    }, soonMs)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
    // The text is the same as long as nothing that matters has changed.
  }, [live, key.text])
  return (
    <ul className="cards" aria-live="polite">
      {names.map((name, index) => {
        const plan = plans?.[index]
        const server = status.servers[index]
        if (server?.state === 'offline') {
          return (
            <li key={name}>
              <strong>{name}</strong>
              <p>{sentence(server.why)}</p>
            </li>
          )
        }
        return (
          <li key={name}>
            <strong>{words.overview.without(name)}</strong>
            {plan === undefined || plan === null ? (
              <p className="quiet">{words.overview.computing}</p>
            ) : (
              plan.groups.map((outcome) => <p key={outcome.group}>{sentence(endOf(outcome))}</p>)
            )}
          </li>
        )
      })}
    </ul>
  )
}

function keyOf({ servers, links, groups, mirrors, arbiter }: ClusterStatus) {
  const states = [
    ...servers.map(({ name, state }) => [name, state]),
    ...links.map(({ name, state }) => [name, state]),
    ...groups.map(({ name, state, owner, suspended }) => [name, state, owner, suspended]),
    ...mirrors.map(({ name, state }) => [name, state]),
    arbiter.state,
  ]
  return { names: servers.map(({ name }) => name), text: JSON.stringify(states) }
}
