/** The mirror disks: both replicas side by side, and the recovery as it goes. */
import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import type { ClusterStatus, MirrorStatus } from '../api.ts'
import { useSpeech } from './speech.ts'
import { Mark } from './mark.tsx'
import { findNode, type Node, type Order } from './nodes.ts'
import { Sized } from './sized.tsx'

interface Props {
  readonly status: ClusterStatus
  readonly root: Node
  readonly mayOrder: boolean
  give(order: Order, node: Node): void
}

export function Mirrors({ status, root, mayOrder, give }: Props) {
  const { words } = useSpeech()
  if (status.mirrors.length === 0) return <p>{words.mirrorPage.none}</p>
  return status.mirrors.map((mirror) => {
    const node = findNode(root, `mirror/${mirror.name}`)
    const all = node === null ? [] : [node, ...node.children]
    const orders = all.flatMap((of) => of.orders.map((order) => ({ of, order })))
    return (
      <div key={mirror.name}>
        <Mirror mirror={mirror} />
        {mayOrder && (
          <div className="buttons">
            {orders.map(({ of, order }) => (
              <Button key={`${of.id}/${order.action}`} onPress={() => give(order, of)}>
                {words.actions[order.action]}
                {of === node ? '' : ` (${of.name})`}
              </Button>
            ))}
          </div>
        )}
      </div>
    )
  })
}

export function Mirror({ mirror }: { readonly mirror: MirrorStatus }) {
  const { words, sentence, action, locale } = useSpeech()
  const { name, device, sizeBytes, health, state, why, replicas, path, hold, verify } = mirror
  const { backlogBytes } = mirror
  const next = action(why)
  const isSame = new Set(replicas.map(({ generation }) => generation)).size === 1
  return (
    <section className="mirror" aria-label={name}>
      <h2>
        {name} <Mark health={health} word={words.mirror[state]} />
      </h2>
      <p>{sentence(why)}</p>
      {next !== null && <p>{next}</p>}
      <div className="replicas">
        {replicas.map((replica) => (
          <div key={replica.server} className={`replica ${replica.health}`}>
            <strong>{replica.server}</strong>
            <Mark health={replica.health} word={words.replica[replica.health]} />
            <span>{words.role[replica.role]}</span>
            {replica.generation !== null && (
              <span className="quiet">
                {isSame ? words.mirrorPage.sameVersion : words.mirrorPage.ownVersion}{' '}
                <code>{replica.generation.slice(0, 8)}</code>
              </span>
            )}
            {replica.map !== null && <DifferenceMap map={replica.map} />}
          </div>
        ))}
      </div>
      <Copy mirror={mirror} />
      <dl className="facts">
        <dt>{words.mirrorPage.device}</dt>
        <dd>
          {device}
          {sizeBytes !== null && (
            <>
              , <Sized bytes={sizeBytes} />
            </>
          )}
        </dd>
        <dt>{words.mirrorPage.backlog}</dt>
        <dd>
          <Sized bytes={backlogBytes} />
        </dd>
        <dt>{words.mirrorPage.path}</dt>
        <dd>{path ?? words.mirrorPage.noPath}</dd>
        {hold !== null && (
          <>
            <dt>{words.mirrorPage.held}</dt>
            <dd>{words.mirrorPage.hold[hold]}</dd>
          </>
        )}
        <dt>{words.mirrorPage.verified}</dt>
        <dd>{verifiedText(verify, words, locale)}</dd>
      </dl>
    </section>
  )
}

/** The whole disk as a row of cells: the darker, the more of it the other server does not have yet. */
function DifferenceMap({ map }: { readonly map: string }) {
  const { words } = useSpeech()
  const touched = Array.from(map).filter((digit) => digit !== '0').length
  return (
    <figure className="map">
      <figcaption className="quiet">{words.mirrorPage.map}</figcaption>
      <svg
        viewBox={`0 0 ${map.length} 6`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.mirrorPage.mapOf(touched, map.length)}
      >
        {Array.from(map).map((digit, place) =>
          digit === '0' ? null : (
            <rect
              // The same place is the same part of the disk.
              key={place}
              x={place}
              width={1}
              height={6}
              opacity={0.3 + Number(digit) * 0.0777}
            />
          ),
        )}
      </svg>
    </figure>
  )
}

type Words = ReturnType<typeof useSpeech>['words']

function verifiedText(verify: MirrorStatus['verify'], words: Words, locale: string): string {
  if (verify === null) return words.mirrorPage.notVerified
  const { running, doneBytes, totalBytes, differingBytes, identicalAsOf } = verify
  if (running) {
    return words.mirrorPage.verifying(Math.floor((100 * doneBytes) / Math.max(1, totalBytes)))
  }
  if (differingBytes > 0) return words.mirrorPage.differs
  if (identicalAsOf === null) return words.mirrorPage.notFinished
  return words.mirrorPage.identical(new Date(identicalAsOf).toLocaleString(locale))
}

/** The recovery under way: how much, how fast, how long still. */
function Copy({ mirror }: { readonly mirror: MirrorStatus }) {
  const { words } = useSpeech()
  const { copy, percent } = mirror
  const rate = useRate(copy?.bytesDone ?? null)
  if (copy === null || percent === null) return null
  const { from, to, bytesDone, bytesTotal } = copy
  const bytesPerSecond = copy.bytesPerSecond ?? rate
  const left = Math.max(0, bytesTotal - bytesDone)
  const seconds = copy.secondsLeft ?? (bytesPerSecond ? Math.ceil(left / bytesPerSecond) : null)
  return (
    <div className="copy">
      <p>
        {words.mirrorPage.copying(from, to)} <strong>{percent} %</strong>
      </p>
      <progress max={100} value={percent} aria-label={words.mirror.copying}>
        {percent} %
      </progress>
      <p className="quiet">
        <Sized bytes={bytesDone} /> / <Sized bytes={bytesTotal} />
        {bytesPerSecond !== null && (
          <>
            {', '}
            <Sized bytes={bytesPerSecond} />
            /s
          </>
        )}
        {seconds !== null && `, ${words.mirrorPage.left(seconds)}`}
      </p>
    </div>
  )
}

const overMs = 2000

/** Bytes a second as seen here, for a server that does not know it. */
function useRate(done: number | null): number | null {
  const seen = useRef<{ readonly at: number; readonly done: number } | null>(null)
  const [rate, setRate] = useState<number | null>(null)
  useEffect(() => {
    const now = performance.now()
    const before = seen.current
    if (done === null || before === null || done < before.done) {
      seen.current = done === null ? null : { at: now, done }
      setRate(null)
    } else if (now - before.at >= overMs) {
      setRate((1000 * (done - before.done)) / (now - before.at))
      seen.current = { at: now, done }
    }
  }, [done])
  return rate
}
