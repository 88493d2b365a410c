/** Who is it? The reasons of a refusal are the server's own. */
import { useState } from 'react'
import { Button, Checkbox, Form, Input, Label, TextField } from 'react-aria-components'
import { useSpeech } from './language.tsx'
import { login, type Credentials, type Session } from './session.ts'

interface Props {
  readonly home: string
  /** Whose login it is, where there is a choice. */
  readonly of?: string
  /** So many other clusters could be entered with the same name and password. */
  readonly others?: number
  entered(session: Session, credentials: Credentials, alsoOthers: boolean): void
}

export function Login({ home, of, others = 0, entered }: Props) {
  const { words, sentence, action } = useSpeech()
  const [error, setError] = useState<readonly string[]>([])
  const [isBusy, setBusy] = useState(false)
  const enter = async (form: FormData): Promise<void> => {
    setBusy(true)
    const textOf = (name: string): string => {
      const value = form.get(name)
      return typeof value === 'string' ? value : ''
    }
    const credentials = { user: textOf('user'), password: textOf('password') }
    const result = await login(home, credentials)
    setBusy(false)
    if (result === null) return setError([words.noAnswer])
    if ('pass' in result) return entered(result, credentials, form.get('others') !== null)
    setError([sentence(result), action(result) ?? ''])
  }
  return (
    <div className="login">
      {of === undefined ? <h1>{words.title}</h1> : <h2>{of}</h2>}
      <Form
        onSubmit={(event) => {
          event.preventDefault()
          void enter(new FormData(event.currentTarget))
        }}
      >
        <TextField name="user" autoComplete="username" isRequired>
          <Label>{words.user}</Label>
          <Input />
        </TextField>
        <TextField name="password" type="password" autoComplete="current-password" isRequired>
          <Label>{words.password}</Label>
          <Input />
        </TextField>
        {others > 0 && (
          <Checkbox name="others" className="choice">
            <span className="box" aria-hidden="true" />
            {words.clusters.enterOthers(others)}
          </Checkbox>
        )}
        <Button type="submit" isDisabled={isBusy} className="primary">
          {words.login}
        </Button>
      </Form>
      <div role="alert">
        {error.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </div>
  )
}
