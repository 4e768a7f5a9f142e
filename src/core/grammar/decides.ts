/** Whether what somebody did decides about something: then it matters who they are at this very moment. */
import { specOf } from '../command/command'
import type { Delivery } from '../ports/delivery'
import { parse } from './parse'

export const decides = (said: Delivery['said']): boolean => {
  if (said.kind === 'decide') return true
  if (said.kind !== 'text') return false
  const command = parse(said.text)
  if (!command.ok) return false
  const { needs, decides: doesSo } = specOf(command.value.kind)
  return needs === 'approve' || needs === 'administer' || doesSo === true
}
