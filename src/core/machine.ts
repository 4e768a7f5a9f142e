/** A life as data: which events are legal in which state, and what each leads to. Everything else is refused. */
import { accepted, refused, type Outcome, type Refusal } from './errors'

interface Living {
  readonly state: string
  readonly version: number
}
interface Happening {
  readonly kind: string
}

/** The next one; null where the event is not legal at this moment; or why it is refused. */
type Step<From, Event, To> = (from: From, event: Event) => To | Outcome<To> | null

export type Life<T extends Living, E extends Happening> = {
  readonly [S in T['state']]: {
    readonly [K in E['kind']]?: Step<Extract<T, { readonly state: S }>, Extract<E, { readonly kind: K }>, T>
  }
}

/** Gives each next one a version one higher. Pure: the clock is in the events. `notLegal`: what is said to all else. */
export const machine =
  <T extends Living, E extends Happening>(life: Life<T, E>, notLegal: (from: T, event: E) => Refusal) =>
  (from: T, event: E): Outcome<T> => {
    const steps = life[from.state as T['state']] as Readonly<Record<string, Step<T, E, T> | undefined>>
    const next = steps[event.kind]?.(from, event) ?? null
    if (next === null) return refused(notLegal(from, event))
    const outcome = 'ok' in next ? next : accepted(next)
    return outcome.ok ? accepted({ ...outcome.value, version: from.version + 1 }) : outcome
  }
