/** What bots say: short, ordinary lines of a live room. */

export type Language = 'zh' | 'en'
type Lines = Readonly<Record<Language, readonly string[]>>

const general: Lines = {
  zh: [
    '来了来了',
    '晚上好呀～',
    '刚下班，打卡',
    '哈哈哈哈哈哈',
    '前排占座',
    '今天人好多',
    '主播声音好好听',
    '这个可以！',
    '666',
    '太会了吧',
    '我先去倒杯水，别讲重点',
    '笑死，弹幕比主播还忙',
    '第一次来，关注了',
    '每天就等这一会儿',
    '画质可以啊，不卡',
    '主播吃饭了吗',
    '这是什么神仙直播间',
    '支持支持',
    '潜水三天，冒个泡',
    '有没有一起熬夜的',
    '听着听着就不想睡了',
    '主播慢慢来，不急',
    '收到，记笔记了',
    '大家都从哪里来的呀',
    '成都报到',
    '哈尔滨已经零下了',
    '我妈问我为什么对着手机傻笑',
    '稳了稳了',
    '妙啊',
    '救命，太好笑了',
  ],
  en: [
    'hey everyone',
    'just got here, what did I miss?',
    'good evening from Lisbon',
    'lol',
    'this is so cozy',
    'the chat is wild tonight',
    'stream looks great, no lag here',
    'first time here, following now',
    'haha that was smooth',
    'brb, getting tea',
    'okay that was actually impressive',
    'who else should be asleep right now',
    'love the vibe in here',
    'big fan, keep going!',
    'gg',
    'wait, do that again please',
    'notifications finally worked for once',
    'my cat is watching too',
    'this made my day',
    'hello from the back row',
  ],
}

const byCategory: Readonly<Record<string, Lines>> = {
  music: {
    zh: [
      '点一首《晴天》可以吗',
      '这段前奏一响我就破防了',
      '耳朵怀孕了',
      '副歌再来一遍！',
      '吉他这一段好温柔',
      '有没有歌单呀',
      '高音稳得一批',
      '单曲循环预定',
      '想听一首老歌',
      '这个转音绝了',
    ],
    en: [
      'that chord change, wow',
      'can you play something acoustic next?',
      'what tuning is that?',
      'chorus one more time please',
      'goosebumps',
      'what is this song called?',
      'recording this one for later',
    ],
  },
  games: {
    zh: [
      '这波操作拉满',
      '右边右边右边！',
      '这也能反杀？',
      '差一点点，下一把',
      '队友：我先走一步',
      '走位好细',
      '别浪别浪',
      '这关我卡了三天',
    ],
    en: [
      'clean split!',
      'that skip is nuts',
      'so close, next run is the one',
      'how do you not choke there',
      'new PB incoming, I can feel it',
      'left, left, LEFT',
      'rng owes you one',
    ],
  },
  food: {
    zh: [
      '看饿了……',
      '这个火候是几成啊',
      '盐放多少呀',
      '隔着屏幕都闻到香味了',
      '今晚外卖不香了',
      '学会了，眼睛会了',
      '牛腩要不要先焯水',
      '刀工可以的',
    ],
    en: [
      'I am so hungry now',
      'how long does it simmer?',
      'what can I use instead of star anise?',
      'that sauce looks unreal',
      'writing this recipe down',
    ],
  },
}

const cheers: Lines = {
  zh: [
    '老板大气！',
    '哇，{name}出手了',
    '谢谢{name}的{gift}！',
    '这特效太帅了',
    '{gift}！！！',
    '跟一个',
  ],
  en: [
    'wow, {name}!',
    'that {gift} though',
    '{name} carrying us tonight',
    'what a legend',
    'the effect looks amazing',
  ],
}

const answers: Lines = {
  zh: ['哈哈对', '我也觉得', '+1', '是的是的', '同感', '真的吗，我去试试'],
  en: ['same here', 'agreed', '+1', 'haha right?', 'true', 'no way, really?'],
}

/** Something to say in a room of this category. */
export function lineFor(category: string, language: Language, random: () => number): string {
  const special = byCategory[category]?.[language] ?? []
  const lines = special.length > 0 && random() < 0.45 ? special : general[language]
  return pick(lines, random)
}

/** What is said when somebody gave something big. */
export function cheerFor(
  gift: { name: string; gift: string },
  language: Language,
  random: () => number,
): string {
  return pick(cheers[language], random).replace('{name}', gift.name).replace('{gift}', gift.gift)
}

/** What is said to somebody by name. */
export function answerFor(language: Language, random: () => number): string {
  return pick(answers[language], random)
}

export function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!
}
