// A notice becomes one Slack message. The room is counted in characters of block JSON: buttons get theirs first, since a
// request that cannot be answered is worth nothing; then the parts in order, each leaving the later ones a share.
import type { KnownBlock, RichTextElement } from '@slack/types'
import type { Notice, Part } from '../../core/notice/notice'
import { cut, oneLine, plain } from '../text'
import { plainTextElement, renderButtons, type RenderedButtons } from './buttons'
import { cutEscaped, cutJson } from './escape'
import { limits } from './limits'
import {
  calledElements,
  fitPreformatted,
  fitSection,
  jsonLength,
  runElements,
  section,
  textElement,
} from './rich-text'
import { renderTable, type TableShape } from './table'

export interface SlackMessage {
  readonly text: string
  readonly blocks: KnownBlock[]
}

type ButtonsPart = Extract<Part, { kind: 'buttons' }>
type ShownPart = Exclude<Part, ButtonsPart>

const toneMarks = { plain: '', waiting: '🟡 ', working: '🔵 ', good: '🟢 ', bad: '🔴 ' } satisfies Record<
  Notice['tone'],
  string
>

const stepMarks = { done: '✅', now: '⏳', todo: '⬜', undone: '↩️', failed: '❌' } as const

const cutNote =
  '✂ … cut: this is longer than Slack shows in one message. Ask for a narrower view or the next page.'

const factElements = (part: Extract<Part, { kind: 'facts' }>): RichTextElement[] =>
  part.rows.flatMap((row, index) => [
    textElement(`${index === 0 ? '' : '\n'}${oneLine(row.label)}: `, { bold: true }),
    ...runElements(row.runs),
  ])

const stepElements = (part: Extract<Part, { kind: 'steps' }>): RichTextElement[] =>
  part.steps.flatMap((step, index) => {
    const line = `${index === 0 ? '' : '\n'}${stepMarks[step.state]} `
    const text =
      step.state === 'now' ? textElement(plain(step.text), { bold: true }) : textElement(plain(step.text))
    const note = step.note ? [textElement(` (${plain(step.note)})`, { italic: true })] : []
    return [textElement(line), ...(step.text === '' ? [] : [text]), ...note]
  })

/** Small grey text where it holds words alone; a context block has no chips for people and no code. */
const renderNote = (part: Extract<Part, { kind: 'note' }>, room: number): KnownBlock | null => {
  const words = part.runs.filter((run) => typeof run === 'string')
  if (words.length < part.runs.length) return fitSection(runElements(part.runs, { italic: true }), room)
  const frame = jsonLength({ type: 'context', elements: [plainTextElement('')] })
  const text = cutJson(cut(plain(words.join('')), limits.contextText), room - frame)
  return text === '' ? null : { type: 'context', elements: [plainTextElement(text)] }
}

interface Place {
  readonly room: number
  readonly tone: Notice['tone']
  readonly shape: TableShape
}

const renderPart = (part: ShownPart, { room, tone, shape }: Place): KnownBlock | null => {
  switch (part.kind) {
    case 'title': {
      const text = cut(toneMarks[tone] + oneLine(part.text), limits.headerText)
      return text.trim() === '' ? null : { type: 'header', text: plainTextElement(text) }
    }
    case 'text':
      return fitSection(runElements(part.runs), room)
    case 'facts':
      return fitSection(factElements(part), room)
    case 'steps':
      return fitSection(stepElements(part), room)
    case 'code':
      return fitPreformatted(plain(part.text), room)
    case 'table':
      return renderTable(part, shape, room)
    case 'note':
      return renderNote(part, room)
    case 'call':
      return fitSection([textElement(plain(part.words), { bold: true }), ...calledElements(part.whom)], room)
  }
}

/** What a later part may count on; code and tables are elastic, words are wanted whole. */
const shareOf = (part: ShownPart): number => {
  if (part.kind === 'code' || part.kind === 'table') return 600
  return Math.min(limits.sectionText, jsonLength(part) + 200)
}

const buttonsOf = (parts: readonly Part[], room: number): Map<Part, RenderedButtons> => {
  const rendered = new Map<Part, RenderedButtons>()
  let index = 0
  let left = room
  let blocksLeft = limits.blocks / 2
  for (const part of parts) {
    if (part.kind !== 'buttons') continue
    const fits = Math.ceil(part.buttons.length / limits.buttonsPerBlock) <= blocksLeft
    const buttons = renderButtons(part.buttons, index, fits ? left : 0)
    blocksLeft -= buttons.blocks.length
    index += part.buttons.length
    left -= jsonLength(buttons.blocks)
    rendered.set(part, buttons)
  }
  return rendered
}

const marked = (block: KnownBlock | null): boolean =>
  block === null || JSON.stringify(block).includes('… cut')

/**
 * The message of a notice: `text` for notifications and screen readers, `blocks` for everyone else. Within Slack's
 * limits whatever the notice holds; what is left out is said to be.
 */
export const renderSlack = (notice: Notice): SlackMessage => {
  const note: KnownBlock = section([textElement(cutNote, { italic: true })])
  const buttons = buttonsOf(notice.parts, limits.totalJson / 2)
  const blocks: KnownBlock[] = []
  let left = limits.totalJson - jsonLength(note) - 2
  for (const { blocks: reserved } of buttons.values()) left -= jsonLength(reserved)
  let blocksLeft =
    limits.blocks - 1 - [...buttons.values()].reduce((sum, each) => sum + each.blocks.length, 0)
  let shape: TableShape = 'table'
  let cutAnything = [...buttons.values()].some((each) => each.leftOut > 0)

  const shares = notice.parts.map((part) => (part.kind === 'buttons' ? 0 : shareOf(part)))
  let later = shares.reduce((sum, share) => sum + share, 0)

  notice.parts.forEach((part, index) => {
    later -= shares[index] ?? 0
    const rendered = part.kind === 'buttons' ? buttons.get(part) : undefined
    if (rendered) return void blocks.push(...rendered.blocks)
    if (part.kind === 'buttons') return
    if (blocksLeft <= 0) return void (cutAnything = true)
    const room = left - Math.min(later, left / 2) - 1
    const block = renderPart(part, { room, tone: notice.tone, shape })
    if (!block || jsonLength(block) > left) return void (cutAnything ||= jsonLength(part) > 60)
    if (marked(block)) cutAnything = true
    if (block.type === 'table') shape = 'text'
    left -= jsonLength(block) + 1
    blocksLeft -= 1
    blocks.push(block)
  })
  if (cutAnything) blocks.push(note)
  return { text: cutEscaped(plain(notice.summary), limits.fallbackText) || '–', blocks }
}
