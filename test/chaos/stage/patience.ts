/** How long something is waited for that has to happen: it ends what hangs, and judges nobody's speed. */

export const patience = { withinMs: 150_000 } as const
