/**
 * A card in another slot, or after a change of firmware settings, is another device to Windows: the end of its instance id
 * and its location path are new. It keeps its name here where there is no doubt: of this kind of card the host lacks one and
 * shows one that is new.
 */
import type { Remembered } from './memory'
import { entriesIn, type RawDevice, type RawInventory } from './raw'
import { isSameDevice } from './same-device'

type Known = Remembered[string]

/** Maker, device, board and revision, without where it sits. */
const kindOf = (id: string): string => id.toUpperCase().replace(/\\[^\\]*$/, '')

/** The host shows it nowhere: a VM that lists it, a pool or a trace of it as dismounted may mean that it is still there. */
export const isGone = ({ instanceId: id, locationPath: path }: Known, raw: RawInventory): boolean =>
  !raw.devices.some((each) => each.present && isSameDevice(each.instanceId, id)) &&
  !raw.pooled?.some((each) => isSameDevice(each, id)) &&
  !entriesIn(raw).some((each) => each.locationPath === path || isSameDevice(each.instanceId, id))

/** What is of the slot, not of the card, is read anew. */
const withoutSlot = (card: Known): Known => ({
  ...card,
  acs: null,
  reservedMemory: null,
  deviceType: null,
  hostDisplay: null,
  audioFunction: null,
})

/**
 * What is remembered of the cards that are known by another id now, by that id. `shown`: the display devices with a path
 * that the host shows. What was forgotten by hand is not looked for.
 */
export const movedIn = (
  raw: RawInventory,
  shown: readonly RawDevice[],
  before: Remembered,
): ReadonlyMap<string, Known> => {
  const news = shown.filter(({ instanceId: id, present }) => present && before[id] === undefined)
  if (news.length === 0) return new Map()
  const gone = Object.values(before).filter((each) => each.forgotten !== true && isGone(each, raw))
  return new Map(
    news.flatMap(({ instanceId: id }) => {
      const alike = (each: { readonly instanceId: string }): boolean => kindOf(each.instanceId) === kindOf(id)
      const [card, ...others] = gone.filter(alike)
      return card && others.length === 0 && news.filter(alike).length === 1 ? [[id, withoutSlot(card)]] : []
    }),
  )
}
