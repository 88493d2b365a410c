/** Who is it? The reasons of a refusal are the server's own. */
import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import { useSpeech } from './language.tsx'
import { login, type Session } from './session.ts'

interface Props {
  readonly home: string
  /** Whose login it is, where there is a choice. */
  readonly of?: string
  entered(session: Session): void
}

export function Login({ home, of, entered }: Props) {
  const { words, sentence, action } = useSpeech()
  const [error, setError] = useState<readonly string[]>([])
  const [isBusy, setBusy] = useState(false)
  const enter = async (form: FormData): Promise<void> => {
    setBusy(true)
    const textOf = (name: string): string => {
      const value = form.get(name)
      return typeof value === 'string' ? value : ''
    }
    const result = await login(home, { user: textOf('user'), password: textOf('password') })
    setBusy(false)
    if (result === null) return setError([words.noAnswer])
    if ('pass' in result) return entered(result)
    setError([sentence(result), action(result) ?? ''])
  }
  return (
    <main className="login">
      <h1>{words.title}</h1>
      {of !== undefined && <p>{of}</p>}
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
        <Button type="submit" isDisabled={isBusy} className="primary">
          {words.login}
        </Button>
      </Form>
      <div role="alert">
        {error.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </main>
  )
}
