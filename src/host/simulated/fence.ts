/** What the module on a simulated host keeps of claims, and refuses because of them; as Fence.ps1 does. */
import { PROTOCOL, type Fence, type ModuleFacts } from '../../core/fence'
import type { Adoption, StepResult } from '../../core/ports/host'
import type { ModuleNow } from './state'

type Refused = Extract<StepResult, { kind: 'refused' }>
const refused = (code: string, message: string): Refused => ({ kind: 'refused', code, message })

/** A module of protocol 1 does not tell what it keeps. */
export const moduleFactsOf = ({ protocol, fence }: ModuleNow): ModuleFacts => ({
  protocol,
  fence: protocol < PROTOCOL ? null : fence,
})

/** Null for an order of the claim that was seen last, or of a newer one of the same bot. */
export const refuseClaim = (order: Fence, module: ModuleNow): Refused | null => {
  const { fence: seen } = module
  if (module.protocol < PROTOCOL && order.bot !== null)
    return refused('OldModule', 'The module cannot check whose order this is.')
  if (seen.bot !== null && order.bot === null)
    return refused(
      'OldBot',
      `This host takes the orders of ${seen.bot}, and this one does not say whose it is.`,
    )
  if (seen.bot !== null && order.bot !== seen.bot)
    return refused('OtherBot', `This host takes the orders of ${seen.bot}, and this one is of ${order.bot}.`)
  if (order.number < seen.number)
    return refused('StaleFence', `Fence ${order.number} is lower than ${seen.number}, the highest seen.`)
  if (order.number === seen.number && order.claim !== seen.claim)
    return refused('StaleFence', `Fence ${order.number} is the highest seen, but of another claim.`)
  return null
}

/** An order at `at` (epoch milliseconds) that was not refused. A module of protocol 1 remembers the number alone. */
export const remember = (module: ModuleNow, order: Fence, at: number): void => {
  module.orderAt = at
  if (order.number <= module.fence.number) return
  module.fence = order.bot === null ? { ...order, bot: module.fence.bot } : order
}

const REST_MS = 10 * 60_000

/** `busy`: a step is under way. `at` is epoch milliseconds. */
export const refuseAdoption = (
  { from, fence }: Adoption,
  module: ModuleNow,
  { busy, at }: { readonly busy: boolean; readonly at: number },
): Refused | null => {
  const { fence: seen, orderAt } = module
  if (module.protocol < PROTOCOL) return refused('OldModule', 'The module does not know of bots.')
  if (busy) return refused('Busy', 'Another change of this host is still under way.')
  if (seen.bot !== from)
    return refused(
      'OtherBot',
      `This host takes the orders of ${seen.bot ?? 'no bot in particular'}, and not of ${from}.`,
    )
  if (fence.number <= seen.number)
    return refused('StaleFence', `Fence ${fence.number} is not above ${seen.number}, the highest seen.`)
  if (orderAt !== null && at - orderAt < REST_MS)
    return refused('RecentOrder', 'The last order was carried out less than 10 minutes ago.')
  return null
}
