/** Whose VM is stopped, or partition changed, by somebody else's request: on its card, and as they are asked themselves. */
import { answerBy, namesOf, type Touched } from '../request/consent'
import type { Notice, Part, Run } from '../notice/notice'
import { authorityOf, waivesConsent, type Request } from '../request/request'
import { hostPlansOf, stopsVm, type Plan } from '../plan/plan'
import { staysWords } from './lease'
import { cautionParts, titleOf } from './plan'
import { roleWords } from '../text/roles'

const heldWords = ({ vm, holds }: Touched): string => `${holds.join(', ')} in ${vm}`

/** One line for each; nothing where it touches nobody else. */
export const touchedParts = (request: Request): Part[] => {
  const { touches = [] } = request
  if (touches.length === 0) return []
  const isOpen = request.state === 'pending' || request.state === 'approved'
  return [
    ...touches.map((each): Part => ({
      kind: 'text',
      runs: [...holderRuns(request, each), ...saidRuns(request, each)],
    })),
    ...(isOpen && !waivesConsent(request) ? [hintPart(request)] : []),
  ]
}

const holderRuns = ({ plan }: Request, { vm, holder, holds }: Touched): Run[] =>
  stopsVm(plan)
    ? [`Stops ${vm}, in which `, { person: holder }, ` holds ${holds.join(', ')}`]
    : [`Changes the partition of ${holds.join(', ')} in ${vm}, which `, { person: holder }, ' holds']

const saidRuns = (request: Request, each: Touched): Run[] => {
  const said = answerBy(request, each)
  if (said === null) return [waivesConsent(request) ? ': told' : ': asked, has not answered']
  const reason = said.reason === undefined ? '' : `: ${said.reason}`
  return [': ', { strong: said.answer === 'yes' ? 'agreed' : 'objected' }, reason]
}

const hintPart = ({ id, touches = [] }: Request): Part => {
  const roles = [...new Set(touches.flatMap(({ by }) => by))]
  const others = roles.length > 0 ? `one of ${roleWords(roles)}` : 'an administrator'
  return {
    kind: 'note',
    runs: [
      'It does not begin before they answered, or have had ten minutes to.\n',
      `It takes their yes, or that of ${others}: `,
      { code: `agree ${id}` },
      '.',
    ],
  }
}

/** `maya may answer first, within ten minutes`; null when nobody is waited for. `heard`: it has reached those who are silent. */
export const waitsForConsent = ({
  silent,
  heard,
  without,
}: {
  readonly silent: readonly Touched[]
  readonly heard: boolean
  readonly without: readonly Touched[]
}): string | null => {
  if (silent.length > 0 && !heard)
    return `the message to ${namesOf(silent)}, who may answer first, has not arrived yet`
  if (silent.length > 0) return `${namesOf(silent)} may answer first, within ten minutes`
  return without.length > 0 ? `it takes the yes of ${namesOf(without)}, or of somebody in their place` : null
}

/** To one person who holds something that the request touches. */
export const consentNotice = (request: Request, person: string): Notice => {
  const { id, plan, touches = [] } = request
  const own = touches.filter((each) => each.person === person)
  const waived = waivesConsent(request)
  const head = `${id} ${deedWords(plan, waived)} ${own.map(heldWords).join('; ')}`
  return {
    summary: head,
    tone: waived ? 'bad' : 'waiting',
    parts: [
      { kind: 'title', text: titleOf(plan) },
      {
        kind: 'text',
        runs: [{ strong: `${head}. ` }, ...askedRuns(request)],
      },
      ...lossParts(request, own),
      ...cautionParts(plan),
      ...(waived ? waivedParts(request) : answerParts(request)),
    ],
  }
}

const deedWords = (plan: Plan, isBegun: boolean): string =>
  stopsVm(plan)
    ? `${isBegun ? 'stops' : 'would stop'} a VM in which you hold`
    : `${isBegun ? 'changes' : 'would change'} your partition of`

const askedRuns = ({ asked, ends }: Request): Run[] =>
  ends?.why === 'expired'
    ? ['The time of the lease of ', { person: asked.by }, ' there is over.']
    : ['Asked by ', { person: asked.by }, asked.reason === undefined ? '.' : `: ${asked.reason}`]

/** What of it the plan takes away, beside stopping the VM. */
const lossParts = ({ id, plan, holder }: Request, own: readonly Touched[]): Part[] => {
  const taken = hostPlansOf(plan).flatMap(({ from, gpu }) => (from ? [gpu.alias] : []))
  const lost = own.flatMap(({ holds }) => holds.filter((each) => taken.includes(each)))
  if (lost.length === 0 || plan.action === 'resize') return []
  const stays = holder !== undefined && own.some(({ person }) => person === holder.person)
  const text = stays ? `${staysWords({ id, plan })}.` : `${id} would take ${lost.join(', ')} from you.`
  return [{ kind: 'text', runs: [{ strong: text }] }]
}

const waivedParts = (request: Request): Part[] =>
  authorityOf(request)?.kind === 'break-glass'
    ? [{ kind: 'text', runs: ['The glass was broken: it goes on at once, and nobody was asked.'] }]
    : []

const answerParts = ({ id }: Request): Part[] => [
  {
    kind: 'text',
    runs: [
      'Nothing begins before you answer, or have had ten minutes to. After that an approver may agree in your place.',
    ],
  },
  {
    kind: 'buttons',
    buttons: [
      { label: 'Agree', style: 'primary', press: { kind: 'say', text: `agree ${id}` } },
      { label: 'Object', style: 'danger', press: { kind: 'say', text: `object ${id}` } },
    ],
  },
  {
    kind: 'note',
    runs: [
      'As words: ',
      { code: `agree ${id}` },
      ', ',
      { code: `object ${id} because ...` },
      '. An objection is shown to whoever decides; it is no veto.',
    ],
  },
]
