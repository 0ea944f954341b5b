/** Recognises the passwords that attackers try first. */

// Stems of the lists that leak again and again. With the endings and spellings that are undone below
// they stand for several hundred thousand passwords.
const stems = `
  password passwort passw0rd passwd pass motdepasse contrasena contraseña senha parola parol haslo
  qwerty qwertz azerty qwert qwer asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc
  qweasd qweasdzxc asdzxc poiuyt lkjhgf mnbvcxz onetwothree letmein letmeinnow welcome welcomeback
  login logmein signin secret secure security private access default changeme changethis change
  temp temporary test testing tester testtest demo sample example guest user username admin
  administrator root toor master superuser system server computer internet network windows linux
  android samsung apple google facebook twitter instagram youtube tiktok wechat weixin alipay taobao
  tencent baidu douyin bilibili huawei xiaomi nokia sony nintendo playstation xbox microsoft
  iloveyou ilovyou loveyou lovely loveme lover love lovelove iloveme iloveu mylove forever always
  sunshine princess prince queen king kingdom angel angels heaven baby babygirl babyboy honey sweet
  sweetie sweetheart beautiful pretty cutie darling flower flowers rose daisy lily jasmine violet
  monkey dragon tiger lion eagle falcon wolf shark dolphin butterfly ladybug kitty kitten hellokitty
  puppy doggy buster bailey buddy lucky shadow smokey ginger pepper cookie cookies chocolate banana
  orange cherry peaches strawberry apples cheese pizza coffee chicken bacon
  football soccer baseball basketball hockey tennis golf golfer swimming chelsea arsenal liverpool
  manchester barcelona realmadrid juventus yankees cowboys steelers lakers redsox eagles packers
  superman batman spiderman ironman starwars startrek pokemon pikachu naruto minecraft fortnite
  warcraft counterstrike callofduty matrix trustno trustnoone whatever nothing nopassword
  michael michelle jessica jennifer ashley amanda daniel andrew joshua matthew anthony william robert
  thomas charlie jordan george jackson hunter harley taylor tyler austin brandon justin nicole hannah
  samantha elizabeth victoria alexander alexandra christian christopher benjamin nathan samuel maria
  maggie sophie summer winter spring autumn january february monday friday sunday november december
  freedom america american canada england london paris berlin china beijing shanghai taiwan hongkong
  australia germany france mexico brasil india russia moscow jesus jesuschrist god godisgood blessed
  faith grace hope peace amen christ money dollar million rich success winner champion killer ninja
  hacker warrior soldier marine army navy police cowboy ranger rangers knight wizard merlin phoenix
  thunder lightning storm silver golden gold diamond crystal purple yellow black blue green red white
  mustang corvette ferrari porsche mercedes toyota honda yamaha harleydavidson bmw audi
  hello hellohello hi hithere goodbye thankyou please sorry goodluck happy happyday smile funny crazy
  fuckyou fuckoff fuckme fuck asshole bitch bullshit sexy sexygirl pussy
  computer1 maverick cheyenne scooter snoopy garfield mickey mickeymouse minnie donald tigger winnie
  abc abcabc abcd abcde abcdef abcdefg abcdefgh aabbcc aaabbb xyz xyzabc qqww aassdd zaq xsw zaqxsw
  a s d q w e z x aa aaa abcabcabc woaini woaini wodemima mima wohenhao nihao nihaoma zhongguo
  woaizhongguo woaiwo aiwo aini ainima woshishui wangyi sina sohu dearbook xiazhili jiayou laopo
  laogong baobei baobao tiancai gongxi facai gongxifacai zhangwei wangwei wangfang liwei lina zhangmin
  liuyang woaimama woaibaba mama baba sasuke motherfucker motherlode loveisblind qwertyuiop
  newpassword mypassword mypass yourpassword thepassword adminadmin adminpass rootroot passpass
  5201314 1314520 147258369 789456123 741852963 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc zaq12wsx
  q1w2e3r4 a1b2c3d4 1a2b3c4d
  passwordpassword oracle mysql postgres database cisco juniper ubuntu raspberry pi alpine plaza
`

const known = new Set(stems.split(/\s+/).filter(Boolean).map(plainLetters).filter(Boolean))
const rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890', 'abcdefghijklmnopqrstuvwxyz']
const runs = rows.flatMap((row) => [row + row, [...(row + row)].reverse().join('')])

/**
 * True for what stands early in every list of leaked passwords: a well-known word with digits or signs
 * around it, one key or group repeated, a run of the keyboard, a date, or the account's own name.
 */
export function isCommonPassword(password: string, name: string): boolean {
  const lower = password.normalize('NFKC').toLowerCase()
  const core = lower.replace(/[^\p{L}\p{N}]/gu, '')
  return (
    known.has(plainLetters(core.replace(/^\d+|\d+$/g, ''))) ||
    known.has(plainLetters(trimmed(lower))) ||
    known.has(plainLetters(core)) ||
    isRepeated(core) ||
    isRun(core) ||
    isDate(core) ||
    isOwnName(core, name)
  )
}

function trimmed(text: string): string {
  return text.replace(/^[\d\W_]+|[\d\W_]+$/gu, '')
}

// p4$$w0rd → password
function plainLetters(text: string): string {
  const digits: Readonly<Record<string, string>> = {
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    '7': 't',
    '@': 'a',
    $: 's',
    '!': 'i',
  }
  return text.replace(/[013457@$!]/g, (c) => digits[c]!).replace(/[^\p{L}]/gu, '')
}

function isRepeated(text: string): boolean {
  return /^(.{1,8})\1+.?$/u.test(text)
}

// All of it is at most two pieces of keyboard or alphabet: 1qaz2wsx is in the stems.
function isRun(text: string): boolean {
  if (text === '') return true
  for (let cut = text.length; cut >= 3; cut--) {
    const [left, right] = [text.slice(0, cut), text.slice(cut)]
    if (!runs.some((run) => run.includes(left))) continue
    return right === '' || runs.some((run) => run.includes(right)) || isRepeated(right)
  }
  return false
}

function isDate(text: string): boolean {
  return /^((19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])|([0-2]\d|3[01])(0[1-9]|1[0-2])(19|20)\d{2})$/.test(
    text,
  )
}

function isOwnName(core: string, name: string): boolean {
  const own = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  return (
    own.length >= 3 && core.replace(own, '').replace(/\d/g, '').length < 3 && core.includes(own)
  )
}
