/** A short name for a browser, from what it calls itself. */

const browsers: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger/, 'WeChat'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrom(e|ium)|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
  [/node|undici/i, 'Node'],
  [/curl/i, 'curl'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

/** `Firefox on Linux`; undefined when nothing in it is known. Never the text itself: it is long and tells too much. */
export function deviceOf(userAgent: string): string | undefined {
  const text = userAgent.slice(0, 512)
  const found = [browsers, systems].flatMap((list) => {
    const known = list.find(([form]) => form.test(text))
    return known ? [known[1]] : []
  })
  return found.length === 0 ? undefined : found.join(' on ')
}
