/**
 * Names in the policy that the fleet does not have: a rule that is to guard a GPU guards nothing once the GPU has another
 * name, as after a card was moved to another slot, and nobody would hear of it.
 */
import { aliasOf, placeOf, type HostView } from '../inventory/inventory'
import { like } from './judge'
import type { Policy } from './policy'

const KEYS = ['hosts', 'gpus', 'vms'] as const

interface Fleet {
  readonly names: Readonly<Record<(typeof KEYS)[number], readonly string[]>>
  /** GPUs that their hosts show no more. */
  readonly gone: readonly string[]
  /** Hosts that were never read: they may have GPUs and VMs that are named. */
  readonly unread: readonly string[]
}

/**
 * One clause each, such as "the rule production names hv01/gpu7 under gpus, and there is none". A GPU that its host shows no
 * more is none: the card may have another name by now. VMs that are named with a
 * star may be made later.
 */
export const unmatchedIn = (policy: Policy, views: readonly HostView[]): string[] => {
  const fleet = fleetOf(views)
  const sections = [
    ...policy.rules.map((each) => ({ what: `the rule ${each.name}`, ...each })),
    ...policy.freezes.map((each) => ({ what: `the change freeze ${each.name}`, ...each })),
    ...policy.quietHours.map((each) => ({ what: `the quiet hours ${each.name}`, ...each })),
  ]
  return sections.flatMap(({ what, ...section }) =>
    KEYS.flatMap((key) =>
      (section[key] ?? [])
        .filter(
          (pattern) => !mayBe(key, pattern, fleet) && !fleet.names[key].some((name) => like([pattern], name)),
        )
        .map((pattern) => `${what} names ${pattern} under ${key}, and ${whyNone(key, pattern, fleet)}`),
    ),
  )
}

const mayBe = (key: (typeof KEYS)[number], pattern: string, { unread }: Fleet): boolean => {
  switch (key) {
    case 'hosts':
      return false
    case 'gpus':
      return unread.some((host) => like([pattern.split('/')[0] ?? ''], host))
    case 'vms':
      return pattern.includes('*') || unread.length > 0
  }
}

const whyNone = (key: (typeof KEYS)[number], pattern: string, { gone }: Fleet): string =>
  key === 'gpus' && gone.some((name) => like([pattern], name)) ? 'its host shows it no more' : 'there is none'

const fleetOf = (views: readonly HostView[]): Fleet => {
  const read = views.flatMap(({ facts }) => facts ?? [])
  const gpus = read.flatMap((facts) =>
    facts.gpus.map((gpu) => ({
      alias: aliasOf(facts, gpu),
      isGone: placeOf(facts, gpu).kind === 'missing',
    })),
  )
  return {
    names: {
      hosts: views.map(({ name }) => name),
      gpus: gpus.filter(({ isGone }) => !isGone).map(({ alias }) => alias),
      vms: read.flatMap(({ vms }) => vms.flatMap(({ name, id }) => [name, id])),
    },
    gone: gpus.filter(({ isGone }) => isGone).map(({ alias }) => alias),
    unread: views.flatMap(({ name, facts }) => (facts === null ? [name] : [])),
  }
}
