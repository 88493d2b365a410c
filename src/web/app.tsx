/** The Manager of one cluster, once somebody has logged in. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { Button, I18nProvider } from 'react-aria-components'
import { useSpeech } from './speech.ts'
import { openLive, type Live } from './live.ts'
import { idsOf, superOf, treeOf, type Node, type Order } from './nodes.ts'
import { useOrders } from './orders.tsx'
import { Freshness, Pages, Summary, usePage } from './pages.tsx'
import { Reach } from './reach.tsx'
import { logout, type Session } from './session.ts'
import { Branch, ClusterTree } from './tree.tsx'

interface Props {
  readonly session: Session
  readonly left: () => void
}

export function App({ session, left }: Props) {
  const { locale } = useSpeech()
  const live = useLive(session, left)
  return live === null ? null : (
    <I18nProvider locale={locale}>
      <Manager live={live} session={session} left={left} />
    </I18nProvider>
  )
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
  const { words } = useSpeech()
  const picture = useSyncExternalStore(live.subscribe, live.picture)
  const [selected, setSelected] = useState('cluster')
  const { status, alerts } = picture
  const [page, setPage] = usePage(status)
  const { begin, shown } = useOrders()
  const give = useCallback(
    (order: Order, node: Node): void => begin(live, order, node),
    [begin, live],
  )
  const root = useMemo(
    () => (status === null ? null : superOf(status.superCluster, treeOf(status, words))),
    [status, words],
  )
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
      {session.role === 'viewer' && <p role="status" className="note">{words.readOnly}</p>}
      {status !== null && picture.isLive && !picture.isElsewhere && <Reach status={status} />}
      {status !== null && root !== null && (
        <main>
          <Summary status={status} />
          <nav aria-label={words.tree}>
            <ClusterTree
              selected={selected}
              open={idsOf(root)}
              select={(id) => {
                setSelected(id)
                setPage('details')
              }}
            >
              {(isOpen) => (
                <Branch
                  node={root}
                  isOpen={isOpen}
                  give={session.role === 'operator' ? give : null}
                />
              )}
            </ClusterTree>
          </nav>
          <Pages {...{ live, status, alerts, selected, page, give }} open={setPage} />
        </main>
      )}
      {shown}
    </>
  )
}
