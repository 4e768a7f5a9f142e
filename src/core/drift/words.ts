/** A change as people read it: in the post that tells of it, and in the history. */
import { shown } from '../text/shown'
import type { Run } from '../notice/notice'
import type { FactChange } from './change'
import type { Fact, PlaceFact } from './snapshot'

type Of<K extends Fact['of']> = Extract<Fact, { of: K }>

export const changeWords = ({ before, after }: FactChange): Run[] => {
  const either = after ?? before
  switch (either?.of) {
    case undefined:
      return []
    case 'place':
      return placeWords(either, before?.of === 'place' ? before : null, after?.of === 'place' ? after : null)
    case 'slot':
      return [
        strong(either.gpu),
        ` sits elsewhere: ${before?.of === 'slot' ? before.path : ''} → ${either.path}`,
      ]
    case 'driver':
      return [
        strong(either.gpu),
        ` has another driver on the host: ${before?.of === 'driver' ? before.version : ''} → ${either.version}`,
      ]
    case 'split':
      return [
        strong(either.gpu),
        ` is split otherwise: ${before?.of === 'split' ? before.count : ''} → ${either.count} partitions`,
      ]
    case 'vm':
      return vmWords(before?.of === 'vm' ? before : null, after?.of === 'vm' ? after : null)
    case 'share':
      return shareWords(either, after?.of === 'share' ? after.held : 0)
  }
}

const strong = (name: string): Run => ({ strong: shown(name) })

const placeWords = ({ gpu }: Of<'place'>, before: Of<'place'> | null, after: Of<'place'> | null): Run[] => {
  if (after === null) return [strong(gpu), ` is gone: the host shows no such device${wasAt(before)}`]
  if (before === null)
    return [strong(gpu), ' is new on the host', ...(isAtHost(after) ? [] : [', ', ...at(after.place)])]
  return [strong(gpu), ' ', ...at(after.place), wasAt(before)]
}

const isAtHost = ({ place }: Of<'place'>): boolean => place.kind === 'host-enabled'

const at = (place: PlaceFact): Run[] => {
  switch (place.kind) {
    case 'host-enabled':
      return ['is with its host']
    case 'host-disabled':
      return ['is disabled on its host']
    case 'restart-pending':
      return ['waits for a restart of its host, so nobody can use it']
    case 'pooled':
      return ['is in the resource pool ', strong(place.pool)]
    case 'dismounted':
      return ['is dismounted and attached to nothing, so nobody can use it']
    case 'assigned':
      return ['is assigned to ', strong(place.name)]
  }
}

const WAS: { readonly [K in PlaceFact['kind']]: string } = {
  'host-enabled': 'with its host',
  'host-disabled': 'disabled on its host',
  'restart-pending': 'waiting for a restart of its host',
  dismounted: 'dismounted',
  pooled: 'in a resource pool',
  assigned: 'assigned to',
}

const wasAt = (before: Of<'place'> | null): string => {
  if (before === null) return ''
  const { place } = before
  return ` (it was ${WAS[place.kind]}${place.kind === 'assigned' ? ` ${shown(place.name)}` : ''})`
}

const vmWords = (before: Of<'vm'> | null, after: Of<'vm'> | null): Run[] => {
  if (after === null) return ['The VM ', strong(before?.name ?? ''), ' is gone']
  if (before === null) return ['The VM ', strong(after.name), ' is new']
  return ['The VM ', strong(before.name), ' is called ', strong(after.name), ' now']
}

const shareWords = ({ gpu, vm }: Of<'share'>, held: number): Run[] => {
  const what: Run[] = gpu === null ? ['a GPU that the host does not name'] : [strong(gpu)]
  if (held === 0) return [strong(vm), ' has no partition of ', ...what, ' any more']
  return [strong(vm), held === 1 ? ' has a partition of ' : ` has ${held} partitions of `, ...what]
}

/** The same in one line of plain text. */
export const changeSentence = (each: FactChange): string =>
  changeWords(each)
    .map((run) => (typeof run === 'string' ? run : 'strong' in run ? run.strong : ''))
    .join('')
