/** The Manager, once somebody has logged in: what is the matter, the tree, and its pages. */
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { Button, Dialog, Heading, Modal, Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { ActionResult, Alert, ClusterStatus } from '../api.ts'
import { Alerts } from './alerts.tsx'
import { Details } from './details.tsx'
import { useSpeech } from './language.tsx'
import { openLive, type Live, type Picture } from './live.ts'
import { Mark } from './mark.tsx'
import { Mirrors } from './mirror.tsx'
import { findNode, treeOf, type Node, type Order } from './nodes.ts'
import { Operations } from './operations.tsx'
import { Overview } from './overview.tsx'
import { ask, logout, type Session } from './session.ts'
import { ClusterTree } from './tree.tsx'
import { WhatIf } from './what-if.tsx'

/** Not before it is looked at: it brings a library of its own. */
const Charts = lazy(async () => ({ default: (await import('./charts.tsx')).Charts }))

interface Props {
  readonly session: Session
  readonly left: () => void
}

export function App({ session, left }: Props) {
  const live = useLive(session, left)
  return live === null ? null : <Manager live={live} session={session} left={left} />
}

function useLive(session: Session, left: () => void): Live | null {
  const [live, setLive] = useState<Live | null>(null)
  useEffect(() => {
    const opened = openLive(session, left)
    setLive(opened)
    return () => opened.stop()
  }, [session, left])
  return live
}

function Manager({ live, session, left }: Props & { readonly live: Live }) {
  const { words, sentence } = useSpeech()
  const picture = useSyncExternalStore(live.subscribe, live.picture)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [outcome, setOutcome] = useState('')
  const { status } = picture
  const post = async ({ order, node }: Asked, seen: string | null): Promise<void> => {
    setAsked(null)
    const body = seen === null ? order.body : { ...order.body, seen }
    const { pass } = live.session()
    const reply = await ask(live.origin(), 'POST', order.path, { pass, body })
    if (reply === null) return setOutcome(words.noAnswer)
    const { accepted, message, confirm } = reply.body as ActionResult
    // Accepted only for what was shown; and shown anew when something has changed meanwhile.
    if (!accepted && confirm !== undefined) setAsked({ order, node, confirm })
    setOutcome(confirm === undefined || seen !== null ? sentence(message) : '')
  }
  const begin = (order: Order, node: Node): void => {
    const wanted = { order, node, confirm: null }
    if (order.isGrave) void post(wanted, null)
    else setAsked(wanted)
  }
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <Freshness picture={picture} />
        <span className="user">{session.user}</span>
        <Button
          onPress={() => {
            void logout(live.session())
            left()
          }}
        >
          {words.logout}
        </Button>
      </header>
      {session.role === 'viewer' && <p className="note">{words.readOnly}</p>}
      {status !== null && (
        <Whole
          live={live}
          status={status}
          alerts={picture.alerts}
          mayOrder={session.role === 'operator'}
          give={begin}
        />
      )}
      <p role="status" className="outcome">
        {outcome}
      </p>
      {asked !== null && (
        <Really
          title={words.really(words.actions[asked.order.action], asked.node.name)}
          text={asked.confirm === null ? null : sentence(asked.confirm.message)}
          yes={() => void post(asked, asked.confirm?.seen ?? null)}
          no={() => setAsked(null)}
        />
      )}
    </>
  )
}

interface Asked {
  readonly order: Order
  readonly node: Node
  readonly confirm: NonNullable<ActionResult['confirm']> | null
}

interface WholeProps {
  readonly live: Live
  readonly status: ClusterStatus
  readonly alerts: readonly Alert[]
  readonly mayOrder: boolean
  give(order: Order, node: Node): void
}

/** What is the matter, on top; the tree; beside it the page that was chosen. */
function Whole({ live, status, alerts, mayOrder, give }: WholeProps) {
  const { words, sentence } = useSpeech()
  const [selected, setSelected] = useState('cluster')
  const [page, setPage] = useState<PageName>('overview')
  const root = useMemo(() => treeOf(status, words), [status, words])
  const node = findNode(root, selected) ?? root
  const isCopying = status.mirrors.some(({ state }) => state === 'copying')
  useEffect(() => {
    // As in the HOWTO: the window of the recovery opens by itself.
    if (isCopying) setPage('mirror')
  }, [isCopying])
  const { health, why, next } = status.summary
  return (
    <main>
      <section className={`summary ${health}`}>
        <Mark health={health} />
        <p>{sentence(why)}</p>
        {next !== null && <p>{sentence(next)}</p>}
      </section>
      <nav aria-label={words.tree}>
        <ClusterTree
          root={root}
          selected={selected}
          mayOrder={mayOrder}
          select={(id) => {
            setSelected(id)
            setPage('details')
          }}
          give={give}
        />
      </nav>
      <Tabs
        className="pages"
        selectedKey={page}
        onSelectionChange={(key) => setPage(key as PageName)}
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
            {name === 'overview' && <Overview live={live} status={status} alerts={alerts} />}
            {name === 'details' && <Details status={status} node={node} />}
            {name === 'mirror' && (
              <Mirrors status={status} root={root} mayOrder={mayOrder} give={give} />
            )}
            {name === 'what-if' && <WhatIf live={live} status={status} />}
            {name === 'alerts' && <Alerts alerts={alerts} />}
            {name === 'charts' && (
              <Suspense fallback={<p className="quiet">{words.charts.none}</p>}>
                <Charts live={live} />
              </Suspense>
            )}
            {name === 'operations' && <Operations live={live} />}
          </TabPanel>
        ))}
      </Tabs>
    </main>
  )
}

const pageNames = ['overview', 'details', 'mirror', 'what-if', 'alerts', 'charts', 'operations'] as const
type PageName = (typeof pageNames)[number]

/** Live, or how old; and through whom. */
function Freshness({ picture }: { readonly picture: Picture }) {
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

interface ReallyProps {
  readonly title: string
  /** What it would cost; null: nothing. */
  readonly text: string | null
  yes(): void
  no(): void
}

function Really({ title, text, yes, no }: ReallyProps) {
  const { words } = useSpeech()
  return (
    <Modal isOpen isDismissable onOpenChange={(isOpen) => !isOpen && no()} className="modal">
      <Dialog role="alertdialog">
        <Heading slot="title">{title}</Heading>
        {text !== null && <p>{text}</p>}
        <div className="buttons">
          <Button autoFocus onPress={no}>
            {words.no}
          </Button>
          <Button className="primary" onPress={yes}>
            {words.yes}
          </Button>
        </div>
      </Dialog>
    </Modal>
  )
}
