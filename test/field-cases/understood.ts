/** What the bot understands of a text that a chat handed on: a command, or what it says against it. */
import { parse } from '../../src/core/grammar/parse'

export const understood = (text: string) => {
  const read = parse(text)
  return read.ok
    ? { ok: true, command: read.value }
    : { ok: false, said: read.refusals.map(({ reason, next = '' }) => `${reason}: ${next}`).join('\n') }
}
