import { z } from 'zod'
import { Fault } from '../../core/errors'
import type { Identity } from '../../core/ports/chat'
import type { TeamsAddress } from '../../core/ports/address'
import type { Clock } from '../../core/ports/clock'
import { accountCache, type AccountCache } from '../account-cache'
import { oneLine } from '../text'
import type { TeamsConfig } from './config'
import { ConnectorError, type Sdk } from './sdk'

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

export interface Accounts extends Pick<AccountCache, 'nameOf'> {
  identify(account: string, seenAt: TeamsAddress, how: { readonly afresh: boolean }): Promise<Identity>
}

/** Tells members of our tenant from everyone else. */
export const accountLookup = ({ tenantId }: TeamsConfig, sdk: Sdk, clock: Clock): Accounts => {
  const cache = accountCache(clock)

  const lookUp = async (objectId: string, { serviceUrl, conversation }: TeamsAddress): Promise<Identity> => {
    try {
      return identityOf(await sdk.member(serviceUrl, conversation, objectId), tenantId, objectId)
    } catch (error) {
      if (error instanceof ConnectorError && error.status === 404 && error.code !== null)
        return { kind: 'stranger', why: 'is not a member of this conversation' }
      throw new Fault('chat', `asking Teams who ${objectId} is`, error)
    }
  }

  return {
    nameOf: cache.nameOf,
    identify: (account, seenAt, { afresh }) => {
      const [, tenant, objectId] = /^teams:([0-9a-f-]{36})\/([0-9a-f-]{36})$/.exec(account) ?? []
      if (!tenant || !objectId) return Promise.resolve({ kind: 'stranger', why: 'is not a Teams account' })
      if (tenant !== tenantId) return Promise.resolve({ kind: 'stranger', why: 'belongs to another tenant' })
      return cache.identify(account, afresh, () => lookUp(objectId, seenAt))
    },
  }
}
