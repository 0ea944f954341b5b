/** The HTML of the sandbox checkout: one screen, no scripts. */

import type { TopUpState } from './payments.protocol.ts'
import type { Order } from './provider.ts'

export type SandboxLanguage = 'zh' | 'en'

export interface SandboxPage {
  readonly order: Order & { readonly state: TopUpState }
  readonly lang: SandboxLanguage
  readonly signature: string
  readonly siteName: string
  readonly now: number
}

/** Nothing runs; the form may only come back here. */
export const sandboxPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

const texts = {
  zh: {
    title: '沙盒收银台',
    note: '这是演示支付，不会产生真实扣款。',
    coins: '金币充值',
    order: '订单号',
    minutes: (n: number) => `请在 ${n} 分钟内完成支付`,
    pay: '支付',
    cancel: '取消',
    credited: '支付成功',
    creditedText: (n: string) => `${n} 金币已到账。`,
    failed: '支付已取消',
    failedText: '没有扣款，你可以重新发起充值。',
    expired: '订单已过期',
    expiredText: '请返回钱包重新发起充值。',
    back: '返回钱包',
    other: 'English',
  },
  en: {
    title: 'Sandbox checkout',
    note: 'Demo payment: no real money moves.',
    coins: 'coins',
    order: 'Order',
    minutes: (n: number) => `Pay within ${n} ${n === 1 ? 'minute' : 'minutes'}`,
    pay: 'Pay',
    cancel: 'Cancel',
    credited: 'Payment complete',
    creditedText: (n: string) => `${n} coins are in your wallet.`,
    failed: 'Payment cancelled',
    failedText: 'Nothing was charged. You can start again from your wallet.',
    expired: 'This order has expired',
    expiredText: 'Start the top-up again from your wallet.',
    back: 'Back to wallet',
    other: '中文',
  },
} as const

export function sandboxPage(page: SandboxPage): string {
  const { order, lang, signature, siteName } = page
  const t = texts[lang]
  const other = lang === 'zh' ? 'en' : 'zh'
  const link = `/sandbox/checkout/${order.id}?s=${encodeURIComponent(signature)}&amp;lang=${other}`
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${t.title} · ${escape(siteName)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header><span class="mark" aria-hidden="true"><i></i><i></i><i></i></span><b>${escape(siteName)}</b>
<a href="${link}" lang="${other}" hreflang="${other}">${t.other}</a></header>
${order.state === 'pending' ? checkout(page) : result(page)}
<footer>${t.note}</footer>
</main>
</body>
</html>
`
}

function checkout({ order, lang, signature, now }: SandboxPage): string {
  const t = texts[lang]
  const minutes = Math.max(1, Math.ceil((order.expiresAt - now) / 60_000))
  const coins = number(order.coins, lang)
  return `<h1>${t.title}</h1>
<p class="amount"><small>¥</small>${money(order.cents)}</p>
<p class="what"><span class="coin" aria-hidden="true"></span>${
    lang === 'zh' ? `${t.coins} × ${coins}` : `${coins} ${t.coins}`
  }</p>
<dl><dt>${t.order}</dt><dd>${order.id}</dd></dl>
<form method="post" action="/sandbox/checkout/${order.id}">
<input type="hidden" name="s" value="${escape(signature)}">
<input type="hidden" name="lang" value="${lang}">
<button class="pay" name="action" value="pay">${t.pay} ¥${money(order.cents)}</button>
<button class="cancel" name="action" value="cancel">${t.cancel}</button>
</form>
<p class="hint">${t.minutes(minutes)}</p>`
}

function result({ order, lang }: SandboxPage): string {
  const t = texts[lang]
  const state = order.state === 'pending' ? 'expired' : order.state
  const text = state === 'credited' ? t.creditedText(number(order.coins, lang)) : t[`${state}Text`]
  const sign = state === 'credited' ? 'M8 16.5l5.5 5.5L24 11' : 'M11 11l10 10M21 11L11 21'
  return `<div class="result ${state}" role="status">
<svg viewBox="0 0 32 32" width="64" height="64" aria-hidden="true"><circle cx="16" cy="16" r="16"/><path d="${sign}"/></svg>
<h1>${t[state]}</h1>
<p>${text}</p>
<a class="pay" href="/wallet?topup=${order.id}">${t.back}</a>
</div>`
}

function money(cents: number): string {
  const whole = Math.floor(cents / 100)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
  return `${whole}.${String(cents % 100).padStart(2, '0')}`
}

function number(value: number, lang: SandboxLanguage): string {
  return new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en').format(value)
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

const style = `
:root{--bg:#FAF9F7;--panel:#fff;--text:#1D1C24;--meta:#6B6875;--line:#00000014;--accent:#D93A3A;--gold:#F5B83D}
@media (prefers-color-scheme:dark){:root{--bg:#15141A;--panel:#1D1C24;--text:#F3F1EE;--meta:#A19EAB;--line:#ffffff14;--accent:#D94848}}
*{box-sizing:border-box}
body{margin:0;min-height:100dvh;display:grid;place-items:center;background:var(--bg);color:var(--text);
font:14px/22px system-ui,-apple-system,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif}
main{width:min(100%,400px);background:var(--panel);border:1px solid var(--line);border-radius:12px;
padding:20px 24px calc(20px + env(safe-area-inset-bottom));box-shadow:0 8px 32px #00000012}
header{display:flex;align-items:center;gap:8px;margin-bottom:24px}
header a{margin-left:auto;color:var(--meta);padding:8px;margin-right:-8px;text-decoration:none;border-radius:8px}
.mark{width:28px;height:28px;border-radius:8px;background:#FF5C5C;display:flex;align-items:center;justify-content:center;gap:3px}
.mark i{width:4px;height:4px;border-radius:50%;background:#fff}
h1{font-size:14px;line-height:22px;font-weight:500;color:var(--meta);margin:0;text-align:center}
.amount{font-size:44px;line-height:56px;font-weight:700;text-align:center;margin:4px 0 0;font-variant-numeric:tabular-nums}
.amount small{font-size:24px;font-weight:600;margin-right:4px}
.what{display:flex;justify-content:center;align-items:center;gap:8px;margin:4px 0 20px}
.coin{width:16px;height:16px;border-radius:50%;background:var(--gold);box-shadow:inset 0 0 0 3px #ffffff59}
dl{display:flex;justify-content:space-between;gap:16px;margin:0 0 20px;padding:12px 0;border:solid var(--line);border-width:1px 0;font-size:12px;line-height:18px;color:var(--meta)}
dd{margin:0;overflow-wrap:anywhere;text-align:right;font-variant-numeric:tabular-nums}
dt{white-space:nowrap}
button,a.pay{display:block;width:100%;min-height:48px;border:0;border-radius:8px;font-family:inherit;font-size:16px;line-height:24px;font-weight:600;cursor:pointer;
text-align:center;text-decoration:none;padding:12px}
.pay{background:var(--accent);color:#fff}
.cancel{background:none;color:var(--meta);margin-top:8px}
button:hover,a.pay:hover{filter:brightness(1.06)}
:focus-visible{outline:3px solid #7C5CFF;outline-offset:2px}
.hint,footer{font-size:12px;line-height:18px;color:var(--meta);text-align:center;margin:12px 0 0}
footer{padding-top:16px}
.result{text-align:center}
.result h1{font-size:20px;line-height:28px;font-weight:600;color:var(--text);margin-top:16px}
.result p{margin:4px 0 24px;color:var(--meta)}
.result circle{fill:#8A8794}
.credited circle{fill:#1F9D61}
.result path{fill:none;stroke:#fff;stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round}
@media (max-width:480px){body{place-items:stretch}main{width:100%;border:0;border-radius:0;box-shadow:none}}
`
