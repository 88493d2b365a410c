/** The Manager of a workstation: all of its clusters in one tree, and beside it the one that was chosen. */
import {
  memo,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react'
import { Button, I18nProvider, ListLayout, Virtualizer } from 'react-aria-components'
import type { Health } from '../api.ts'
import { Clusters } from './clusters.tsx'
import { openFleet, type Entry, type Fleet } from './fleet.ts'
import { useSpeech } from './speech.ts'
import type { Live, Picture } from './live.ts'
import { Login } from './login.tsx'
import { manage, type Known } from './manage.ts'
import { idsOf, treeOf, type Node, type Order } from './nodes.ts'
import { useOrders } from './orders.tsx'
import { Freshness, Pages, Summary, usePage } from './pages.tsx'
import { login, logout, type Credentials, type Session } from './session.ts'
import { Branch, ClusterTree, Row, type IsOpen } from './tree.tsx'
import type { Words } from './words.ts'

/** As the style has it: 2.25rem. */
const rowHeight = 36

const sparing = (tree: ReactNode): ReactNode => (
  <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight }}>
    {tree}
  </Virtualizer>
)

/** So many clusters at most are open in the tree by themselves. */
const openMax = 3
/** Of more, those alone are drawn that are in sight. */
const shortMax = 20

export function Workstation() {
  const [fleet, setFleet] = useState<Fleet | null>(null)
  useEffect(() => {
    const opened = openFleet()
    setFleet(opened)
    return () => opened.stop()
  }, [])
  const { locale } = useSpeech()
  return fleet === null ? null : (
    <I18nProvider locale={locale}>
      <Whole fleet={fleet} />
    </I18nProvider>
  )
}

function Whole({ fleet }: { readonly fleet: Fleet }) {
  const { words } = useSpeech()
  const entries = useSyncExternalStore(fleet.subscribe, fleet.entries)
  // `ID:node`; empty: the list of clusters.
  const [selected, setSelected] = useState('')
  const { begin, shown } = useOrders()
  const look = useCallback(async (): Promise<void> => {
    const answer = await manage('GET', '/clusters')
    if (answer?.clusters !== undefined) fleet.setKnown(answer.clusters)
  }, [fleet])
  useEffect(() => {
    void look()
  }, [look])
  // The tree answers at once; what is beside it is drawn piece by piece.
  const drawn = useDeferredValue(selected)
  const [cluster = '', node = 'cluster'] = drawn.split(':')
  const chosen = entries.find(({ known }) => known.id === cluster) ?? null
  const select = useCallback((id: string) => setSelected(id.includes(':') ? id : ''), [])
  const list = (
    <Clusters
      known={entries.map(({ known }) => known)}
      open={({ id }) => setSelected(`${id}:cluster`)}
      changed={look}
    />
  )
  if (entries.length === 0) {
    return (
      <main>
        <h1>{words.title}</h1>
        {list}
      </main>
    )
  }
  const tree = (
    <Trees
      {...{ entries, selected, begin }}
      select={select}
    />
  )
  if (chosen?.live != null) {
    return (
      <>
        <One
          {...{ fleet, node, begin, tree, live: chosen.live, id: chosen.known.id }}
          selected={drawn}
          all={() => setSelected('')}
        />
        {shown}
      </>
    )
  }
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {chosen !== null && <Button onPress={() => setSelected('')}>{words.clusters.back}</Button>}
      </header>
      <main>
        <nav aria-label={words.tree}>{tree}</nav>
        <section>
          {chosen === null ? list : <Enter key={cluster} {...{ fleet, entries, chosen }} />}
        </section>
      </main>
      {shown}
    </>
  )
}

interface OneProps {
  readonly fleet: Fleet
  readonly id: string
  readonly live: Live
  /** As the tree has it, and as its cluster has it. */
  readonly selected: string
  readonly node: string
  readonly tree: ReactNode
  readonly begin: ReturnType<typeof useOrders>['begin']
  all(): void
}

function One({ fleet, id, live, selected, node, tree, begin, all }: OneProps) {
  const { words } = useSpeech()
  const picture = useSyncExternalStore(live.subscribe, live.picture)
  const { status, alerts } = picture
  const [page, setPage] = usePage(status)
  useEffect(() => {
    if (node !== 'cluster') setPage('details')
  }, [selected, node, setPage])
  const { user, role } = live.session()
  const give = useCallback(
    (order: Order, of: Node): void => begin(live, order, of),
    [begin, live],
  )
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <Button onPress={all}>{words.clusters.back}</Button>
        <Freshness picture={picture} />
        <span className="user">{user}</span>
        <Button
          onPress={() => {
            void logout(live.session())
            fleet.leave(id)
          }}
        >
          {words.logout}
        </Button>
      </header>
      {role === 'viewer' && <p role="status" className="note">{words.readOnly}</p>}
      <main>
        {status !== null && <Summary status={status} />}
        <nav aria-label={words.tree}>{tree}</nav>
        {status !== null && (
          <Pages
            {...{ live, status, alerts, page, selected: node }}
            open={setPage}
            give={give}
          />
        )}
      </main>
    </>
  )
}

interface TreesProps {
  readonly entries: readonly Entry[]
  readonly selected: string
  readonly begin: ReturnType<typeof useOrders>['begin']
  select(id: string): void
}

/** As in the HOWTO: super clusters, and the clusters in each. */
const Trees = memo(function Trees({ entries, selected, begin, select }: TreesProps) {
  const { words } = useSpeech()
  const open = useMemo(() => openIn(entries, words), [entries, words])
  const rows = useCallback(
    (isOpen: IsOpen) =>
      [...Map.groupBy(entries, ({ known }) => known.superCluster)].map(([name, inside]) => (
        <SuperCluster key={name} {...{ name, inside }}>
          {isOpen(superId(name)) &&
            inside.map((entry) => (
              <ClusterBranch key={entry.known.id} {...{ entry, isOpen, begin }} />
            ))}
        </SuperCluster>
      )),
    [entries, begin],
  )
  return (
    <ClusterTree
      {...{ selected, select, open }}
      sparing={entries.length > shortMax ? sparing : null}
    >
      {rows}
    </ClusterTree>
  )
})

const superId = (name: string): string => `super/${name}`

/** What is open by itself: everything that is not too much. */
function openIn(entries: readonly Entry[], words: Words): string[] {
  const entered = entries.filter(({ isKnown }) => isKnown)
  const inner = entered.flatMap(({ known, live }) => {
    const status = live?.picture().status ?? null
    const [cluster = '', ...rest] = status === null ? [] : idsOf(treeOf(status, words))
    const ids = entered.length > openMax ? rest : [cluster, ...rest]
    return ids.map((id) => `${known.id}:${id}`)
  })
  return [...new Set(entries.map(({ known }) => superId(known.superCluster))), ...inner]
}

interface SuperProps {
  readonly name: string
  readonly inside: readonly Entry[]
  readonly children: ReactNode
}

const worstFirst = ['red', 'yellow', 'gray', 'green'] as const

/** As bad as the worst of its clusters. */
function SuperCluster({ name, inside, children }: SuperProps) {
  const { words } = useSpeech()
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = inside.map(({ live }) => live?.subscribe(listener))
      return () => {
        for (const stop of stops) stop?.()
      }
    },
    [inside],
  )
  const health = useSyncExternalStore(subscribe, () => {
    const all = inside.map(({ live }) => healthOf(live))
    return worstFirst.find((each) => all.includes(each)) ?? 'gray'
  })
  return (
    <Row id={superId(name)} name={name} health={health} word={words.health[health]}>
      {children}
    </Row>
  )
}

function healthOf(live: Live | null): Health {
  const picture = live?.picture()
  return picture?.isLive === true ? (picture.status?.summary.health ?? 'gray') : 'gray'
}

interface ClusterProps {
  readonly entry: Entry
  readonly isOpen: IsOpen
  readonly begin: TreesProps['begin']
}

const nothing = { subscribe: () => () => undefined, picture: () => null }

const ClusterBranch = memo(function ClusterBranch({ entry, isOpen, begin }: ClusterProps) {
  const { words } = useSpeech()
  const { known, live } = entry
  const { subscribe, picture: read } = live ?? nothing
  const picture = useSyncExternalStore<Picture | null>(subscribe, read)
  const prefix = `${known.id}:`
  const node = useSame(nodeOf(known, picture, words), isOpen(`${prefix}cluster`))
  const give = useMemo(
    () =>
      live?.session().role === 'operator'
        ? (order: Order, of: Node) => begin(live, order, of)
        : null,
    [live, begin],
  )
  return <Branch {...{ node, prefix, isOpen, give }} />
})

function nodeOf({ cluster: name }: Known, picture: Picture | null, words: Words): Node {
  const unknown = { id: 'cluster', name, health: 'gray', orders: [], children: [] } as const
  if (picture === null) return { ...unknown, word: words.clusters.notEntered }
  const { status, isLive } = picture
  if (status === null) return { ...unknown, word: words.clusters.silent }
  const node = treeOf(status, words)
  return isLive ? node : { ...node, health: 'gray', word: words.clusters.silent }
}

/** The same object, as long as nothing that is in sight has changed: then nothing is drawn. */
function useSame(node: Node, isOpen: boolean): Node {
  const kept = useRef<{ readonly key: string; readonly node: Node } | null>(null)
  const key = JSON.stringify(isOpen ? node : { ...node, children: node.children.length })
  if (kept.current?.key !== key) kept.current = { key, node }
  return kept.current.node
}

interface EnterProps {
  readonly fleet: Fleet
  readonly entries: readonly Entry[]
  readonly chosen: Entry
}

const loginsAtOnce = 4

/** A login to one cluster and, where somebody wants that, to all the others with the same name. */
function Enter({ fleet, entries, chosen: { known } }: EnterProps) {
  const homeOf = (id: string): string => `/c/${id}`
  const others = entries.filter(({ known: { id }, live }) => id !== known.id && live === null)
  const enterOthers = async (credentials: Credentials): Promise<void> => {
    const left = others.map(({ known: { id } }) => id)
    const next = async (): Promise<void> => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        const result = await login(homeOf(id), credentials)
        if (result !== null && 'pass' in result) fleet.enter(id, result)
      }
    }
    await Promise.all(Array.from({ length: loginsAtOnce }, next))
  }
  return (
    <Login
      home={homeOf(known.id)}
      of={`${known.superCluster} / ${known.cluster}`}
      others={others.length}
      entered={(session: Session, credentials, alsoOthers) => {
        fleet.enter(known.id, session)
        if (alsoOthers) void enterOthers(credentials)
      }}
    />
  )
}
