/** A move to another host, from its card to the news of it. */
import { changeNotice } from '../../src/core/cards/change'
import { planNotice } from '../../src/core/cards/plan'
import { requestNotice } from '../../src/core/cards/request'
import { hostName } from '../../src/core/inventory/inventory'
import type { Notice } from '../../src/core/notice/notice'
import { planAcross } from '../../src/core/planner/planner'
import type { RequestIn } from '../../src/core/request/request'
import { inputOf, planned } from '../core/planner/scene'
import { aGpu, aHost, aVm } from '../fakes/facts'

const [MAYA, JONAS] = ['slack:T1/U0MAYA', 'slack:T1/U0JONAS'] as const
const NOW = Date.UTC(2026, 0, 15, 12)

const here = aHost({ vms: [aVm({ name: 'render-01', state: 'Off', assigned: [aGpu().locationPath] })] })
const there = aHost({ name: hostName.parse('hv02'), vms: [aVm({ name: 'vdi-06', state: 'Off' }, 7)] })
const plan = planned(planAcross(inputOf({ host: there }), inputOf({ host: here })))

const common = {
  ...{ id: 'R-8', version: 1, plan, approvals: [], expiresAt: NOW + 1_800_000 },
  asked: { by: MAYA, person: 'maya', at: NOW, reason: 'the VM over there has more memory' },
  needs: [{ rule: 'everything', by: ['approve'], count: 1 }],
  channel: { kind: 'channel', chat: 'slack', channel: 'C0GPU' },
} as const
const pending: RequestIn<'pending'> = {
  ...{ state: 'pending', ...common, approvals: [] },
  needs: [{ rule: 'everything', by: ['approve'], count: 1 }],
}
const succeeded: RequestIn<'succeeded'> = {
  ...{ ...pending, state: 'succeeded', verification: { kind: 'verified' } },
  approvals: [{ by: JONAS, person: 'jonas', at: NOW + 60_000, roles: ['approve'] }],
  authority: { kind: 'quorum', at: NOW + 60_000 },
  ...{ startedAt: NOW + 61_000, endedAt: NOW + 90_000, fence: 9 },
}

export const ACROSS_NOTICES: Readonly<Record<string, Notice>> = {
  'across-pending': requestNotice(pending, null, { now: NOW, waiting: null }),
  'across-script': planNotice(plan, { script: true, verdict: [] }),
  'across-changed': changeNotice(succeeded),
}
