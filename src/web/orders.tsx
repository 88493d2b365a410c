/** Orders as the page gives them: first what they cost, then the order, then what came of it. */
import { useCallback, useRef, useState, type ReactNode } from 'react'
import { Button, Dialog, Heading, Modal } from 'react-aria-components'
import type { ActionResult } from '../api.ts'
import { useSpeech } from './speech.ts'
import type { Live } from './live.ts'
import { Mark } from './mark.tsx'
import type { Node, Order } from './nodes.ts'
import { ask } from './session.ts'

interface Asked {
  readonly live: Live
  readonly order: Order
  readonly node: Node
  readonly confirm: NonNullable<ActionResult['confirm']> | null
}

interface Outcome {
  readonly accepted: boolean
  readonly text: string
}

/** `begin` asks before it gives the order to the cluster of `live`; `shown` belongs at the end of the page. */
export function useOrders(): {
  readonly begin: (live: Live, order: Order, node: Node) => void
  readonly shown: ReactNode
} {
  const { words, sentence } = useSpeech()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const post = async ({ live, order, node }: Asked, seen: string | null): Promise<void> => {
    setAsked(null)
    const body = seen === null ? order.body : { ...order.body, seen }
    const { pass } = live.session()
    const reply = await ask(live.origin(), 'POST', order.path, { pass, body })
    if (reply === null) return setOutcome({ accepted: false, text: words.noAnswer })
    const { accepted, message, confirm } = reply.body as ActionResult
    // Accepted only for what was shown; and shown anew when something has changed meanwhile.
    if (!accepted && confirm !== undefined) setAsked({ live, order, node, confirm })
    const isSaid = confirm === undefined || seen !== null
    setOutcome(isSaid ? { accepted, text: sentence(message) } : null)
  }
  const latest = useRef(post)
  latest.current = post
  // The same function always: a tree of many clusters is not drawn again for it.
  const begin = useCallback((live: Live, order: Order, node: Node): void => {
    const wanted = { live, order, node, confirm: null }
    if (order.isGrave) void latest.current(wanted, null)
    else setAsked(wanted)
  }, [])
  return {
    begin,
    shown: (
      <>
        <div role="status" className="outcome">
          {outcome !== null && (
            <>
              <Mark
                health={outcome.accepted ? 'green' : 'yellow'}
                word={outcome.accepted ? words.operations.done : words.operations.refused}
              />
              <p>{outcome.text}</p>
              <Button onPress={() => setOutcome(null)}>{words.close}</Button>
            </>
          )}
        </div>
        {asked !== null && (
          <Really
            title={words.really(words.actions[asked.order.action], asked.node.name)}
            text={asked.confirm === null ? null : sentence(asked.confirm.message)}
            yes={() => void post(asked, asked.confirm?.seen ?? null)}
            no={() => setAsked(null)}
          />
        )}
      </>
    ),
  }
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
