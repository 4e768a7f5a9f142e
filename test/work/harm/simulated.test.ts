/** Over every kind of plan, every arrangement of holders, everything they may say, and every refused step. */
import { PUT_OFF } from './ends'
import { judge } from './oracle'
import { AGREED, GLASS, OVERRULED, UNANSWERED } from './plans'
import { SIMULATED } from './simulated'

/** Where each change is refused once: the usual arrangements where it begins in different ways, all others where all agree. */
const USUALLY = [GLASS, UNANSWERED, OVERRULED, PUT_OFF]

judge('', () => SIMULATED, {
  refuses: ({ arrangement, way }) => way === AGREED || (arrangement.usual === true && USUALLY.includes(way)),
  shares: 2,
  least: 1_000,
})
