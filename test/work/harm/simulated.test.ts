/** Over every kind of plan, every arrangement of holders, everything they may say, and every refused step. */
import { PUT_OFF } from './ends'
import { judge } from './oracle'
import { AGREED, GLASS, OVERRULED, UNANSWERED } from './plans'
import { SIMULATED } from './simulated'

/** Each change is refused once where all agree and where the glass is broken, and in the usual arrangements where it begins in another way. */
const ALWAYS = [AGREED, GLASS]
const USUALLY = [UNANSWERED, OVERRULED, PUT_OFF]

judge('', () => SIMULATED, {
  refuses: ({ arrangement, way }) =>
    ALWAYS.includes(way) || (arrangement.usual === true && USUALLY.includes(way)),
  shares: 2,
  least: 1_000,
})
