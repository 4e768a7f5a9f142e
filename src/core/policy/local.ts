/** A notice for the readers of one chat: they know a person by the account that the person has there. */
import type { Notice, Part, Run } from '../notice'
import { personOf, type Policy } from './policy'

type ChatName = 'slack' | 'teams'

/** Who has no account in that chat keeps the other one. Everybody whom the policy knows goes by their name in it as well. */
export const localTo = (chat: ChatName, policy: Policy, notice: Notice): Notice => {
  const localRun = (run: Run): Run => {
    if (typeof run === 'string' || !('person' in run)) return run
    const name = personOf(policy, run.person)
    if (name === null || name === run.person) return run
    const here = run.person.startsWith(`${chat}:`)
      ? run.person
      : policy.people.get(name)?.find((account) => account.startsWith(`${chat}:`))
    return { person: here ?? run.person, name }
  }
  const localPart = (part: Part): Part => {
    if (part.kind === 'text' || part.kind === 'note') return { ...part, runs: part.runs.map(localRun) }
    if (part.kind !== 'facts') return part
    return { ...part, rows: part.rows.map((row) => ({ ...row, runs: row.runs.map(localRun) })) }
  }
  return { ...notice, parts: notice.parts.map(localPart) }
}
