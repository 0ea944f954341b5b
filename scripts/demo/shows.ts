/** What is on in the demo: who streams what. */

export interface Show {
  /** The host's account. */
  readonly name: string
  readonly displayName: string
  readonly bio: string
  readonly tags: readonly string[]
  readonly title: string
  readonly category: string
  /** Of the cover, in degrees. */
  readonly hue: number
  /** Of the test stream, in Hz. */
  readonly tone: number
  /** Of the test stream's picture. */
  readonly height: 360 | 720
  /** Who comes: so many of the bots' cast who speak the language, from this number on. */
  readonly crowd: { readonly first: number; readonly bots: number; readonly language: 'zh' | 'en' }
}

/** The first one is the host whose account the demo hands out. */
export const shows: readonly Show[] = [
  {
    name: 'linxi',
    displayName: '林夕的录音棚',
    bio: '写歌、弹琴、深夜电台。周二周四晚八点开播。',
    tags: ['音乐', '吉他', '民谣'],
    title: '深夜点歌台：你点我唱 🎸',
    category: 'music',
    hue: 262,
    tone: 440,
    height: 720,
    crowd: { first: 0, bots: 8, language: 'zh' },
  },
  {
    name: 'kestrel',
    displayName: 'Kestrel',
    bio: 'Speedruns, routing talk and bad puns.',
    tags: ['games', 'speedrun'],
    title: 'Any% practice: one more run, then bed',
    category: 'games',
    hue: 152,
    tone: 330,
    height: 360,
    crowd: { first: 0, bots: 4, language: 'en' },
  },
  {
    name: 'adai_kitchen',
    displayName: '阿黛的小厨房',
    bio: '一人食、家常菜，跟着做不会错。',
    tags: ['美食', '家常菜'],
    title: '番茄牛腩慢炖三小时，边炖边聊',
    category: 'food',
    hue: 14,
    tone: 550,
    height: 360,
    crowd: { first: 11, bots: 8, language: 'zh' },
  },
  {
    name: 'northlight',
    displayName: 'North Light',
    bio: 'Walks, ridges and weather. Based wherever the bus ends.',
    tags: ['outdoor', 'hiking'],
    title: 'Sunrise from the ridge, live all morning',
    category: 'outdoor',
    hue: 205,
    tone: 262,
    height: 360,
    crowd: { first: 12, bots: 4, language: 'en' },
  },
]
