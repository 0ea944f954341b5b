/** The client of a component tree. */

import { createContext, createElement, useContext, type ReactNode } from 'react'
import type { Client } from '../client.ts'

const ClientContext = createContext<Client | undefined>(undefined)

/** Gives the client to the components below it. */
export function PlazaProvider(props: { client: Client; children?: ReactNode }): ReactNode {
  return createElement(ClientContext.Provider, { value: props.client }, props.children)
}

/** Throws outside a PlazaProvider. */
export function useClient(): Client {
  const client = useContext(ClientContext)
  if (!client)
    throw new Error('Put <PlazaProvider client={createClient(…)}> around this component.')
  return client
}
