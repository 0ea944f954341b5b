/** The routes of the app; what a first-time viewer does not need is loaded when it is opened. */
import { lazy, Suspense } from 'react'
import { BrowserRouter, Navigate, Route, Routes } from 'react-router'
import { Shell } from './frame/shell.tsx'
import { PageLoading } from './frame/page.tsx'
import { Toasts } from './frame/toast.tsx'
import { NotFound } from './frame/not-found.tsx'

const HomePage = lazy(async () => ({ default: (await import('./home/home-page.tsx')).HomePage }))
const RoomPage = lazy(async () => ({ default: (await import('./room/room-page.tsx')).RoomPage }))
const ReplayPage = lazy(async () => ({
  default: (await import('./replay/replay-page.tsx')).ReplayPage,
}))
const StudioPage = lazy(async () => ({
  default: (await import('./studio/studio-page.tsx')).StudioPage,
}))
const WalletPage = lazy(async () => ({
  default: (await import('./wallet/wallet-page.tsx')).WalletPage,
}))
const SettingsPage = lazy(async () => ({
  default: (await import('./account/settings-page.tsx')).SettingsPage,
}))
const AdminPage = lazy(async () => ({
  default: (await import('./admin/admin-page.tsx')).AdminPage,
}))
const SetupPage = lazy(async () => ({
  default: (await import('./account/setup-page.tsx')).SetupPage,
}))
const SignInPage = lazy(async () => ({
  default: (await import('./account/sign-in-page.tsx')).SignInPage,
}))

export function App() {
  return (
    <BrowserRouter>
      <Toasts />
      <Suspense fallback={<PageLoading />}>
        <Routes>
          <Route element={<Shell />}>
            <Route index element={<HomePage />} />
            <Route path="live/:id" element={<RoomPage />} />
            <Route path="replay/:id" element={<ReplayPage />} />
            <Route path="studio" element={<StudioPage />} />
            <Route path="wallet" element={<WalletPage />} />
            <Route path="settings" element={<SettingsPage />} />
            <Route path="admin" element={<AdminPage />} />
            <Route path="admin/audit" element={<AdminPage />} />
            <Route path="admin/rooms/:key" element={<AdminPage />} />
            <Route path="*" element={<NotFound />} />
          </Route>
          <Route path="setup" element={<SetupPage />} />
          <Route path="sign-in" element={<SignInPage />} />
          <Route path="home" element={<Navigate to="/" replace />} />
        </Routes>
      </Suspense>
    </BrowserRouter>
  )
}
