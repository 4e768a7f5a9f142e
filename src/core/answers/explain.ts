/** `why`: which rule of the policy answers, which roles it wants, and who is waited for. */
import { authorityParts, standParts, stateWords } from '../cards/approvals'
import { touchedParts } from '../cards/consent'
import { titleOf } from '../cards/plan'
import type { Outcome } from '../errors'
import { shown } from '../text/shown'
import { runsOf } from '../notice/prose'
import { span } from '../time/span'
import type { Notice, Part, Run } from '../notice/notice'
import { holdAt, holdText, type Hold } from '../policy/calendar'
import { type Judgement, judge, rulesFor, subjectsOf, type Fit, type Wish } from '../policy/judge'
import { isExtension } from '../plan/extension'
import { rolesOf, type Policy, type Rule } from '../policy/policy'
import { endsOf, quarantineWords, type Quarantine } from '../inventory/quarantine'
import type { Request } from '../request/request'
import { refusalNotice } from './refusal'
import { needWords, roleWords } from '../text/roles'

const text = (...runs: Run[]): Part => ({ kind: 'text', runs })

/** `production: asked by researchers; 2 of platform` for one VM or for the GPU alone. */
const fitPart = ({ rule, vm, among, wish }: Fit): Part => {
  const about = vm === null ? '' : `For ${vm}: `
  if (rule === null) return text(`${about}no rule fits, and what no rule fits is refused.`)
  const approval =
    rule.approve === 'automatic' ? 'no approver is needed' : `${needWords(rule.approve)} must approve`
  return text(
    `${about}rule `,
    { strong: rule.name },
    among.length > 0
      ? ` asks for most of those that may fit (${among.map(({ name }) => name).join(', ')}), since the model of ${wish.gpu} is not known (${shown(wish.model)}): `
      : ' is the first that fits: ',
    `${roleWords(rule.ask)} may ask; ${approval}.${lentBy(rule)}`,
  )
}

const lentBy = ({ longest }: Rule): string =>
  longest === undefined ? '' : ` It is for what is lent for ${span(longest)} at most.`

const neededBy = (judgement: Outcome<Judgement>): string | null =>
  judgement.ok && judgement.value.kind === 'quorum'
    ? judgement.value.needs.map(needWords).join(' and ')
    : null

const laterPart = (policy: Policy, hold: Hold | null): Part[] =>
  hold ? [text(`It begins later: ${holdText(policy, hold)}.`)] : []

/** What would come of it, and every reason against it. */
export const verdictParts = (judgement: Outcome<Judgement>): Part[] => {
  if (!judgement.ok) return [text('This would be refused.'), ...against(judgement)]
  const needed = neededBy(judgement)
  return [
    text(
      needed === null
        ? 'This would go on at once, without an approver.'
        : `This would wait for ${needed} to approve.`,
    ),
  ]
}

/** In place of a verdict: no rule is asked. */
export const OWN_RETURN = 'You hold it: to give it back needs no approver.'

/** A rule may let them have it, and the GPU is given to nobody all the same. */
export const quarantineParts = (quarantines: readonly Quarantine[]): Part[] =>
  quarantines.map((each) =>
    text(
      { strong: `${quarantineWords(each)}.` },
      ' Until that ends, nobody is given it. ',
      ...runsOf(endsOf(each)),
    ),
  )

/** Of a command that nobody gave: `person` is who asks why, `now` in epoch milliseconds. */
export const whyWishNotice = (policy: Policy, person: string, wish: Wish, now: number): Notice => {
  const roles = rolesOf(policy, person)
  const judgement = judge(policy, roles, wish)
  const needed = neededBy(judgement)
  const answer =
    needed === null ? (judgement.ok ? 'no approver is needed' : 'refused') : `${needed} must approve`
  return {
    summary: `The policy says: ${answer}`,
    tone: judgement.ok ? 'plain' : 'bad',
    parts: [
      { kind: 'title', text: `The policy says: ${answer}` },
      ...verdictParts(judgement),
      ...rulesFor(policy, roles, wish).map(fitPart),
      ...(judgement.ok
        ? laterPart(policy, holdAt(policy, [wish, ...(wish.release ? [wish.release] : [])], now))
        : []),
      {
        kind: 'note',
        runs: [`You are ${person}, with the roles: ${roles.join(', ') || 'none'}.`],
      },
    ],
  }
}

const against = (judgement: Outcome<unknown>): Part[] =>
  judgement.ok ? [] : refusalNotice(judgement.refusals).parts

/** Of a request: what it needs and has, and what it was carried out on. */
export const whyRequestNotice = (policy: Policy, request: Request, now: number): Notice => {
  const title = `${request.id} ${titleOf(request.plan)}: ${stateWords(request)}`
  const needs = request.needs.map((need) =>
    text('Rule ', { strong: need.rule }, ` wants ${needWords(need)}.`),
  )
  return {
    summary: title,
    tone: 'plain',
    parts: [
      { kind: 'title', text: title },
      ...(needs.length > 0 ? needs : [text('Its rule wants no approver.')]),
      ...(request.state === 'pending' ? standParts(request) : authorityParts(request)),
      ...request.approvals.map(({ by, person, roles }) =>
        text({ person: by }, ` counts as ${person}, by the role ${roles.join(', ')}.`),
      ),
      ...touchedParts(request),
      ...(!isExtension(request.plan) && (request.state === 'pending' || request.state === 'approved')
        ? laterPart(policy, holdAt(policy, subjectsOf(request.plan), now))
        : []),
      {
        kind: 'note',
        runs: runsOf(
          'Whoever asked never counts, on no account. Roles are looked at again before the first step.',
        ),
      },
    ],
  }
}
