/** Who the bots are: account names for the machine, display names for people. */

export interface Person {
  /** Of the account. */
  readonly name: string
  readonly displayName: string
  readonly language: 'zh' | 'en'
  /** How much it says and gives beside the others; 1 is the average. */
  readonly talk: number
  readonly give: number
}

const cast: readonly (readonly [name: string, displayName: string, language: 'zh' | 'en'])[] = [
  ['ayue', '阿月今晚不睡', 'zh'],
  ['milo', 'Milo', 'en'],
  ['nanfeng', '南风知我意', 'zh'],
  ['xiaoman', '小满', 'zh'],
  ['juno', 'juno_in_rain', 'en'],
  ['laozhou', '老周听歌', 'zh'],
  ['tangyuan', '芝麻汤圆', 'zh'],
  ['ferris', 'Ferris', 'en'],
  ['qingtian', '晴天娃娃', 'zh'],
  ['beichuan', '北川', 'zh'],
  ['saltfish', '一条咸鱼', 'zh'],
  ['ottilie', 'Ottilie', 'en'],
  ['mumu', '木木三', 'zh'],
  ['shanhai', '山海入梦', 'zh'],
  ['coffee7', '七点半的咖啡', 'zh'],
  ['wren', 'wren', 'en'],
  ['luye', '鹿野', 'zh'],
  ['doudou', '豆豆不加糖', 'zh'],
  ['halcyon', 'Halcyon', 'en'],
  ['jiangnan', '江南小雨', 'zh'],
  ['akira', 'アキラ', 'en'],
  ['xingye', '星野', 'zh'],
  ['papercut', 'papercut', 'en'],
  ['feifei', '菲菲吖', 'zh'],
]

/** Person number `index`; beyond the cast the same people come again with a number behind their name. */
export function person(index: number, suffix: string): Person {
  const [name, displayName, language] = cast[index % cast.length]!
  const round = Math.floor(index / cast.length)
  const number = round === 0 ? '' : String(round + 1)
  return {
    name: `${name}${number}${suffix}`,
    displayName: `${displayName}${number}`,
    language,
    // Few talk much and few give much, as in any room.
    talk: 0.5 + ((index * 7) % 5) / 4,
    give: index % 6 === 1 ? 3 : 0.6,
  }
}
