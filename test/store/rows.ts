/** What store tests write: a delivery, a notice, a request, each with nothing special about it. */
import type { Notice } from '../../src/core/notice/notice'
import type { Address } from '../../src/core/ports/address'
import type { Delivery } from '../../src/core/ports/delivery'
import type { RequestIn } from '../../src/core/request/request'
import { aHost } from '../fakes/facts'
import { ask, planned } from '../core/planner/scene'

export const CHANNEL: Address = { kind: 'channel', chat: 'slack', channel: 'C1' }
export const REQUESTER = 'slack:T1/U1'

export const aDelivery = (id: string, text = 'list'): Delivery => ({
  id,
  at: 1,
  from: REQUESTER,
  channel: CHANNEL,
  back: CHANNEL,
  said: { kind: 'text', text },
})

export const aNotice = (summary: string): Notice => ({ summary, tone: 'plain', parts: [] })

export const aRequest = (id: string): RequestIn<'pending'> => ({
  state: 'pending',
  id,
  version: 1,
  plan: planned(ask('assign', { host: aHost() })),
  asked: { by: REQUESTER, person: REQUESTER, at: 1 },
  needs: [{ rule: 'everything', by: ['approve'], count: 1 }],
  approvals: [],
  channel: CHANNEL,
  expiresAt: 1_000,
})
