/** What people call a kind of GPU: words of a model, a class of the policy, or `any`. */
import type { Policy } from '../policy/policy'
import type { Want } from './entry'

type Kind = Pick<Extract<Want, { kind: 'class' }>, 'model' | 'class'>

export const kindOf = (policy: Policy, word: string): Kind => {
  const named = [...policy.classes.keys()].find((each) => each.toLowerCase() === word.toLowerCase())
  if (named !== undefined) return { model: null, class: named }
  return { model: word === 'any' ? null : word }
}
