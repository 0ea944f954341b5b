/** What the discover page asks the platform for, besides the categories. */
import { useInfiniteQuery, useQueries } from '@tanstack/react-query'
import type { LiveCard } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import type { ReplayOf } from './live-card.tsx'

const REPLAYS = 8

export function useLiveList(category: string | undefined, q: string) {
  const client = useClient()
  return useInfiniteQuery({
    queryKey: ['list', category ?? '', q],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      client.live.list(
        {
          ...(category ? { category } : {}),
          ...(q ? { q } : {}),
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        { signal },
      ),
    getNextPageParam: (page) => page.next,
    refetchInterval: 30_000,
  })
}

/** The newest recordings of the rooms shown. */
export function useReplays(cards: readonly LiveCard[]): readonly ReplayOf[] {
  const client = useClient()
  return useQueries({
    queries: cards.slice(0, REPLAYS).map((card) => ({
      queryKey: ['replays', card.id],
      queryFn: () => client.live.replays(card.id),
      staleTime: 120_000,
      retry: false,
    })),
    combine: (results) =>
      results
        .flatMap(({ data }, at) => (data ?? []).map((replay) => ({ ...replay, card: cards[at]! })))
        .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
        .slice(0, REPLAYS),
  })
}
