/** The tree, and the menu of each node: by the button beside it, by a right click, by the keyboard. */
import { useState } from 'react'
import {
  Button,
  Menu,
  MenuItem,
  MenuTrigger,
  Popover,
  Tree,
  TreeItem,
  TreeItemContent,
} from 'react-aria-components'
import { useSpeech } from './language.tsx'
import { Mark } from './mark.tsx'
import { idsOf, type Node, type Order } from './nodes.ts'

interface Props {
  readonly root: Node
  readonly selected: string
  readonly mayOrder: boolean
  select(id: string): void
  give(order: Order, node: Node): void
}

export function ClusterTree({ root, selected, mayOrder, select, give }: Props) {
  const { words } = useSpeech()
  return (
    <Tree
      aria-label={words.tree}
      className="tree"
      defaultExpandedKeys={idsOf(root)}
      selectionMode="single"
      selectionBehavior="replace"
      selectedKeys={[selected]}
      onSelectionChange={(keys) => {
        const [id] = keys === 'all' ? [] : keys
        if (id !== undefined) select(String(id))
      }}
    >
      <Branch node={root} mayOrder={mayOrder} give={give} />
    </Tree>
  )
}

function Branch({ node, mayOrder, give }: Pick<Props, 'mayOrder' | 'give'> & { node: Node }) {
  const [isOpen, setOpen] = useState(false)
  const hasMenu = mayOrder && node.orders.length > 0
  return (
    <TreeItem id={node.id} textValue={`${node.name} ${node.word}`}>
      <TreeItemContent>
        {({ hasChildItems }) => (
          <div
            className="row"
            onContextMenu={(event) => {
              if (!hasMenu) return
              event.preventDefault()
              setOpen(true)
            }}
          >
            {hasChildItems ? (
              <Button slot="chevron" className="chevron">
                <svg viewBox="0 0 16 16" aria-hidden="true">
                  <path d="M5 2l7 6-7 6z" />
                </svg>
              </Button>
            ) : (
              <span className="chevron" />
            )}
            <span className="name">{node.name}</span>
            <Mark health={node.health} word={node.word} />
            {hasMenu && <NodeMenu node={node} isOpen={isOpen} setOpen={setOpen} give={give} />}
          </div>
        )}
      </TreeItemContent>
      {node.children.map((child) => (
        <Branch key={child.id} node={child} mayOrder={mayOrder} give={give} />
      ))}
    </TreeItem>
  )
}

interface MenuProps extends Pick<Props, 'give'> {
  readonly node: Node
  readonly isOpen: boolean
  setOpen(isOpen: boolean): void
}

function NodeMenu({ node, isOpen, setOpen, give }: MenuProps) {
  const { words } = useSpeech()
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="more" aria-label={words.menuOf(node.name)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 6.5h3v3H2zm4.5 0h3v3h-3zm4.5 0h3v3h-3z" />
        </svg>
      </Button>
      <Popover className="menu">
        <Menu
          onAction={(key) => {
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
    </MenuTrigger>
  )
}
