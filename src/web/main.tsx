/** The page: which language and which theme, and whether somebody is logged in. */
import { lazy, StrictMode, Suspense, useCallback, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Button, I18nProvider } from 'react-aria-components'
import { App } from './app.tsx'
import { firstLanguage, keepLanguage, localeOf, SpokenLanguage } from './language.tsx'
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

/** The cluster of the server that the page came from. */
function OneCluster() {
  // undefined: not known yet.
  const [session, setSession] = useState<Session | null | undefined>(undefined)
  const left = useCallback(() => setSession(null), [])
  useEffect(() => {
    void resume().then(setSession)
  }, [])
  if (session === undefined) return null
  if (session === null) {
    return (
      <main>
        <Login home="" entered={setSession} />
      </main>
    )
  }
  return <App session={session} left={left} />
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
      <I18nProvider locale={localeOf(language)}>
        <div className="switches">
          <Button onPress={() => setLanguage(language === 'ja' ? 'en' : 'ja')}>
            <span lang={language === 'ja' ? 'en' : 'ja'}>{words.language}</span>
          </Button>
          <Button onPress={() => setTheme(otherTheme)}>{words.theme[otherTheme]}</Button>
        </div>
        {isWorkstation ? (
          <Suspense fallback={<p>{words.title}</p>}>
            <Workstation />
          </Suspense>
        ) : (
          <OneCluster />
        )}
      </I18nProvider>
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
