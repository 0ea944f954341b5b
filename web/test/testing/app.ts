/** The built app with its simulated platform, in one headless Chromium. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { build, preview, type PreviewServer } from 'vite'

const web = join(import.meta.dirname, '../..')
const chromiumPath = process.env['PLAZA_CHROMIUM'] ?? '/usr/bin/chromium'
const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required'

export interface OpenOptions {
  size?: 'desktop' | 'tablet' | 'phone'
  theme?: 'dark' | 'light'
  language?: 'zh' | 'en'
  reducedMotion?: boolean
}

export interface Violation {
  readonly id: string
  readonly where: readonly string[]
}

const sizes = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
}

export class App {
  readonly #browser: Browser
  readonly #server: PreviewServer
  readonly #folder: string
  readonly #axe: string
  /** What pages reported as errors; tests expect none. */
  readonly errors: string[] = []

  private constructor(browser: Browser, server: PreviewServer, folder: string, axe: string) {
    this.#browser = browser
    this.#server = server
    this.#folder = folder
    this.#axe = axe
  }

  static async start(): Promise<App> {
    const folder = await mkdtemp(join(tmpdir(), 'plaza-web-'))
    const configFile = join(web, 'vite.config.ts')
    const common = { root: web, configFile, logLevel: 'error' } as const
    await build({ ...common, mode: 'fake', build: { outDir: folder, emptyOutDir: true } })
    const server = await preview({
      ...common,
      build: { outDir: folder },
      preview: { port: 0, host: '127.0.0.1' },
    })
    const browser = await chromium.launch({ executablePath: chromiumPath, args: flags.split(' ') })
    const axe = await readFile(
      createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      'utf8',
    )
    return new App(browser, server, folder, axe)
  }

  /** Opens a page of the app with the wishes of dev/fake-client.ts. Close its context after use. */
  async open(path: string, wishes = '', options: OpenOptions = {}): Promise<Page> {
    const { size = 'desktop', theme = 'dark', language = 'zh', reducedMotion = false } = options
    const phone = size === 'phone'
    const context = await this.#browser.newContext({
      viewport: sizes[size],
      colorScheme: theme,
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
      hasTouch: phone,
      isMobile: phone,
    })
    await context.addInitScript(
      ([theme, language]) => {
        if (sessionStorage.getItem('set')) return
        sessionStorage.setItem('set', '1')
        localStorage.setItem('plaza.theme', JSON.stringify(theme))
        localStorage.setItem('plaza.language', JSON.stringify(language))
      },
      [theme, language],
    )
    const page = await context.newPage()
    page.on('pageerror', ({ message }) => this.errors.push(`${path}: ${message}`))
    page.on('dialog', (dialog) => {
      this.errors.push(`${path}: dialog ${dialog.message()}`)
      void dialog.dismiss()
    })
    const { port } = this.#server.httpServer.address() as AddressInfo
    const url = new URL(path, `http://127.0.0.1:${port}`)
    url.searchParams.set('fake', wishes)
    await page.goto(url.href)
    await page
      .locator('main h1, main [role="alert"], main [role="status"]')
      .first()
      .waitFor({ state: 'attached' })
    return page
  }

  /**
   * Pixels by which the page is wider than the screen, given five seconds to fit: a popup is
   * measured far outside before it is put into its place.
   */
  async tooWide(page: Page): Promise<number> {
    const fits = () => document.documentElement.scrollWidth === innerWidth
    await page.waitForFunction(fits, undefined, { timeout: 5_000 }).catch(() => undefined)
    return page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  }

  /** WCAG 2.2 A and AA violations of the page once it stands still: half-way a colour is neither. */
  async violations(page: Page): Promise<Violation[]> {
    await page.waitForFunction(() =>
      document
        .getAnimations()
        .every(
          ({ playState, effect }) =>
            playState !== 'running' || effect?.getComputedTiming().endTime === Infinity,
        ),
    )
    await page.evaluate(this.#axe)
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(where: unknown, options: unknown): Promise<any> }
      }
      const { violations } = await axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      })
      return violations.map((one: any) => ({
        id: one.id,
        where: one.nodes.map(
          (node: any) => `${node.target.join(' ')} ${node.any?.[0]?.message ?? ''}`,
        ),
      }))
    })
  }

  async stop(): Promise<void> {
    await this.#browser.close()
    await this.#server.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
