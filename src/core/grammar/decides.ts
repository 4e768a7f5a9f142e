/** Whether what somebody did decides about something: then it matters who they are at this very moment. */
import type { Command } from '../command/command'
import type { Delivery } from '../ports/delivery'
import { parse } from './parse'

const DECIDING: readonly Command['kind'][] = [
  ...(['approve', 'deny', 'agree', 'object', 'read', 'resolve', 'retry'] as const),
  ...(['accept', 'forget', 'adopt', 'pause', 'resume', 'reload'] as const),
]

export const decides = (said: Delivery['said']): boolean => {
  if (said.kind === 'decide') return true
  if (said.kind !== 'text') return false
  const command = parse(said.text)
  return command.ok && DECIDING.includes(command.value.kind)
}
