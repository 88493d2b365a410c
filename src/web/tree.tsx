/** The tree, and the menu of each node: by the button beside it, by a right click, by the keyboard. */
import { memo, useCallback, useMemo, useRef, useState, type ReactNode } from 'react'
import {
  Button,
  Menu,
  MenuItem,
  Popover,
  Tree,
  TreeItem,
  TreeItemContent,
} from 'react-aria-components'
import { useSpeech } from './speech.ts'
import { Mark } from './mark.tsx'
import type { Node, Order } from './nodes.ts'

/** Whether what is under a node is in sight. */
export type IsOpen = (id: string) => boolean

interface Props {
  readonly selected: string
  select(id: string): void
  /** Of a long one: draws what is in sight alone. */
  readonly sparing?: ((tree: ReactNode) => ReactNode) | null
  /** The nodes that are open until somebody closes them. */
  readonly open: readonly string[]
  children(isOpen: IsOpen): ReactNode
}

export function ClusterTree({ selected, select, open, sparing = null, children }: Props) {
  const { words } = useSpeech()
  // What somebody has opened or closed.
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map())
  const expanded = useMemo(() => {
    const byHand = [...turned].filter(([, isOpen]) => isOpen).map(([id]) => id)
    return new Set([...open.filter((id) => turned.get(id) !== false), ...byHand])
  }, [open, turned])
  const isOpen = useCallback((id: string) => expanded.has(id), [expanded])
  // The same rows, as long as nothing of them has changed: another one is selected at once.
  const rows = useMemo(() => children(isOpen), [children, isOpen])
  const tree = (
    <Tree
      aria-label={words.tree}
      className={sparing === null ? 'tree' : 'tree long'}
      expandedKeys={expanded}
      onExpandedChange={(keys) => {
        const now = new Set([...keys].map(String))
        const changed = [...expanded, ...now].filter((id) => expanded.has(id) !== now.has(id))
        setTurned(
          (before) => new Map([...before, ...changed.map((id) => [id, now.has(id)] as const)]),
        )
      }}
      selectionMode="single"
      selectionBehavior="replace"
      // The press moves the focus, its end selects: neither of the two keeps anybody waiting.
      shouldSelectOnPressUp
      selectedKeys={[selected]}
      onSelectionChange={(keys) => {
        const [id] = keys === 'all' ? [] : keys
        if (id !== undefined) select(String(id))
      }}
    >
      {rows}
    </Tree>
  )
  return sparing === null ? tree : sparing(tree)
}

interface BranchProps {
  readonly node: Node
  /** Before the node's own, in the tree: which cluster it is of. */
  readonly prefix?: string
  readonly isOpen: IsOpen
  /** null: nobody may order anything. */
  readonly give: ((order: Order, node: Node) => void) | null
}

/** A node and what is under it; the same node is not drawn again. */
export const Branch = memo(function Branch({ node, prefix = '', isOpen, give }: BranchProps) {
  const [isMenuOpen, setMenuOpen] = useState(false)
  const id = `${prefix}${node.id}`
  const menu = give === null || node.orders.length === 0 ? null : give
  return (
    <Row
      {...{ id, name: node.name, health: node.health, word: node.word }}
      hasChildren={node.children.length > 0}
      asked={menu === null ? null : () => setMenuOpen(true)}
      menu={
        menu !== null && (
          <NodeMenu node={node} isOpen={isMenuOpen} setOpen={setMenuOpen} give={menu} />
        )
      }
    >
      {isOpen(id) &&
        node.children.map((child) => (
          <Branch key={child.id} {...{ node: child, prefix, isOpen, give }} />
        ))}
    </Row>
  )
})

interface RowProps extends Pick<Node, 'name' | 'health' | 'word'> {
  readonly id: string
  readonly hasChildren?: boolean
  readonly menu?: ReactNode
  /** A right click; null: there is no menu. */
  readonly asked?: (() => void) | null
  /** What is under it. */
  readonly children: ReactNode
}

export function Row({ id, children, ...content }: RowProps) {
  const { name, word, hasChildren = true } = content
  return (
    <TreeItem id={id} textValue={`${name} ${word}`} hasChildItems={hasChildren}>
      <TreeItemContent>{() => <RowContent {...content} />}</TreeItemContent>
      {children}
    </TreeItem>
  )
}

/** The same, when the focus moves: a menu is expensive. */
const RowContent = memo(function RowContent(props: Omit<RowProps, 'id' | 'children'>) {
  const { name, health, word, hasChildren = true, menu, asked = null } = props
  return (
    <div
      className="row"
      onContextMenu={(event) => {
        if (asked === null) return
        event.preventDefault()
        asked()
      }}
    >
      {hasChildren ? (
        <Button slot="chevron" className="chevron">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M5 2l7 6-7 6z" />
          </svg>
        </Button>
      ) : (
        <span className="chevron" />
      )}
      <span className="name">{name}</span>
      <Mark health={health} word={word} />
      {menu}
    </div>
  )
})

interface MenuProps {
  readonly node: Node
  readonly isOpen: boolean
  setOpen(isOpen: boolean): void
  give(order: Order, node: Node): void
}

/** The button alone, until it is pressed: each row has one, and a menu that nobody opens costs as much as the row. */
function NodeMenu({ node, isOpen, setOpen, give }: MenuProps) {
  const { words } = useSpeech()
  const button = useRef<HTMLButtonElement>(null)
  const name = words.menuOf(node.name)
  return (
    <>
      <Button
        ref={button}
        className="more"
        aria-label={name}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPress={() => setOpen(true)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 6.5h3v3H2zm4.5 0h3v3h-3zm4.5 0h3v3h-3z" />
        </svg>
      </Button>
      {isOpen && (
        <Popover
          className="menu"
          aria-label={name}
          triggerRef={button}
          isOpen
          onOpenChange={setOpen}
        >
          <Menu
            aria-label={name}
            autoFocus="first"
            onAction={(key) => {
              setOpen(false)
              const order = node.orders.find(({ action }) => action === key)
              if (order !== undefined) give(order, node)
            }}
          >
            {node.orders.map(({ action }) => (
              <MenuItem key={action} id={action}>
                {words.actions[action]}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      )}
    </>
  )
}
