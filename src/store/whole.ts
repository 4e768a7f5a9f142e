/** All columns of a row as one text, whatever they hold. */
import { types } from 'node:util'
import { z } from 'zod'

/** A text that is damaged may have become bytes. */
export const wholeOf = (row: object): string =>
  JSON.stringify(row, (_, value: unknown) =>
    types.isAnyArrayBuffer(value) ? { base64: Buffer.from(value).toString('base64') } : value,
  )

/** As SQLite takes it. */
export const bindable = (value: unknown): unknown =>
  types.isAnyArrayBuffer(value) ? Buffer.from(value) : value

export const whole = z.record(
  z.string(),
  z.union([
    z.string(),
    z.number(),
    z.null(),
    z.object({ base64: z.string() }).transform(({ base64 }) => Buffer.from(base64, 'base64')),
  ]),
)
