import type { ActionsBlock, Button, ConfirmationDialog, PlainTextElement } from '@slack/types'
import type { Part } from '../../core/notice/notice'
import { cut, oneLine, plain } from '../text'
import { limits } from './limits'
import { actionIdOf, encodePress } from './press'
import { jsonLength } from './rich-text'

type ButtonPart = Extract<Part, { kind: 'buttons' }>['buttons'][number]

/** Plain text with emoji codes left as they are typed: `:rocket:` stays seven letters and two colons. */
export const plainTextElement = (text: string): PlainTextElement => ({
  type: 'plain_text',
  text,
  emoji: false,
})

const label = (text: string, max: number): PlainTextElement =>
  plainTextElement(cut(oneLine(text), max) || '–')

const confirmOf = (button: ButtonPart): { confirm?: ConfirmationDialog } => {
  const { confirm } = button
  if (!confirm) return {}
  return {
    confirm: {
      title: label(confirm.title, limits.confirmTitle),
      text: plainTextElement(cut(plain(confirm.text), limits.confirmText) || '–'),
      confirm: label(confirm.yes, limits.confirmButton),
      deny: label('Go back', limits.confirmButton),
      ...(button.style === 'plain' ? {} : { style: button.style }),
    },
  }
}

const buttonOf = (button: ButtonPart, index: number): Button | null => {
  const value = encodePress(button.press)
  if (value === null) return null
  return {
    type: 'button',
    action_id: actionIdOf(index),
    text: label(button.label, limits.buttonText),
    value,
    ...(button.style === 'plain' ? {} : { style: button.style }),
    ...confirmOf(button),
  }
}

export interface RenderedButtons {
  readonly blocks: readonly ActionsBlock[]
  /** Buttons that did not fit: their value was too long, or the room was used up. */
  readonly leftOut: number
}

/** Blocks of at most 25 buttons in `room` characters of JSON. `firstIndex` keeps ids apart within the message. */
export const renderButtons = (
  buttons: readonly ButtonPart[],
  firstIndex: number,
  room: number,
): RenderedButtons => {
  const kept: Button[] = []
  let left = room - 50 * Math.ceil(buttons.length / limits.buttonsPerBlock)
  buttons.forEach((each, index) => {
    const button = buttonOf(each, firstIndex + index)
    const size = button ? jsonLength(button) + 1 : Infinity
    if (!button || size > left) return
    left -= size
    kept.push(button)
  })
  const blocks: ActionsBlock[] = []
  for (let at = 0; at < kept.length; at += limits.buttonsPerBlock)
    blocks.push({ type: 'actions', elements: kept.slice(at, at + limits.buttonsPerBlock) })
  return { blocks, leftOut: buttons.length - kept.length }
}
