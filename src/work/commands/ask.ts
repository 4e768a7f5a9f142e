/** What changes a host: a plan, then a request in the channel, or every reason why not. */
import { comingRuns } from '../../core/cards/lease'
import { planNotice } from '../../core/cards/plan'
import { doneNotice } from '../../core/answers/done'
import { OWN_RETURN, verdictParts } from '../../core/answers/explain'
import { refusalNotice } from '../../core/answers/refusal'
import type { Change } from '../../core/change/change'
import type { PlanCommand } from '../../core/command/command'
import { refused, type Outcome } from '../../core/errors'
import { refuseBreakGlass } from '../../core/request/permission'
import { holdAt, holdText } from '../../core/policy/calendar'
import { judge, subjectsOf, wishOf, type Judgement } from '../../core/policy/judge'
import type { JudgedOn } from '../../core/request/judged'
import type { Notice, Run } from '../../core/notice/notice'
import type { Plan } from '../../core/plan/plan'
import { personOf } from '../../core/policy/policy'
import type { Request } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { copiesOf, post } from '../../store/outbox'
import type { Caller, Effect } from '../context/effect'
import { say } from '../context/effect'
import { ownToRelease } from '../changes/lease/meant'
import { tellThoseWhoLose } from '../telling/holders'
import { lends, termsFor, type Terms } from '../changes/lease/terms'
import type { Context } from '../context/context'
import { tooManyAsked } from '../snapshot/most'
import { done } from '../changes/lease/give-back'
import { changeFor } from '../planning/across'
import { groundsFor } from '../planning/grounds'
import { prepare, type Prepared } from '../planning/planning'
import { takingTurn } from '../changes/queue/turn'
import { raise, type Answered } from '../changes/request/raise'

export const ask = async (context: Context, words: PlanCommand, caller: Caller): Promise<Effect> => {
  const change = await changeFor(context, words)
  return change.ok
    ? askFor(context, { change: change.value, words }, caller)
    : say(refusalNotice(change.refusals))
}

/** What is the caller's own is given back, as by `done`: no rule is asked. */
export const release = async (
  context: Context,
  words: Extract<PlanCommand, { kind: 'release' }>,
  caller: Caller,
): Promise<Effect> => {
  const change = await changeFor(context, words)
  if (!change.ok) return say(refusalNotice(change.refusals))
  const asking = { change: change.value, words }
  const own = words.dryRun || words.script ? null : await ownToRelease(context, asking, caller)
  if (!own) return askFor(context, asking, caller)
  return done(context, { leaseId: own.id, consents: change.value.consents, reason: words.reason }, caller)
}

interface Asking {
  readonly change: Change
  /** For how long, why, and how it is asked again. */
  readonly words: PlanCommand
}

/** `offer`: the one that is taken by asking. Without it, whoever asks for a GPU when it is their turn takes it. */
export const askFor = async (
  context: Context,
  { change, words: command }: Asking,
  caller: Caller,
  offer?: Answered,
): Promise<Effect> => {
  const prepared = await prepare(context, change, { answers: offer, by: caller.account })
  if (!prepared.ok) return say(refusalNotice(prepared.refusals))
  const { plan, interrupts, turn } = prepared.value
  const answers = offer ?? (turn && takingTurn(context, turn))
  const wanting = { ...prepared.value, by: caller.account }
  const terms = await termsFor(context.db, context, command, wanting)
  if (!terms.ok) return say(refusalNotice(terms.refusals))
  const { facts, otherFacts } = prepared.value
  const readings = new Map([facts, ...(otherFacts ? [otherFacts] : [])].map((each) => [each.name, each]))
  const on = await groundsFor(context, { plan, readings, caller, end: terms.value.end })
  const judged = judgePlan(context, { plan, command, caller, on })
  if (command.dryRun || command.script) {
    const own = await ownToRelease(context, { change, words: command }, caller)
    const verdict = own ? doneNotice(OWN_RETURN).parts : verdictParts(judged)
    const lease = lendingRuns(plan, terms.value)
    return say(planNotice(plan, { script: command.script, verdict, lease, interrupts }))
  }
  if (!judged.ok) return say(refusalNotice(judged.refusals))
  return async (tx) => {
    const still = await termsFor(tx, context, command, wanting)
    if (!still.ok) return refusalNotice(still.refusals)
    const tooMany = answers
      ? null
      : await tooManyAsked(tx, context.policy.inForce(), { ...wanting, ...still.value })
    if (tooMany) return refusalNotice([tooMany])
    const person = personOf(context.policy.inForce(), caller.account) ?? caller.account
    const said = { by: caller.account, person, name: caller.name.slice(0, 200) }
    const raised = await raise(tx, context, {
      ...prepared.value,
      command,
      asked: command.reason === undefined ? said : { ...said, reason: command.reason },
      channel: caller.channel,
      back: caller.back,
      privately: caller.privately,
      lends: still.value,
      grounds: { kind: 'judged', on, breakGlass: command.breakGlass === true },
      answers,
    })
    if (!raised.ok) return refusalNotice(raised.refusals)
    await tellThoseWhoLose(tx, context.policy.inForce(), raised.value, context.clock.now())
    return tellAsker(tx, context, raised.value, caller)
  }
}

/** As the card would say it, and that there is no end where that is so. */
const lendingRuns = (plan: Plan, { end, holder }: Terms): Run[] => {
  if (!lends(plan)) return []
  const runs = comingRuns({ ...(end ? { lease: end } : {}), ...(holder ? { holder } : {}) }, null)
  return runs.length === 0 ? ['without an end'] : runs
}

/** Whoever asked in another place than that of the card is told where it is; and everybody, when it begins late. */
const tellAsker = async (
  tx: Tx,
  context: Context,
  request: Request,
  caller: Caller,
): Promise<Notice | null> => {
  const { id, elsewhere } = request
  const later = laterText(context, request)
  if (!elsewhere) return later === null ? null : doneNotice(later)
  const card = (await copiesOf(tx, id)).find(({ to }) => to.chat === caller.back.chat)
  const words = `The card of ${id} is in the channel for requests.`
  const notice: Notice = {
    ...doneNotice(later === null ? words : `${words} ${later}`),
    parts: [
      {
        kind: 'text',
        runs: [{ about: `The card of ${id}` }, ` is in the channel for requests. ${later ?? ''}`],
      },
    ],
  }
  await post(tx, caller.back, notice, { at: context.clock.now(), about: card?.seq ?? null })
  return null
}

/** Null when nothing keeps it from beginning once it is approved. */
const laterText = ({ policy, clock }: Context, { id, plan }: Request): string | null => {
  const hold = holdAt(policy.inForce(), subjectsOf(plan), clock.now())
  return hold && `${id} begins later: ${holdText(policy.inForce(), hold)}.`
}

interface Asked extends Pick<Prepared, 'plan'> {
  readonly command: PlanCommand
  readonly caller: Caller
  readonly on: JudgedOn
}

/** By the rules, and whether the one who asks may go on without the approval that they want. */
const judgePlan = (context: Context, { plan, command, caller, on }: Asked): Outcome<Judgement> => {
  const policy = context.policy.inForce()
  const { roles, ...basis } = on
  const judged = judge(policy, roles, wishOf(plan, basis))
  const glass =
    command.breakGlass === true
      ? refuseBreakGlass(policy, personOf(policy, caller.account), command.reason)
      : null
  return glass === null ? judged : refused(glass, ...(judged.ok ? [] : judged.refusals))
}
