/** What people are told of a request that concerns them: its decision, and its end. One message each, a line or two. */
import type { Called, Notice, Part, Run } from '../notice/notice'
import { stopsVm, type Plan } from '../plan/plan'
import { authorityOf, settledBy, type Request, type RequestIn } from '../request/request'
import { titleOf } from './plan'

/** `asker`: who asked. `touched`: whose VM it stops, or whose partition it changes. `loser`: whose GPU it takes. */
export type Concern = 'asker' | 'touched' | 'loser'

interface Outcome {
  readonly tone: Notice['tone']
  /** The rest of a sentence that begins with its id. */
  readonly became: string
  readonly by?: readonly { readonly by: string; readonly reason?: string | undefined }[]
  readonly more?: string
}

/** Null where nothing has become of it yet that whoever asked has not seen at once. */
const outcomeOf = (request: Request): Outcome | null => {
  switch (request.state) {
    case 'pending':
    case 'running':
      return null
    case 'approved':
      return authorityOf(request)?.kind === 'quorum'
        ? { tone: 'working', became: 'was approved', by: request.approvals }
        : null
    case 'denied':
    case 'cancelled': {
      const said = settledBy(request)?.said
      return { tone: 'bad', became: `was ${request.state}`, by: said ? [said] : [], more: NOTHING }
    }
    case 'expired':
      return { tone: 'bad', became: 'has expired without a decision', more: NOTHING }
    case 'void': {
      const became = request.lapsed ? 'has lapsed' : 'is void'
      const why = request.rejudged ? ['The policy has changed.'] : []
      return { tone: 'bad', became, more: [...why, ...request.changes, NOTHING].join(' ') }
    }
    case 'succeeded':
      return orRepaired(request, { tone: 'good', became: 'is done' })
    case 'rolled-back':
      return orRepaired(request, {
        tone: 'bad',
        became: 'failed and was undone',
        more: firstLine(request.why),
      })
    case 'needs-attention':
      return {
        tone: 'bad',
        became: request.retried
          ? 'could not be undone, though that was tried again, and waits for an administrator'
          : 'stopped halfway and waits for an administrator',
        more: request.retried ? undoLine(request.why) : firstLine(request.why),
      }
    case 'resolved':
      return { tone: 'plain', became: 'was resolved', by: [request.resolved], more: request.found }
  }
}

/** Whoever repaired it is named. */
const orRepaired = (
  { repaired }: Pick<RequestIn<'succeeded' | 'rolled-back'>, 'repaired'>,
  outcome: Outcome,
): Outcome =>
  repaired
    ? { ...outcome, became: `${outcome.became}, repaired by hand`, by: [repaired], more: repaired.found }
    : outcome

const NOTHING = 'Nothing was done.'
const firstLine = (text: string): string => text.split('\n')[0] ?? ''
/** Where the undo failed, as far as that is said (see `refusedUndos` in work/operation/operation.ts). */
const undoLine = (text: string): string =>
  text.split('\n').find((line) => line.startsWith('Undoing')) ?? firstLine(text)

const byRuns = ({ by = [] }: Outcome): Run[] =>
  by.flatMap((said, n): Run[] => [
    n === 0 ? ' by ' : ', ',
    { person: said.by },
    ...(said.reason === undefined ? [] : [` (${said.reason})`]),
  ])

const DEEDS = {
  stops: { was: 'stopped', is: 'stops', what: 'a VM in which you hold a GPU' },
  changes: { was: 'changed', is: 'changes', what: 'a partition that you hold' },
  takes: { was: 'taken', is: 'takes', what: 'a GPU from you' },
} as const

const deedOf = (plan: Plan, concern: Exclude<Concern, 'asker'>): (typeof DEEDS)[keyof typeof DEEDS] => {
  if (concern === 'loser') return DEEDS.takes
  return stopsVm(plan) ? DEEDS.stops : DEEDS.changes
}

const NEVER_BEGAN: readonly Request['state'][] = ['denied', 'cancelled', 'expired', 'void']

const concernWords = ({ state, ends, plan }: Request, concern: Concern): string => {
  if (concern === 'asker') return ''
  const { was, is, what } = deedOf(plan, concern)
  if (NEVER_BEGAN.includes(state)) return `It would have ${was} ${what}. `
  const again = state === 'rolled-back' && ends?.why === 'expired' ? 'It is tried again by itself. ' : ''
  return state === 'succeeded' ? `It has ${was} ${what}. ` : `It ${is} ${what}. ${again}`
}

/**
 * Null where there is nothing to tell. `called`: who is notified by it, where others read it too, which is beside the card;
 * null: it is read by one person alone, who is shown the way to the card.
 */
export const toldNotice = (request: Request, concern: Concern, called: string | null): Notice | null => {
  const outcome = outcomeOf(request)
  if (outcome === null) return null
  const head = `${request.id} ${outcome.became}`
  const title = titleOf(request.plan)
  const more = `${concernWords(request, concern)}${outcome.more ?? ''}`.trim()
  const runs: Run[] = [{ strong: head }, ...byRuns(outcome), `: ${title}.`]
  const first: Part[] =
    called === null
      ? [{ kind: 'text', runs: [...runs, ' ', { about: 'See its card' }, '.'] }]
      : [
          { kind: 'call', words: 'For', whom: [{ person: called }] },
          { kind: 'text', runs },
        ]
  const rest: Part[] = more === '' ? [] : [{ kind: 'text', runs: [more] }]
  return { summary: `${head}: ${title}`, tone: outcome.tone, parts: [...first, ...rest] }
}

/** Where the card of a request that needs attention is: to administrators. */
export const attentionCall = ({ id, plan }: Request, whom: readonly [Called, ...Called[]]): Notice => ({
  summary: `${id} needs an administrator: ${titleOf(plan)}`,
  tone: 'bad',
  parts: [
    { kind: 'call', words: 'Needs an administrator', whom: [...whom] },
    { kind: 'text', runs: [{ strong: id }, ` stopped halfway: ${titleOf(plan)}.`] },
  ],
})
