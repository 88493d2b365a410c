/** What is shown of one cluster: what is the matter, on top, and the page that was chosen. */
import { lazy, memo, Suspense, useEffect, useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { ClusterStatus } from '../api.ts'
import { Alerts } from './alerts.tsx'
import { Details } from './details.tsx'
import { useSpeech } from './speech.ts'
import type { Live, Picture } from './live.ts'
import { Mark } from './mark.tsx'
import { Mirrors } from './mirror.tsx'
import { findNode, treeOf, type Node, type Order } from './nodes.ts'
import { Operations } from './operations.tsx'
import { Overview } from './overview.tsx'
import { WhatIf } from './what-if.tsx'

/** Not before it is looked at: it brings a library of its own. */
const Charts = lazy(async () => ({ default: (await import('./charts.tsx')).Charts }))

const pageNames = ['overview', 'details', 'mirror', 'what-if', 'alerts', 'charts', 'operations'] as const
export type PageName = (typeof pageNames)[number]

/** The page that is open. As in the HOWTO, the window of the recovery opens by itself. */
export function usePage(status: ClusterStatus | null): [PageName, (page: PageName) => void] {
  const [page, setPage] = useState<PageName>('overview')
  const isCopying = status?.mirrors.some(({ state }) => state === 'copying') === true
  useEffect(() => {
    if (isCopying) setPage('mirror')
  }, [isCopying])
  return [page, setPage]
}

export const Summary = memo(function Summary({ status }: { readonly status: ClusterStatus }) {
  const { sentence } = useSpeech()
  const { health, why, next } = status.summary
  return (
    <section className={`summary ${health}`}>
      <Mark health={health} />
      <p>{sentence(why)}</p>
      {next !== null && <p>{sentence(next)}</p>}
    </section>
  )
})

interface PagesProps {
  readonly live: Live
  readonly status: ClusterStatus
  readonly alerts: Picture['alerts']
  /** The node that was chosen in the tree. */
  readonly selected: string
  readonly page: PageName
  open(page: PageName): void
  give(order: Order, node: Node): void
}

/** Another row of the tree is no reason to draw it again. */
export const Pages = memo(function Pages(props: PagesProps) {
  const { live, status, alerts, selected, page, open, give } = props
  const { words } = useSpeech()
  const root = treeOf(status, words)
  const selectedNode = findNode(root, selected) ?? root
  const mayOrder = live.session().role === 'operator'
  useEffect(() => live.wantLog(), [live])
  return (
    <Tabs
      className="pages"
      selectedKey={page}
      onSelectionChange={(key) => open(key as PageName)}
    >
      <TabList aria-label={words.title}>
        {pageNames.map((name) => (
          <Tab key={name} id={name}>
            {words.pages[name]}
          </Tab>
        ))}
      </TabList>
      {pageNames.map((name) => (
        <TabPanel key={name} id={name}>
          {name === page && (
            <Page
              // Of another cluster, nothing is kept.
              key={live.session().home}
              {...{ name, live, status, alerts, root, mayOrder, give }} node={selectedNode} />
          )}
        </TabPanel>
      ))}
    </Tabs>
  )
})

interface PageProps extends Pick<PagesProps, 'live' | 'status' | 'alerts' | 'give'> {
  readonly name: PageName
  readonly root: Node
  readonly node: Node
  readonly mayOrder: boolean
}

function Page({ name, live, status, alerts, root, node, mayOrder, give }: PageProps) {
  const { words } = useSpeech()
  switch (name) {
    case 'overview':
      return <Overview live={live} status={status} alerts={alerts} />
    case 'details':
      return <Details status={status} node={node} />
    case 'mirror':
      return <Mirrors status={status} root={root} mayOrder={mayOrder} give={give} />
    case 'what-if':
      return <WhatIf live={live} status={status} />
    case 'alerts':
      return <Alerts alerts={alerts} />
    case 'charts':
      return (
        <Suspense fallback={<p className="quiet">{words.charts.none}</p>}>
          <Charts live={live} />
        </Suspense>
      )
    case 'operations':
      return <Operations live={live} />
  }
}

/** Live, or how old; and through whom. */
export function Freshness({ picture }: { readonly picture: Picture }) {
  const { words } = useSpeech()
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const { status, isLive, heardAt, isElsewhere } = picture
  if (status === null) return <span role="status">{words.trying}</span>
  if (isLive) {
    const text = isElsewhere ? words.through(status.reportedBy) : words.live
    return (
      <span role="status">
        {text} {words.seenBy(status.reportedBy)}
      </span>
    )
  }
  const seconds = Math.max(0, Math.round((now - heardAt) / 1000))
  return (
    <span role="status" className="stale">
      {words.stale(seconds)} {words.trying}
    </span>
  )
}
