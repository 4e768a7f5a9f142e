/** Roles and needs of the policy, as they stand in sentences. */

/** The short form of the policy names no roles: its lists are read as these. */
const LISTS: { readonly [R in string]?: string } = {
  ask: 'the requesters',
  approve: 'the approvers',
  admin: 'the administrators',
}

/** `platform or research`, `the approvers`. */
export const roleWords = (roles: readonly string[]): string =>
  roles.map((role) => LISTS[role] ?? role).join(' or ')

/** `one of platform`, `2 of platform or research`, `one of the approvers`. */
export const needWords = ({
  by,
  count,
}: {
  readonly by: readonly string[]
  readonly count: number
}): string => `${count === 1 ? 'one' : count} of ${roleWords(by)}`
