/** Who the host is: what the profile says, under the room. */
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../../sdk/react/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import styles from './about-host.module.css'

export function AboutHost({ id }: { id: string }) {
  const { t } = useT()
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['profile', id],
    queryFn: ({ signal }) => client.profile.get(id, { signal }),
    staleTime: 300_000,
    retry: false,
  })
  if (!data) return null
  return (
    <section className={styles['about']} aria-label={t('room.about')}>
      <Avatar id={data.id} name={data.displayName} url={data.avatar} size={56} />
      <div>
        <h2 className="foreign">{calmText(data.displayName, 40)}</h2>
        <p className="foreign">{data.bio ? calmText(data.bio, 400) : t('room.noBio')}</p>
        {data.tags.length > 0 && (
          <ul>
            {data.tags.map((tag) => (
              <li key={tag} className="foreign">
                {calmText(tag, 24)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}
