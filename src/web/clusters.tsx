/** The clusters of a workstation: which ones it knows, and how others are found and registered. */
import { useCallback, useState } from 'react'
import { Button } from 'react-aria-components'
import { useSpeech } from './speech.ts'
import { ByAddress, Discovery } from './finding.tsx'
import { manage, type Answer, type Found, type Known } from './manage.ts'

interface Props {
  readonly known: readonly Known[]
  open(cluster: Known): void
  /** Something was added or removed. */
  changed(): Promise<void>
}

export function Clusters({ known, open, changed }: Props) {
  const { words, sentence, action } = useSpeech()
  const [shown, setShown] = useState<readonly Found[]>([])
  const [said, setSaid] = useState<readonly string[]>([])
  const tell = useCallback(
    (answer: Answer | null): void => {
      if (answer === null) return setSaid([words.clusters.gone])
      const { message } = answer
      setSaid(message === undefined ? [] : [sentence(message), action(message) ?? ''])
    },
    [words, sentence, action],
  )
  const register = async (found: readonly Found[]): Promise<void> => {
    setShown([])
    for (const { address, fingerprint } of found) {
      // One after the other: they are added to one entry.
      tell(await manage('POST', '/clusters', { address, fingerprint }))
    }
    await changed()
  }
  return (
    <div className="clusters">
      <KnownClusters known={known} open={open} changed={() => void changed()} />
      <Discovery choose={setShown} tell={tell} />
      <ByAddress choose={setShown} tell={tell} />
      <div role="status">
        {said.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      {shown[0] !== undefined && (
        <Trust found={shown[0]} no={() => setShown([])} yes={() => void register(shown)} />
      )}
    </div>
  )
}

interface KnownProps {
  readonly known: readonly Known[]
  open(cluster: Known): void
  changed(): void
}

function KnownClusters({ known, open, changed }: KnownProps) {
  const { words } = useSpeech()
  return (
    <section>
      <h2>{words.clusters.known}</h2>
      {known.length === 0 && <p>{words.clusters.none}</p>}
      <ul className="cards">
        {known.map((cluster) => (
          <li key={cluster.id}>
            <strong>{cluster.cluster}</strong>
            <p>
              {words.kinds.superCluster} {cluster.superCluster}
            </p>
            <p className="quiet">{cluster.addresses.join(', ')}</p>
            <div className="buttons">
              <Button
                aria-label={words.clusters.removeOf(cluster.cluster)}
                onPress={() => void manage('DELETE', `/clusters/${cluster.id}`).then(changed)}
              >
                {words.clusters.remove}
              </Button>
              <Button
                className="primary"
                aria-label={words.clusters.openOf(cluster.cluster)}
                onPress={() => open(cluster)}
              >
                {words.clusters.open}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface TrustProps {
  readonly found: Found
  yes(): void
  no(): void
}

/** Whom to believe from now on: a person compares, once. */
function Trust({ found, yes, no }: TrustProps) {
  const { words } = useSpeech()
  return (
    <section className="trust" aria-label={words.clusters.trust}>
      <h2>{words.clusters.trust}</h2>
      <p>
        {found.superCluster} / {found.cluster}, {found.server} ({found.address})
      </p>
      <p>{words.clusters.compare}</p>
      <p>
        <code>{found.fingerprint}</code>
      </p>
      <p className="quiet">
        <code>{showFingerprint}</code>
      </p>
      <div className="buttons">
        <Button onPress={no}>{words.no}</Button>
        <Button className="primary" onPress={yes}>
          {words.clusters.register}
        </Button>
      </div>
    </section>
  )
}

const showFingerprint = 'openssl x509 -in /etc/kagami/keys/ca.pem -noout -fingerprint -sha256'
