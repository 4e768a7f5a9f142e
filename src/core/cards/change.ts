/** The notification that an assignment changed: from, to, by whom, approved by whom. */
import type { Notice, Run } from '../notice'
import type { RequestIn } from '../request'

const holder = (each: { name: string } | null): Run[] => (each ? [{ strong: each.name }] : ['the host'])

export const changeNotice = (request: RequestIn<'succeeded'>): Notice => {
  const { plan } = request
  const to = plan.to?.name ?? 'the host'
  return {
    summary: `${plan.gpu.alias} now belongs to ${to}`,
    tone: 'good',
    parts: [
      {
        kind: 'text',
        runs: [
          { strong: plan.gpu.alias },
          ` ${plan.gpu.model}: `,
          ...holder(plan.from),
          ' → ',
          ...holder(plan.to),
        ],
      },
      {
        kind: 'note',
        runs: [
          `${request.id} · asked by `,
          { person: request.asked.by },
          ' · approved by ',
          { person: request.approval.by },
        ],
      },
    ],
  }
}
