/** What a feature gives to clients: its commands, typed, and how its view follows the events. */

export type { WireEvent } from '../../engine/wire/messages.ts'

/** Sends one command and gives its answer. `id` is the command id to send again with; absent: a new one. */
export type Ask = (command: string, input: unknown, id?: string) => Promise<any>

/**
 * `fold` gives the view after an event, by event type (of any feature): pure, and the same object where
 * nothing changed. `initial` stands in for a feature that the server does not have.
 */
export interface ClientFeature<View, Commands> {
  readonly initial: View
  readonly fold: Readonly<Record<string, (view: View, data: any, at: number) => View>>
  readonly commands: (ask: Ask) => Commands
}

/** Names a client feature so that its view types its folds. */
export function defineClient<View, Commands>(
  client: ClientFeature<View, Commands>,
): ClientFeature<View, Commands> {
  return client
}
