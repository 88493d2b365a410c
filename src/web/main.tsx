/** The page: which language and which theme, and whether somebody is logged in. */
import { lazy, StrictMode, Suspense, useCallback, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { firstLanguage, keepLanguage, SpokenLanguage, useWords } from './language.tsx'
import { Login } from './login.tsx'
import { resume, type Session } from './session.ts'
import { wordsOf } from './words.ts'
import './style.css'

type Theme = 'light' | 'dark'

const themeKey = 'kagami-theme'

function firstTheme(): Theme {
  const kept = localStorage.getItem(themeKey)
  if (kept === 'light' || kept === 'dark') return kept
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

/** What is behind the login: it comes while somebody types. */
const loadApp = () => import('./app.tsx')
const App = lazy(async () => ({ default: (await loadApp()).App }))

/** The cluster of the server that the page came from. */
function OneCluster() {
  const { words } = useWords()
  // undefined: not known yet.
  const [session, setSession] = useState<Session | null | undefined>(undefined)
  const left = useCallback(() => setSession(null), [])
  useEffect(() => {
    void resume()
      .then(setSession)
      .then(() => setTimeout(() => void loadApp(), 200))
  }, [])
  if (session === undefined) return null
  if (session === null) {
    return (
      <main>
        <Login home="" entered={setSession} />
      </main>
    )
  }
  return (
    <Suspense fallback={<p className="note">{words.loading}</p>}>
      <App session={session} left={left} />
    </Suspense>
  )
}

/** The page came from `kagami manager`, which knows several clusters. */
const isWorkstation = document.documentElement.dataset['workstation'] === 'yes'
const Workstation = lazy(async () => ({
  default: (await import('./workstation.tsx')).Workstation,
}))

function Page() {
  const [language, setLanguage] = useState(firstLanguage)
  const [theme, setTheme] = useState(firstTheme)
  useEffect(() => {
    keepLanguage(language)
  }, [language])
  useEffect(() => {
    localStorage.setItem(themeKey, theme)
    document.documentElement.dataset['theme'] = theme
  }, [theme])
  const words = wordsOf(language)
  const otherTheme = theme === 'light' ? 'dark' : 'light'
  return (
    <SpokenLanguage value={language}>
      <>
        <div className="switches">
          <button type="button" onClick={() => setLanguage(language === 'ja' ? 'en' : 'ja')}>
            <span lang={language === 'ja' ? 'en' : 'ja'}>{words.language}</span>
          </button>
          <button type="button" onClick={() => setTheme(otherTheme)}>
            {words.theme[otherTheme]}
          </button>
        </div>
        {isWorkstation ? (
          <Suspense fallback={<p>{words.title}</p>}>
            <Workstation />
          </Suspense>
        ) : (
          <OneCluster />
        )}
      </>
    </SpokenLanguage>
  )
}

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
