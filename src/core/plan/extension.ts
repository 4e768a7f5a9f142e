/** What a request is about that asks for more time on a lease: a GPU and a VM, and nothing to be done on any host. */
import type { HostFacts } from '../inventory/inventory'
import { seal } from './digest'
import type { Plan } from './plan'

/** `lent` is the plan by which the VM got it. */
export const planExtension = (lent: Pick<Plan, 'mode' | 'host' | 'gpu' | 'to'>, facts: HostFacts): Plan =>
  seal(
    {
      action: 'extend',
      mode: lent.mode,
      host: lent.host,
      gpu: lent.gpu,
      from: lent.to,
      to: lent.to,
      steps: [],
      costs: [],
      warnings: [],
      baselines: [],
    },
    facts,
  )

/** Nothing on a host is touched by it, and nothing there speaks against it. */
export const isExtension = ({ action }: Pick<Plan, 'action'>): boolean => action === 'extend'
