import { z } from 'zod'
import { Fault } from '../../core/errors'
import type { Identity } from '../../core/ports/chat'
import type { TeamsAddress } from '../../core/ports/address'
import { oneLine } from '../text'
import type { TeamsConfig } from './config'
import { saysWhy, statusOf } from './outcome'
import type { Sdk } from './sdk'

const cacheMs = 10 * 60_000
const cacheSize = 1_000

// The Bot Connector calls the Entra object id `objectId` or `aadObjectId`, by the age of its answer.
const member = z.object({
  name: z.string().optional(),
  objectId: z.string().optional(),
  aadObjectId: z.string().optional(),
  tenantId: z.string().optional(),
  userPrincipalName: z.string().optional(),
  userRole: z.string().optional(),
})

/** What is not said counts as wrong: a member has our tenant, the role `user`, and a name that is not a guest's. */
const identityOf = (answer: unknown, tenantId: string, objectId: string): Identity => {
  const read = member.safeParse(answer).data
  const id = read?.aadObjectId ?? read?.objectId
  if (!read || id?.toLowerCase() !== objectId) return { kind: 'stranger', why: 'is not known to Teams' }
  if (read.tenantId?.toLowerCase() !== tenantId) return { kind: 'stranger', why: 'belongs to another tenant' }
  if (read.userRole !== 'user' || /#EXT#/iu.test(read.userPrincipalName ?? ''))
    return { kind: 'stranger', why: `is a ${read.userRole === 'anonymous' ? 'visitor' : 'guest'}` }
  return { kind: 'member', name: oneLine(read.name ?? '').trim() || 'someone' }
}

export interface Accounts {
  identify(account: string, seenAt: TeamsAddress, how: { readonly afresh: boolean }): Promise<Identity>
  /** The name of an account that was asked about and is remembered. */
  readonly nameOf: (account: string) => string | null
}

/**
 * Tells members of our tenant from everyone else. Answers are remembered for ten minutes, but for who asks afresh; failures
 * are not, and people asked about at the same time share one call. Names are kept as long as there is room.
 */
export const accountLookup = ({ tenantId }: TeamsConfig, sdk: Sdk): Accounts => {
  const known = new Map<string, { readonly until: number; readonly identity: Promise<Identity> }>()
  const names = new Map<string, string>()

  const lookUp = async (objectId: string, { serviceUrl, conversation }: TeamsAddress): Promise<Identity> => {
    try {
      return identityOf(await sdk.member(serviceUrl, conversation, objectId), tenantId, objectId)
    } catch (error) {
      if (statusOf(error) === 404 && saysWhy(error))
        return { kind: 'stranger', why: 'is not a member of this conversation' }
      throw new Fault('chat', `asking Teams who ${objectId} is`, error)
    }
  }

  const remember = (account: string, identity: Promise<Identity>): void => {
    known.delete(account)
    known.set(account, { until: Date.now() + cacheMs, identity })
    const oldest = known.keys().next()
    if (known.size > cacheSize && !oldest.done) {
      known.delete(oldest.value)
      names.delete(oldest.value)
    }
    identity.then(
      (found) => {
        if (found.kind === 'member') names.set(account, found.name)
      },
      () => {
        if (known.get(account)?.identity === identity) known.delete(account)
      },
    )
  }

  return {
    nameOf: (account) => names.get(account) ?? null,
    identify: (account, seenAt, { afresh }) => {
      const [, tenant, objectId] = /^teams:([0-9a-f-]{36})\/([0-9a-f-]{36})$/.exec(account) ?? []
      if (!tenant || !objectId) return Promise.resolve({ kind: 'stranger', why: 'is not a Teams account' })
      if (tenant !== tenantId) return Promise.resolve({ kind: 'stranger', why: 'belongs to another tenant' })
      const remembered = known.get(account)
      if (!afresh && remembered && remembered.until > Date.now()) return remembered.identity
      const identity = lookUp(objectId, seenAt)
      remember(account, identity)
      return identity
    },
  }
}
