/** The Manager, once somebody has logged in: what is the matter, the tree, the selected node, the alert log. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { Button, Dialog, Heading, Modal } from 'react-aria-components'
import type { ActionResult } from '../api.ts'
import { Alerts } from './alerts.tsx'
import { Details } from './details.tsx'
import { useSpeech } from './language.tsx'
import { openLive, type Live, type Picture } from './live.ts'
import { Mark } from './mark.tsx'
import { findNode, treeOf, type Node, type Order } from './nodes.ts'
import { ask, logout, type Session } from './session.ts'
import { ClusterTree } from './tree.tsx'

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
  const [selected, setSelected] = useState('cluster')
  const [asked, setAsked] = useState<{ readonly order: Order; readonly node: Node } | null>(null)
  const [outcome, setOutcome] = useState('')
  const { status, alerts } = picture
  const root = useMemo(() => (status === null ? null : treeOf(status, words)), [status, words])
  const give = async ({ path, body }: Order): Promise<void> => {
    setAsked(null)
    const reply = await ask(live.origin(), 'POST', path, { pass: live.session().pass, body })
    setOutcome(reply === null ? words.noAnswer : sentence((reply.body as ActionResult).message))
  }
  const node = root === null ? null : (findNode(root, selected) ?? root)
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <Freshness picture={picture} />
        <span className="user">{session.user}</span>
        <Button
          onPress={() => {
            void logout()
            left()
          }}
        >
          {words.logout}
        </Button>
      </header>
      {session.role === 'viewer' && <p className="note">{words.readOnly}</p>}
      {status !== null && root !== null && node !== null && (
        <main>
          <section className={`summary ${status.summary.health}`}>
            <Mark health={status.summary.health} />
            <p>{sentence(status.summary.why)}</p>
            {status.summary.next !== null && <p>{sentence(status.summary.next)}</p>}
          </section>
          <nav aria-label={words.tree}>
            <ClusterTree
              root={root}
              selected={selected}
              mayOrder={session.role === 'operator'}
              select={setSelected}
              give={(order, of) => setAsked({ order, node: of })}
            />
          </nav>
          <Details status={status} node={node} />
          <Alerts alerts={alerts} />
        </main>
      )}
      <p role="status" className="outcome">
        {outcome}
      </p>
      {asked !== null && (
        <Really
          text={words.really(words.actions[asked.order.action], asked.node.name)}
          yes={() => void give(asked.order)}
          no={() => setAsked(null)}
        />
      )}
    </>
  )
}

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
  readonly text: string
  yes(): void
  no(): void
}

function Really({ text, yes, no }: ReallyProps) {
  const { words } = useSpeech()
  return (
    <Modal isOpen isDismissable onOpenChange={(isOpen) => !isOpen && no()} className="modal">
      <Dialog role="alertdialog">
        <Heading slot="title">{text}</Heading>
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
