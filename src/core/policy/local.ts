/** A notice for the readers of one chat: they know a person by the account that the person has there. */
import type { ChatName } from '../ports/chat-name'
import type { Called, Notice, Part, Run } from '../notice/notice'
import { personOf, type Policy } from './policy'

type Person = Extract<Run, { person: string }>

/** Who has no account in that chat keeps the other one. Everybody whom the policy knows goes by their name in it as well. */
export const localTo = (chat: ChatName, policy: Policy, notice: Notice): Notice => {
  const localPerson = (run: Person): Person => {
    const name = personOf(policy, run.person)
    if (name === null || name === run.person) return run
    const here = run.person.startsWith(`${chat}:`)
      ? run.person
      : policy.people.get(name)?.find((account) => account.startsWith(`${chat}:`))
    return { person: here ?? run.person, name }
  }
  const localRun = (run: Run): Run => (typeof run !== 'string' && 'person' in run ? localPerson(run) : run)
  const localCalled = (each: Called): Called => ('person' in each ? localPerson(each) : each)
  const localPart = (part: Part): Part => {
    switch (part.kind) {
      case 'text':
      case 'note':
        return { ...part, runs: part.runs.map(localRun) }
      case 'facts':
        return { ...part, rows: part.rows.map((row) => ({ ...row, runs: row.runs.map(localRun) })) }
      case 'call':
        return { ...part, whom: part.whom.map(localCalled) }
      default:
        return part
    }
  }
  return { ...notice, parts: notice.parts.map(localPart) }
}
