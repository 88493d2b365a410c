/** Choose what fails, and read what both servers would do: the shipped core, on the state of this moment. */
import { useState } from 'react'
import { Button, Checkbox, CheckboxGroup, Label } from 'react-aria-components'
import type { ClusterStatus } from '../api.ts'
import type { WhatIf as Plan } from '../verdict.ts'
import { say } from '../messages/catalogue.ts'
import { useSpeech } from './speech.ts'
import type { Live } from './live.ts'
import { endOf, plansFor } from './plan.ts'

interface Props {
  readonly live: Live
  readonly status: ClusterStatus
}

interface Made {
  readonly lost: readonly string[]
  readonly plan: Plan
}

export function WhatIf({ live, status }: Props) {
  const { words } = useSpeech()
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [made, setMade] = useState<Made | 'computing' | 'failed' | null>(null)
  const compute = async (): Promise<void> => {
    setMade('computing')
    const plans = await plansFor(live, [chosen])
    const plan = plans?.[0] ?? null
    setMade(plan === null ? 'failed' : { lost: chosen, plan })
  }
  return (
    <>
      <p>{words.whatIf.about}</p>
      <CheckboxGroup
        value={[...chosen]}
        onChange={(value) => {
          setChosen(value)
          setMade(null)
        }}
        className="choices"
      >
        <Label>{words.whatIf.fails}</Label>
        {lossesOf(status).map(({ id, text }) => (
          <Checkbox key={id} value={id} className="choice">
            <span className="box" aria-hidden="true" />
            {text(words.whatIf)}
          </Checkbox>
        ))}
      </CheckboxGroup>
      <Button
        className="primary"
        isDisabled={chosen.length === 0 || made === 'computing'}
        onPress={() => void compute()}
      >
        {words.whatIf.compute}
      </Button>
      <div aria-live="polite">
        {made === 'failed' && <p>{words.noAnswer}</p>}
        {made !== null && typeof made === 'object' && <Outcome made={made} status={status} />}
      </div>
    </>
  )
}

type Words = ReturnType<typeof useSpeech>['words']['whatIf']

function lossesOf({ servers, links, arbiter }: ClusterStatus) {
  return [
    ...servers.map(({ name }) => ({ id: name, text: (words: Words) => words.server(name) })),
    ...links.map(({ name }) => ({ id: name, text: (words: Words) => words.link(name) })),
    { id: 'links', text: (words: Words) => words.links },
    ...(arbiter.method === 'none'
      ? []
      : [{ id: 'arbiter', text: (words: Words) => words.arbiter(arbiter.method) }]),
    { id: 'disk', text: (words: Words) => words.disk },
  ]
}

function Outcome({ made, status }: { readonly made: Made; readonly status: ClusterStatus }) {
  const { words, sentence } = useSpeech()
  const { lost, plan } = made
  const names = status.servers.map(({ name }) => name)
  return (
    <>
      <h2>{sentence(say('what-if-head', { names: lost.join(', ') }))}</h2>
      {plan.groups.map((outcome) => (
        <p key={outcome.group} className={outcome.owner === null ? 'verdict bad' : 'verdict'}>
          {sentence(endOf(outcome))}
        </p>
      ))}
      {plan.twoActive && <p className="verdict bad">{sentence(say('what-if-two-active'))}</p>}
      {plan.steps.length === 0 ? (
        <p>{sentence(say('what-if-nothing'))}</p>
      ) : (
        <table className="lanes">
          <thead>
            <tr>
              <th scope="col">{words.whatIf.after}</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {plan.steps.map(({ afterMs, server, message }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the plan never changes its order.
              <tr key={index}>
                <th scope="row">{words.seconds((afterMs / 1000).toFixed(1))}</th>
                {names.map((name) => (
                  <td key={name} className={name === server ? 'said' : ''}>
                    {name === server ? sentence(message) : ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
