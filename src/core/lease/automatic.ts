/** What the bot may do by itself to a VM whose lease is over. */
import type { VmFacts } from '../inventory/inventory'
import { NO_CONSENTS, type Consents } from '../change/change'

/** `ask-first` only warns, and waits for a person. */
export type EndPolicy =
  | { readonly kind: 'ask-first' }
  | { readonly kind: 'shutdown'; readonly graceMs: number }
  | { readonly kind: 'power-off'; readonly graceMs: number }

export type Automatic =
  /** A release may be asked for, with these consents and no others. */
  { readonly kind: 'release'; readonly consents: Consents } | { readonly kind: 'wait'; readonly why: string }

/** For the `end` event: null where the bot does nothing by itself. */
export const graceOf = (policy: EndPolicy): number | null =>
  policy.kind === 'ask-first' ? null : policy.graceMs

/** Only a policy that says `power-off` lets a VM be turned off; a VM that is off already needs no consent. */
export const automaticRelease = (policy: EndPolicy, vm: Pick<VmFacts, 'name' | 'state'>): Automatic => {
  if (policy.kind === 'ask-first')
    return { kind: 'wait', why: 'the policy says to ask first, so a person must release it' }
  switch (vm.state) {
    case 'Off':
      return { kind: 'release', consents: NO_CONSENTS }
    case 'Running':
      return {
        kind: 'release',
        consents: {
          ...NO_CONSENTS,
          ...(policy.kind === 'power-off' ? { powerOff: true } : { shutdown: true }),
        },
      }
    case 'Starting':
    case 'Stopping':
      return { kind: 'wait', why: `${vm.name} is ${vm.state.toLowerCase()}` }
    case 'Saved':
    case 'Paused':
    case 'Critical':
    case 'Other':
      return {
        kind: 'wait',
        why: `${vm.name} is neither off nor running, and nothing can be planned for it so`,
      }
  }
}
