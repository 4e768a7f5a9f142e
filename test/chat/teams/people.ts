import type { Conversation, Person } from '../../../src/playground/teams/local-teams'

export const APP = '11111111-2222-4333-8444-555555555555'
export const TENANT = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
export const ELSEWHERE = 'ffffffff-bbbb-4ccc-8ddd-eeeeeeeeeeee'

const person = (digit: string, name: string, changes: Partial<Person> = {}): Person => ({
  objectId: `${digit.repeat(8)}-0000-4000-8000-000000000000`,
  name,
  userRole: 'user',
  tenantId: TENANT,
  userPrincipalName: `${name.toLowerCase()}@contoso.com`,
  ...changes,
})

export const maya = person('1', 'Maya')
export const jonas = person('2', 'Jonas')
export const lena = person('3', 'Lena')
export const guest = person('4', 'Gus', {
  userRole: 'guest',
  userPrincipalName: 'gus_fabrikam.com#EXT#@contoso.com',
})
export const outsider = person('5', 'Otto', { tenantId: ELSEWHERE })
export const accountOf = (each: Person): string => `teams:${each.tenantId}/${each.objectId}`

export const team: Conversation = {
  id: '19:gpusgpusgpus@thread.tacv2;messageid=1700000000000',
  type: 'channel',
}
export const group: Conversation = { id: '19:some-group-chat@thread.v2', type: 'groupChat' }
export const alone: Conversation = { id: 'a:maya-and-the-bot', type: 'personal' }
