/** The frame around every page: a rail on wide screens, a tab bar on phones. */
import {
  ControlFilled,
  ControlOutlined,
  HomeFilled,
  HomeOutlined,
  SettingFilled,
  SettingOutlined,
  VideoCameraAddOutlined,
  VideoCameraFilled,
  WalletFilled,
  WalletOutlined,
} from '@ant-design/icons'
import { Suspense, type ComponentType } from 'react'
import { NavLink, Outlet, useLocation } from 'react-router'
import { useUser } from '../../../sdk/react/index.ts'
import { useSession } from '../account/session.tsx'
import { useT } from '../i18n/index.ts'
import type { Key } from '../i18n/en.ts'
import { Avatar } from './avatar.tsx'
import { Mark } from './brand.tsx'
import { PageLoading } from './page.tsx'
import styles from './shell.module.css'

interface Place {
  readonly to: string
  readonly label: Key
  readonly icon: ComponentType
  readonly active: ComponentType
}

const places: readonly Place[] = [
  { to: '/', label: 'nav.home', icon: HomeOutlined, active: HomeFilled },
  { to: '/studio', label: 'nav.studio', icon: VideoCameraAddOutlined, active: VideoCameraFilled },
  { to: '/wallet', label: 'nav.wallet', icon: WalletOutlined, active: WalletFilled },
  { to: '/settings', label: 'nav.settings', icon: SettingOutlined, active: SettingFilled },
]

const adminPlace: Place = {
  to: '/admin',
  label: 'nav.admin',
  icon: ControlOutlined,
  active: ControlFilled,
}

export function Shell() {
  const { t } = useT()
  const roles = useUser()?.roles ?? []
  const isStaff = roles.includes('admin') || roles.includes('moderator')
  const { pathname } = useLocation()
  const inRoom = /^\/(live|replay)\//.test(pathname)
  return (
    <div className={styles['shell']} data-room={inRoom || undefined}>
      <a className={styles['skip']} href="#main">
        {t('nav.skip')}
      </a>
      <nav className={styles['rail']} aria-label={t('nav.label')}>
        <NavLink to="/" className={styles['mark']!} aria-label={t('nav.home')}>
          <Mark size={36} />
        </NavLink>
        <ul>
          {(isStaff ? [...places, adminPlace] : places).map((place) => (
            <li key={place.to}>
              <Item {...place} />
            </li>
          ))}
        </ul>
        <Foot />
      </nav>
      <main id="main" className={styles['main']} tabIndex={-1}>
        <Suspense fallback={<PageLoading />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  )
}

function Item({ to, label, icon: Icon, active: Active }: Place) {
  const { t } = useT()
  return (
    <NavLink to={to} end={to === '/'} className={styles['item']!} title={t(label)}>
      {({ isActive }) => (
        <>
          <span className={styles['icon']}>{isActive ? <Active /> : <Icon />}</span>
          <span className={styles['label']}>{t(label)}</span>
        </>
      )}
    </NavLink>
  )
}

function Foot() {
  const { t } = useT()
  const user = useUser()
  const session = useSession()
  if (!session.settled) return <span className={styles['foot']!} />
  return user ? (
    <NavLink to="/settings" className={styles['foot']!} aria-label={user.displayName}>
      <Avatar id={user.id} name={user.displayName} url={user.avatar} size={40} />
    </NavLink>
  ) : (
    <button type="button" className={styles['enter']} onClick={() => session.require()}>
      {t('auth.signIn')}
    </button>
  )
}
