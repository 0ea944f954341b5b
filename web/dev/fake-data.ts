/** People, rooms and words of the simulated platform. */
import type {
  Category,
  GiftSku,
  LiveCard,
  Me,
  Replay,
  SessionInfo,
  WalletEntry,
} from '../../sdk/index.ts'

export const categories: readonly Category[] = [
  { id: 'music', zh: '音乐', en: 'Music' },
  { id: 'games', zh: '游戏', en: 'Games' },
  { id: 'chat', zh: '聊天', en: 'Just chatting' },
  { id: 'life', zh: '生活', en: 'Life' },
  { id: 'outdoor', zh: '户外', en: 'Outdoors' },
  { id: 'dance', zh: '舞蹈', en: 'Dance' },
  { id: 'food', zh: '美食', en: 'Food' },
  { id: 'sports', zh: '体育', en: 'Sports' },
  { id: 'art', zh: '绘画与手工', en: 'Art and crafts' },
  { id: 'learning', zh: '学习', en: 'Learning' },
  { id: 'tech', zh: '科技', en: 'Technology' },
  { id: 'other', zh: '其他', en: 'Other' },
]

export const gifts: readonly GiftSku[] = [
  { id: 'flower', price: 1, tier: 1, name: { zh: '花', en: 'Flower' } },
  { id: 'heart', price: 5, tier: 1, name: { zh: '比心', en: 'Heart' } },
  { id: 'drum', price: 10, tier: 2, name: { zh: '应援鼓', en: 'Drum' } },
  { id: 'lantern', price: 66, tier: 2, name: { zh: '灯笼', en: 'Lantern' } },
  { id: 'fireworks', price: 188, tier: 3, name: { zh: '烟花', en: 'Fireworks' } },
  { id: 'crown', price: 520, tier: 3, name: { zh: '皇冠', en: 'Crown' } },
  { id: 'sportscar', price: 1314, tier: 4, name: { zh: '跑车', en: 'Sports car' } },
  { id: 'rocket', price: 5000, tier: 4, name: { zh: '火箭', en: 'Rocket' } },
]

export const people: readonly {
  id: string
  name: string
  level?: number
  role?: 'host' | 'moderator'
}[] = [
  { id: 'u_host', name: '阿澄 Orange', role: 'host' },
  { id: 'u_mod', name: '晚风管理员', role: 'moderator' },
  { id: 'u_1', name: '小鹿乱撞', level: 12 },
  { id: 'u_2', name: 'Mika' },
  { id: 'u_3', name: '一口吃掉夏天' },
  { id: 'u_4', name: 'late_night_radio', level: 3 },
  { id: 'u_5', name: '南山南' },
  { id: 'u_6', name: 'なぎさ' },
  { id: 'u_7', name: '星河滚烫', level: 24 },
  { id: 'u_8', name: 'The Quiet Listener of Room 404' },
  { id: 'u_9', name: '不想上班的第三百六十五天真的一点都不想' },
  { id: 'u_10', name: 'Zoë' },
]

export const me: Me = {
  id: 'u_me',
  name: 'linxi',
  displayName: '林溪',
  bio: '喜欢现场音乐，偶尔自己唱两句。',
  tags: ['音乐', '旅行'],
  roles: ['user'],
  createdAt: '2026-03-01T08:00:00.000Z',
}

export const lines = [
  '来了来了',
  '晚上好呀',
  '这首歌太好听了！',
  '哈哈哈哈哈哈',
  '666',
  '前排',
  'first time here, hi everyone 👋',
  '灯光好美',
  '主播今天状态真好',
  '求歌名',
  '单曲循环预定',
  'that voice though',
  '泪目了',
  '再来一首！再来一首！',
  '刚下班赶上了',
  '合唱起来',
  '音质绝了',
  'chills 🔥',
  '爱了爱了 ❤️',
  '已经听了三遍',
  '吉他是什么牌子？',
  '下周还播吗',
  'greetings from Lisbon',
  '妈妈问我为什么跪着看直播',
  '起立鼓掌 👏👏👏',
  '主播喝口水吧',
  '这个和声太绝了',
]

const TITLES: readonly [string, string, string, number][] = [
  ['深夜电台 · 吉他弹唱，点歌到两点', 'music', '阿澄 Orange', 12_873],
  ['王者冲榜：今晚上不了百星不下播', 'games', '橘子汽水', 1_204_561],
  ['川西自驾第 9 天，带你看贡嘎日落', 'outdoor', '老周在路上', 8_420],
  ['Sketching strangers from your photos', 'art', 'Ines Duarte', 642],
  ['一人食：三十分钟做一桌家常菜', 'food', '小满厨房', 5_311],
  ['街舞公开课｜零基础也能跳', 'dance', 'KIKI', 3_090],
  ['陪你学习 4 小时，番茄钟一起走', 'learning', '图书馆第三排', 978],
  ['深夜闲聊：把今天的不开心留在这里', 'chat', '晚安便利店', 2_156],
  ['Building a synth from scratch, part 6', 'tech', 'voltage_lab', 411],
  ['社区篮球联赛 半决赛 第二场', 'sports', '野球直播', 19_240],
  ['猫咪咖啡馆的一天', 'life', '三花掌柜', 0],
]

/** The same little landscapes on every run. */
export function cover(seed: number): string {
  const hue = (seed * 67 + 200) % 360
  const peak = 60 + ((seed * 31) % 50)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue} 58% 26%)"/><stop offset=".62" stop-color="hsl(${(hue + 40) % 360} 66% 58%)"/><stop offset="1" stop-color="hsl(${(hue + 70) % 360} 72% 70%)"/></linearGradient></defs><rect width="320" height="180" fill="url(#s)"/><circle cx="${70 + ((seed * 53) % 180)}" cy="${50 + ((seed * 17) % 40)}" r="${18 + (seed % 3) * 7}" fill="#fff" opacity=".82"/><path d="M0 140 L60 ${peak + 20} L110 130 L170 ${peak} L240 132 L290 ${peak + 26} L320 120 V180 H0Z" fill="hsl(${hue} 42% 24%)"/><path d="M0 158 L80 118 L150 156 L220 122 L320 160 V180 H0Z" fill="hsl(${hue} 46% 14%)"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

export function cards(): LiveCard[] {
  return TITLES.map(([title, category, host, viewers], at) => ({
    id: `room${at}`,
    room: `live_room${at}`,
    title,
    category,
    ...(at % 5 === 3 ? {} : { cover: cover(at + 1) }),
    host: { id: at === 0 ? 'u_host' : `u_h${at}`, displayName: host },
    status: at === 10 ? 'ended' : 'live',
    viewers,
    startedAt: new Date(Date.now() - 3_600_000).toISOString(),
  }))
}

export function replays(live: string): Replay[] {
  const at = Number(live.replace('room', ''))
  if (at > 4) return []
  return [
    {
      id: `replay${at}`,
      live,
      title: [
        '周末不插电专场',
        '新赛季第一天',
        '翻过折多山',
        'One hour, forty faces',
        '年夜饭彩排',
      ][at]!,
      seconds: 3725 + at * 911,
      startedAt: new Date(Date.now() - (at + 1) * 86_400_000).toISOString(),
    },
  ]
}

export const sessions: readonly SessionInfo[] = [
  { id: 's1', current: true, createdAt: iso(3600), lastUsedAt: iso(5), device: 'Chrome · Windows' },
  {
    id: 's2',
    current: false,
    createdAt: iso(864_000),
    lastUsedAt: iso(90_000),
    device: 'Safari · iPhone',
  },
]

export const entries: readonly WalletEntry[] = [
  {
    id: 'e1',
    at: iso(300),
    kind: 'gift',
    amount: -520,
    memo: {
      gift: 'crown',
      giftName: { zh: '皇冠', en: 'Crown' },
      count: 1,
      user: { id: 'u_host', displayName: '阿澄 Orange' },
    },
  },
  {
    id: 'e2',
    at: iso(1200),
    kind: 'gift',
    amount: -50,
    memo: {
      gift: 'heart',
      giftName: { zh: '比心', en: 'Heart' },
      count: 10,
      user: { id: 'u_host', displayName: '阿澄 Orange' },
    },
  },
  {
    id: 'e3',
    at: iso(4000),
    kind: 'topup',
    amount: 1980,
    memo: { provider: 'sandbox', cents: 19_800 },
  },
  {
    id: 'e4',
    at: iso(90_000),
    kind: 'earning',
    amount: 46,
    memo: {
      gift: 'lantern',
      giftName: { zh: '灯笼', en: 'Lantern' },
      count: 1,
      user: { id: 'u_7', displayName: '星河滚烫' },
    },
  },
]

function iso(secondsAgo: number): string {
  return new Date(Date.now() - secondsAgo * 1000).toISOString()
}
