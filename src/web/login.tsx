/**
 * Who is it? The reasons of a refusal are the server's own. Made of what every browser has: it is there at once,
 * and the rest of the page comes while somebody types.
 */
import { useState } from 'react'
import { useWords } from './language.tsx'
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
  const { words, language } = useWords()
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
    const { refusalIn } = await import('./speech.ts')
    setError(refusalIn(result, language))
  }
  return (
    <div className="login">
      {of === undefined ? <h1>{words.title}</h1> : <h2>{of}</h2>}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void enter(new FormData(event.currentTarget))
        }}
      >
        <label>
          {words.user}
          <input name="user" autoComplete="username" required />
        </label>
        <label>
          {words.password}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {others > 0 && (
          <label className="choice">
            <input type="checkbox" name="others" />
            {words.clusters.enterOthers(others)}
          </label>
        )}
        <button type="submit" disabled={isBusy} className="primary">
          {words.login}
        </button>
      </form>
      <div role="alert">
        {error.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </div>
  )
}
