/** Whether the silent sign-in is settled, and the dialog that asks somebody to sign in. */
import {
  createContext,
  lazy,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useClient, useUser } from '../../../sdk/react/index.ts'

const SignInDialog = lazy(async () => ({
  default: (await import('./sign-in-dialog.tsx')).SignInDialog,
}))

interface Session {
  /** False until the stored session was tried. */
  readonly settled: boolean
  /** Opens the sign-in dialog; true when nobody needs to sign in. */
  require(): boolean
}

const Current = createContext<Session>({ settled: false, require: () => false })

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useClient()
  const user = useUser()
  const queries = useQueryClient()
  const [settled, setSettled] = useState(false)
  const [asking, setAsking] = useState(false)
  const userId = user?.id

  useEffect(() => {
    let gone = false
    client.auth
      .restore()
      .catch(() => undefined)
      .finally(() => !gone && setSettled(true))
    return () => {
      gone = true
    }
  }, [client])

  useEffect(() => {
    let before = client.auth.user?.id
    return client.auth.on('user', (next) => {
      if (next?.id === before) return
      before = next?.id
      // What one person saw is not for the next one. Removed before anything renders for the next one: what
      // a page asks from its own effects would be cancelled, and never asked again.
      for (const key of ['wallet', 'entries', 'mine', 'sessions'])
        queries.removeQueries({ queryKey: [key] })
    })
  }, [client, queries])

  const value = useMemo<Session>(
    () => ({
      settled,
      require() {
        if (userId) return true
        setAsking(true)
        return false
      },
    }),
    [settled, userId],
  )
  return (
    <Current value={value}>
      {children}
      {asking && (
        <Suspense fallback={null}>
          <SignInDialog onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </Current>
  )
}

export function useSession(): Session {
  return useContext(Current)
}
