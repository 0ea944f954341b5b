/** The drawing of each gift; a gift that this app does not know gets a wrapped box. */
import flower from './art/flower.svg'
import heart from './art/heart.svg'
import drum from './art/drum.svg'
import lantern from './art/lantern.svg'
import fireworks from './art/fireworks.svg'
import crown from './art/crown.svg'
import sportscar from './art/sportscar.svg'
import rocket from './art/rocket.svg'
import box from './art/gift.svg'
import coin from './art/coin.svg'

const drawings: Readonly<Record<string, string>> = {
  flower,
  heart,
  drum,
  lantern,
  fireworks,
  crown,
  sportscar,
  rocket,
}

/** Address of the drawing. */
export function giftArt(gift: string): string {
  return Object.hasOwn(drawings, gift) ? drawings[gift]! : box
}

export const coinArt = coin
