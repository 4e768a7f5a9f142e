import type { Part } from '../../core/notice/notice'
import { cut, oneLine, plain } from '../text'
import { bytesOf, type Action, type ExecuteAction } from './card'
import { limits } from './limits'
import { fitLines, line, linesOf } from './lines'
import { encodePress, pressVerb } from './press'

type Button = Extract<Part, { kind: 'buttons' }>['buttons'][number]

const styles = {
  primary: { style: 'positive' },
  danger: { style: 'destructive' },
  plain: {},
} as const

const label = (text: string): string => cut(oneLine(text), limits.buttonText) || '–'

const confirmBytes = 2_000

/**
 * Adaptive Cards have no dialog: a button that asks first opens a card within the card, with the question and the button
 * that answers it. Pressing the first one again closes it.
 */
const actionOf = (button: Button): Action | null => {
  const data = encodePress(button.press)
  if (data === null) return null
  const execute = (title: string): ExecuteAction => ({
    type: 'Action.Execute',
    title: label(title),
    ...styles[button.style],
    verb: pressVerb,
    data,
  })
  const { confirm } = button
  if (!confirm) return execute(button.label)
  const question = [
    line(cut(oneLine(confirm.title), limits.confirmTitle) || '–', { weight: 'Bolder' }),
    ...linesOf([cut(plain(confirm.text), limits.confirmText)], () => null),
  ]
  return {
    type: 'Action.ShowCard',
    title: label(button.label),
    ...styles[button.style],
    card: {
      type: 'AdaptiveCard',
      body: fitLines(question, confirmBytes).elements,
      actions: [execute(confirm.yes)],
    },
  }
}

export interface RenderedButtons {
  readonly actions: readonly Action[]
  /** Buttons that did not fit: their press was too long, there were too many, or the room was used up. */
  readonly leftOut: number
}

/** All buttons of a notice in at most `room` bytes. */
export const renderButtons = (parts: readonly Part[], room: number): RenderedButtons => {
  const buttons = parts.flatMap((part) => (part.kind === 'buttons' ? part.buttons : []))
  const actions: Action[] = []
  let left = room
  for (const button of buttons) {
    const action = actionOf(button)
    const size = action === null ? 0 : bytesOf(action) + 1
    if (action === null || size > left || actions.length === limits.buttons) continue
    left -= size
    actions.push(action)
  }
  return { actions, leftOut: buttons.length - actions.length }
}
