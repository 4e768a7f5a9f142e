/** What changes a host: a plan, then a request in the channel, or every reason why not. */
import { comingRuns } from '../../core/cards/lease'
import { planNotice } from '../../core/cards/plan'
import { doneNotice } from '../../core/answers/done'
import { OWN_RETURN, verdictParts } from '../../core/answers/why'
import { refusalNotice } from '../../core/answers/refusal'
import type { PlanCommand } from '../../core/command/command'
import { refused, type Outcome } from '../../core/errors'
import { refuseBreakGlass } from '../../core/request/permission'
import { holdAt, holdText } from '../../core/policy/calendar'
import { isUnsupported, judge, subjectsOf, wishOf, type Judgement } from '../../core/policy/judge'
import type { JudgedOn } from '../../core/request/judged'
import { lentMsOf, type AskedEnd } from '../../core/time/until'
import type { Notice, Run } from '../../core/notice/notice'
import type { Plan } from '../../core/plan/plan'
import { personOf, rolesOf } from '../../core/policy/policy'
import type { Request } from '../../core/request/request'
import type { Tx } from '../../store/database'
import { copiesOf, post } from '../../store/outbox'
import type { Caller, Consequence } from '../context/consequence'
import { say } from '../context/consequence'
import { isOwn, touchingOf } from '../snapshot/holding'
import { ownToRelease } from '../changes/lease/meant'
import { tellThoseWhoLose } from '../telling/holders'
import { lends, termsFor, type Terms } from '../changes/lease/terms'
import type { Parts } from '../context/parts'
import { tooManyAsked } from '../snapshot/most'
import { prepare, type Prepared } from '../planning/planning'
import { takingTurn } from '../changes/queue/turn'
import { raise, type Answered } from '../changes/request/raise'

/** `offer`: the one that is taken by asking. Without it, whoever asks for a GPU when it is their turn takes it. */
export const ask = async (
  parts: Parts,
  command: PlanCommand,
  caller: Caller,
  offer?: Answered,
): Promise<Consequence> => {
  const prepared = await prepare(parts, command, { answers: offer, by: caller.account })
  if (!prepared.ok) return say(refusalNotice(prepared.refusals))
  const { plan, interrupts, turn } = prepared.value
  const answers = offer ?? (turn && takingTurn(parts, turn))
  const wanting = { ...prepared.value, by: caller.account }
  const terms = await termsFor(parts.db, parts, command, wanting)
  if (!terms.ok) return say(refusalNotice(terms.refusals))
  const on = await groundsFor(parts, { ...prepared.value, caller, end: terms.value.end })
  const judged = judgePlan(parts, { plan, command, caller, on })
  if (command.dryRun || command.script) {
    const own = command.kind === 'release' && (await ownToRelease(parts, command, caller)) !== null
    const verdict = own ? doneNotice(OWN_RETURN).parts : verdictParts(judged)
    const lease = lendingRuns(plan, terms.value)
    return say(planNotice(plan, { script: command.script, verdict, lease, interrupts }))
  }
  if (!judged.ok) return say(refusalNotice(judged.refusals))
  return async (tx) => {
    const still = await termsFor(tx, parts, command, wanting)
    if (!still.ok) return refusalNotice(still.refusals)
    const tooMany = answers
      ? null
      : await tooManyAsked(tx, parts.policy.inForce(), { ...wanting, ...still.value })
    if (tooMany) return refusalNotice([tooMany])
    const person = personOf(parts.policy.inForce(), caller.account) ?? caller.account
    const said = { by: caller.account, person, name: caller.name.slice(0, 200) }
    const raised = await raise(tx, parts, {
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
    await tellThoseWhoLose(tx, parts.policy.inForce(), raised.value, parts.clock.now())
    return tellAsker(tx, parts, raised.value, caller)
  }
}

/** As the card would say it, and that there is no end where that is so. */
const lendingRuns = (plan: Plan, { end, holder }: Terms): Run[] => {
  if (!lends(plan)) return []
  const runs = comingRuns({ ...(end ? { lease: end } : {}), ...(holder ? { holder } : {}) }, null)
  return runs.length === 0 ? ['without an end'] : runs
}

/** Whoever asked in another place than that of the card is told where it is; and everybody, when it begins late. */
const tellAsker = async (tx: Tx, parts: Parts, request: Request, caller: Caller): Promise<Notice | null> => {
  const { id, elsewhere } = request
  const later = laterText(parts, request)
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
  await post(tx, caller.back, notice, { at: parts.clock.now(), about: card?.seq ?? null })
  return null
}

/** Null when nothing keeps it from beginning once it is approved. */
const laterText = ({ policy, clock }: Parts, { id, plan }: Request): string | null => {
  const hold = holdAt(policy.inForce(), subjectsOf(plan), clock.now())
  return hold && `${id} begins later: ${holdText(policy.inForce(), hold)}.`
}

const groundsFor = async (
  parts: Parts,
  {
    plan,
    facts,
    otherFacts,
    caller,
    end,
  }: Prepared & { readonly caller: Caller; readonly end: AskedEnd | null },
): Promise<JudgedOn> => {
  const policy = parts.policy.inForce()
  const readings = new Map([facts, ...(otherFacts ? [otherFacts] : [])].map((each) => [each.name, each]))
  return {
    roles: rolesOf(policy, personOf(policy, caller.account)),
    own: await isOwn(parts.db, policy, touchingOf(plan, readings), caller.account),
    lentMs: lentMsOf(end, parts.clock.now()),
    unsupportedPartitioning: isUnsupported(plan, facts),
  }
}

interface Asked extends Pick<Prepared, 'plan'> {
  readonly command: PlanCommand
  readonly caller: Caller
  readonly on: JudgedOn
}

/** By the rules, and whether the one who asks may go on without the approval that they want. */
const judgePlan = (parts: Parts, { plan, command, caller, on }: Asked): Outcome<Judgement> => {
  const policy = parts.policy.inForce()
  const { roles, ...basis } = on
  const judged = judge(policy, roles, wishOf(plan, basis))
  const glass =
    command.breakGlass === true
      ? refuseBreakGlass(policy, personOf(policy, caller.account), command.reason)
      : null
  return glass === null ? judged : refused(glass, ...(judged.ok ? [] : judged.refusals))
}
