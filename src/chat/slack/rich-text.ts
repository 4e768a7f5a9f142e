// Rich text elements are never parsed by Slack: what stands in `text` is shown as it is. That is why posts are made of
// them and of plain_text, and of no mrkdwn at all.
import type { RichTextBlock, RichTextElement } from '@slack/types'
import type { Called, Run } from '../../core/notice/notice'
import { accountText } from '../person'
import { cut, plain, utc } from '../text'
import { cutJson } from './escape'
import { limits } from './limits'

type Style = { readonly bold?: true; readonly italic?: true; readonly code?: true }

export const textElement = (text: string, style?: Style): RichTextElement =>
  style ? { type: 'text', text, style } : { type: 'text', text }

/** One run at most as long as Slack lets a section's text be, so that no single value fills the message. */
const shown = (text: string): string => cut(plain(text), limits.sectionText)

const personElement = ({ person: account, name }: Extract<Run, { person: string }>): RichTextElement => {
  const user = /^slack:[A-Z0-9]+\/([A-Z0-9]+)$/.exec(account)?.[1]
  return user
    ? { type: 'user', user_id: user }
    : textElement(cut(accountText(account, 'slack', name), limits.sectionText))
}

/** Slack shows it in the reader's zone and language, and the fallback where it cannot. */
const dateElement = (ms: number): RichTextElement => ({
  type: 'date',
  timestamp: Math.floor(ms / 1000),
  format: '{date_short_pretty} {time}',
  fallback: utc(ms),
})

const runElement = (run: Run, style?: Style): RichTextElement => {
  if (typeof run === 'string') return textElement(shown(run), style)
  if ('person' in run) return personElement(run)
  if ('about' in run) return textElement(shown(run.about), style)
  if ('link' in run) return { type: 'link', url: run.link, text: shown(run.words), ...(style && { style }) }
  if ('time' in run) return dateElement(run.time)
  if ('code' in run) return textElement(shown(run.code), { ...style, code: true })
  return textElement(shown(run.strong), { ...style, bold: true })
}

/** Each of them is notified. */
export const calledElements = (whom: readonly Called[]): RichTextElement[] =>
  whom.flatMap((each): RichTextElement[] => [
    textElement(' '),
    'person' in each ? personElement(each) : groupElement(each),
  ])

const groupElement = ({ group, name }: Extract<Called, { group: string }>): RichTextElement =>
  /^S[A-Z0-9]+$/.test(group) ? { type: 'usergroup', usergroup_id: group } : textElement(shown(name))

/** Slack refuses empty text elements, so they are left out. */
export const runElements = (runs: readonly Run[], style?: Style): RichTextElement[] =>
  runs
    .map((run) => runElement(run, style))
    .filter((element) => element.type !== 'text' || element.text !== '')

export const section = (elements: RichTextElement[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
})

const preformatted = (text: string): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
})

export const jsonLength = (value: unknown): number => JSON.stringify(value).length

/** As many of the elements as fit into `room` characters of JSON, the last one cut with a mark; null when none does. */
export const fitSection = (elements: readonly RichTextElement[], room: number): RichTextBlock | null => {
  const kept: RichTextElement[] = []
  let left = room - jsonLength(section([]))
  for (const element of elements) {
    const size = jsonLength(element) + 1
    if (size <= left) {
      kept.push(element)
      left -= size
      continue
    }
    if (element.type === 'text') {
      const text = cutJson(element.text, left - jsonLength({ ...element, text: '' }) - 1)
      if (text !== '') kept.push({ ...element, text })
    }
    break
  }
  return kept.length > 0 ? section(kept) : null
}

/** The text in a monospaced block of at most `room` characters of JSON, or null when not even a mark fits. */
export const fitPreformatted = (text: string, room: number): RichTextBlock | null => {
  const shorter = cutJson(text, room - jsonLength(preformatted('')))
  return shorter === '' ? null : preformatted(shorter)
}
