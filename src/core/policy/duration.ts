/** A length of time as the policy writes it: `30m`, `2h` or `1d12h`. Milliseconds once read. */
import { z } from 'zod'
import { durationMs } from '../time/duration'

export const duration = z.string().transform((text, context) => {
  const read = durationMs({ text, at: 1, quoted: false })
  if (read.ok) return read.value
  context.addIssue({ code: 'custom', message: 'is no length of time such as 30m, 2h or 1d12h' })
  return z.NEVER
})
