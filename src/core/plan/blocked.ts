/** Plans on what is blocked; see core/inventory/aside.ts. */
import { blockerOf, type Aside } from '../inventory/aside'
import { hostPlansOf, type Plan } from './plan'

/** The first of its GPUs that is blocked, with what blocks it. */
export const blockOn = (
  plan: Plan,
  asides: readonly Aside[],
): { readonly gpu: string; readonly aside: Aside } | null => {
  for (const each of hostPlansOf(plan)) {
    const aside = blockerOf(asides, each)
    if (aside) return { gpu: each.gpu.alias, aside }
  }
  return null
}
