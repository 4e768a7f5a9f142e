// A notice becomes one Adaptive Card. The room is counted in bytes of JSON: buttons get theirs first, since a request
// that cannot be answered is worth nothing; then the parts in order, each leaving the later ones a share.
import type { Notice, Part } from '../../core/notice/notice'
import { cut, oneLine } from '../text'
import { renderButtons } from './buttons'
import { bytesOf, type AdaptiveCard, type ContainerStyle, type Element } from './card'
import { limits } from './limits'
import { codeLines, fitLines, line, linesOf, type Fitted } from './lines'
import { mentionsIn, renderCall } from './mentions'
import { inOneZone, isBland } from './moments'
import type { NameOf } from './pieces'
import { renderFacts, renderSteps } from './rows'
import { renderTable } from './table'

export interface TeamsMessage {
  /** For notifications, and for clients that show no card; plain text. */
  readonly summary: string
  readonly card: AdaptiveCard
}

type ShownPart = Exclude<Part, { kind: 'buttons' }>
type LoudTone = Exclude<Notice['tone'], 'plain'>

/** The colour is never alone: the word says the same. */
const tones = {
  waiting: { style: 'warning', word: 'Waiting' },
  working: { style: 'accent', word: 'In progress' },
  good: { style: 'good', word: 'OK' },
  bad: { style: 'attention', word: 'Attention' },
} as const satisfies Record<LoudTone, { style: ContainerStyle; word: string }>

const cutNote =
  '✂ … cut: this is longer than one message in Teams can be. Ask for a narrower view or the next page.'

const outdated = 'This Teams cannot show the card: update it, or open the chat in a browser.'

/** A heading for screen readers, which only a TextBlock can be, where it may be one. */
const renderTitle = (text: string): readonly Element[] => {
  const title = cut(oneLine(text).trim(), limits.title)
  if (title === '') return []
  const shown = { size: 'Large', weight: 'Bolder' } as const
  if (!isBland(title)) return [line(title, shown)]
  return [{ type: 'TextBlock', text: title, wrap: true, style: 'heading', ...shown }]
}

const boxOf = (lines: readonly Element[]): Element => ({ type: 'Container', style: 'emphasis', items: lines })

const renderCode = (text: string, room: number): Fitted<Element> => {
  const fitted = fitLines(codeLines(text), room - bytesOf(boxOf([])))
  return fitted.elements.length === 0 ? fitted : { elements: [boxOf(fitted.elements)], cut: fitted.cut }
}

const renderPart = (part: ShownPart, nameOf: NameOf, room: number): Fitted<Element> => {
  switch (part.kind) {
    case 'title':
      return { elements: renderTitle(part.text), cut: false }
    case 'text':
      return fitLines(linesOf(part.runs, nameOf), room)
    case 'facts':
      return renderFacts(part, nameOf, room)
    case 'steps':
      return renderSteps(part, room)
    case 'code':
      return renderCode(part.text, room)
    case 'table':
      return renderTable(part, room)
    case 'note':
      return fitLines(linesOf(part.runs, nameOf, { size: 'Small', isSubtle: true }), room)
    case 'call':
      return fitLines([renderCall(part, nameOf)], room)
  }
}

/** What a later part may count on; code and tables are elastic, words are wanted whole. */
const shareOf = (part: ShownPart): number =>
  part.kind === 'code' || part.kind === 'table' ? 1_000 : Math.min(limits.run, bytesOf(part) * 2 + 200)

const renderParts = (
  parts: readonly ShownPart[],
  nameOf: NameOf,
  room: number,
): Fitted<readonly Element[]> => {
  const rendered: (readonly Element[])[] = []
  let left = room
  let cutAnything = false
  let later = parts.reduce((sum, part) => sum + shareOf(part), 0)
  for (const part of parts) {
    later -= shareOf(part)
    const fitted = renderPart(part, nameOf, left - Math.min(later, left / 2))
    const size = bytesOf(fitted.elements)
    if (size > left) {
      cutAnything = true
      continue
    }
    if (fitted.cut) cutAnything = true
    left -= size
    rendered.push(fitted.elements)
  }
  return { elements: rendered, cut: cutAnything }
}

const inTone = (tone: Notice['tone'], parts: readonly (readonly Element[])[]): Element[] => {
  const [first = [], ...others] = parts
  if (tone === 'plain') return parts.flat()
  const { style, word } = tones[tone]
  return [
    {
      type: 'Container',
      style,
      bleed: true,
      items: [line(word, { size: 'Small', weight: 'Bolder' }), ...first],
    },
    ...others.flat(),
  ]
}

/**
 * The message of a notice, within Teams' limit whatever the notice holds; what is left out is said to be. Nothing in it
 * is read as markup, and nobody is mentioned but by a call.
 */
export const renderTeams = (notice: Notice, nameOf: NameOf = () => null): TeamsMessage => {
  const summary = cut(oneLine(notice.summary), limits.summary) || '–'
  const { actions, leftOut } = renderButtons(notice.parts, limits.cardBytes / 2)
  const entities = mentionsIn(notice.parts, nameOf)
  const frame: AdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    msteams: { width: 'Full', ...(entities.length > 0 && { entities }) },
    fallbackText: outdated,
    // It may be read as SSML, where these three would begin markup.
    speak: summary.replace(/[<>&]/gu, ' '),
    body: [],
    ...(actions.length > 0 ? { actions } : {}),
  }
  const note = line(cutNote, { italic: true })
  const room = limits.cardBytes - bytesOf(frame) - bytesOf([note, ...inTone(notice.tone, [])])
  const shown = inOneZone(notice.parts, nameOf).filter((part): part is ShownPart => part.kind !== 'buttons')
  const parts = renderParts(shown, nameOf, room)
  const body = inTone(notice.tone, parts.elements)
  const told = parts.cut || leftOut > 0 ? [...body, note] : body
  return { summary, card: { ...frame, body: told.length > 0 ? told : [line(summary)] } }
}
