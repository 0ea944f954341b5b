/** Starts the web app: language, client, silent sign-in, then the page. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient, isReject, type Client } from '../../sdk/index.ts'
import { PlazaProvider } from '../../sdk/react/index.ts'
import './theme/variables.css'
import './theme/base.css'
import { App } from './app.tsx'
import { SessionProvider } from './account/session.tsx'
import { startLanguage } from './i18n/index.ts'
import { ThemeProvider } from './theme/theme.tsx'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && (!isReject(error) || error.retry === 'retry'),
    },
  },
})

const [client] = await Promise.all([makeClient(), startLanguage()])

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PlazaProvider client={client}>
      <QueryClientProvider client={queries}>
        <ThemeProvider>
          <SessionProvider>
            <App />
          </SessionProvider>
        </ThemeProvider>
      </QueryClientProvider>
    </PlazaProvider>
  </StrictMode>,
)

/** The client of this origin; in development builds `?fake` gives a simulated busy platform instead. */
async function makeClient(): Promise<Client> {
  if (import.meta.env.DEV || import.meta.env.MODE === 'fake') {
    const wish = new URLSearchParams(location.search).get('fake')
    if (wish !== null) sessionStorage.setItem('plaza.fake', wish)
    const settings = sessionStorage.getItem('plaza.fake')
    if (settings !== null) return (await import('../dev/fake-client.ts')).createFakeClient(settings)
  }
  return createClient({ endpoint: location.origin, session: 'cookie' })
}
