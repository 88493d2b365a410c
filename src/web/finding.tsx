/** How a cluster is found: at every address of a network, or at one that is known. */
import { useEffect, useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import { useSpeech } from './speech.ts'
import { manage, type Answer, type Found, type Search } from './manage.ts'

interface Finding {
  /** Of one cluster, an address each. */
  choose(found: readonly Found[]): void
  tell(answer: Answer | null): void
}

const pollMs = 400

/** Every address of a network, as in the HOWTO. */
export function Discovery({ choose, tell }: Finding) {
  const { words } = useSpeech()
  const [search, setSearch] = useState<Search | null>(null)
  const isRunning = search?.running === true
  useEffect(() => {
    if (!isRunning) return
    const timer = setInterval(() => {
      void manage('GET', '/search').then((answer) => setSearch(answer?.search ?? null))
    }, pollMs)
    return () => clearInterval(timer)
  }, [isRunning])
  const begin = async (form: FormData): Promise<void> => {
    const [network, mask] = [form.get('network'), form.get('mask')]
    const answer = await manage('POST', '/search', { network, mask })
    tell(answer)
    setSearch(answer?.search ?? null)
  }
  return (
    <section>
      <h2>{words.clusters.find}</h2>
      <Form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          void begin(new FormData(event.currentTarget))
        }}
      >
        <TextField name="network" defaultValue="192.168.4.0" isRequired>
          <Label>{words.clusters.network}</Label> <Input />
        </TextField>
        <TextField name="mask" defaultValue="255.255.255.0" isRequired>
          <Label>{words.clusters.mask}</Label> <Input />
        </TextField>
        <Button type="submit" isDisabled={isRunning} className="primary">
          {words.clusters.search}
        </Button>
        {isRunning && (
          <Button
            onPress={() =>
              void manage('DELETE', '/search').then((answer) => setSearch(answer?.search ?? null))
            }
          >
            {words.clusters.stop}
          </Button>
        )}
      </Form>
      {search !== null && (
        <>
          <progress max={search.total} value={search.done} aria-label={words.clusters.find}>
            {search.done}
          </progress>
          <p aria-live="polite">{words.clusters.searched(search.done, search.total)}</p>
          <FoundList found={search.found} choose={choose} />
          {!search.running && search.found.length === 0 && <p>{words.clusters.nobody}</p>}
        </>
      )}
    </section>
  )
}

interface FoundProps extends Pick<Finding, 'choose'> {
  readonly found: readonly Found[]
}

/** A cluster each: its servers, and its floating addresses, answer for one and the same. */
function FoundList({ found, choose }: FoundProps) {
  const { words } = useSpeech()
  const clusters = Map.groupBy(found, ({ fingerprint, cluster }) => `${fingerprint}/${cluster}`)
  return (
    <ul className="cards">
      {[...clusters].map(([key, all]) => {
        const [first] = all
        if (first === undefined) return null
        return (
          <li key={key}>
            <strong>{first.cluster}</strong>
            <p>
              {words.kinds.superCluster} {first.superCluster}
            </p>
            {all.map(({ server, address }) => (
              <p key={address} className="quiet">
                {server} {address}
              </p>
            ))}
            <div className="buttons">
              <Button
                aria-label={words.clusters.registerOf(first.cluster)}
                onPress={() => choose(all)}
              >
                {words.clusters.register}
              </Button>
            </div>
          </li>
        )
      })}
    </ul>
  )
}

export function ByAddress({ choose, tell }: Finding) {
  const { words } = useSpeech()
  const look = async (form: FormData): Promise<void> => {
    const answer = await manage('POST', '/clusters', { address: form.get('address') })
    tell(answer)
    if (answer?.found !== undefined) choose([answer.found])
  }
  return (
    <section>
      <h2>{words.clusters.byAddress}</h2>
      <Form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          void look(new FormData(event.currentTarget))
        }}
      >
        <TextField name="address" isRequired>
          <Label>{words.clusters.address}</Label> <Input />
        </TextField>
        <Button type="submit">{words.clusters.look}</Button>
      </Form>
    </section>
  )
}
