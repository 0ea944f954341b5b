/** The categories of live rooms. Apart from the other queries: a room needs it at once, and nothing else of them. */
import { useQuery } from '@tanstack/react-query'
import type { Category } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'

const NONE: readonly Category[] = []

export function useCategories(): readonly Category[] {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['categories'],
    queryFn: ({ signal }) => client.live.categories({ signal }),
    staleTime: 3_600_000,
  })
  return data ?? NONE
}
