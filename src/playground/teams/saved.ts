/** Keeps the tenant over a restart: its port, since the bot's addresses name it, and a line for each message as it is now. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { postedMessage } from './posted'

const place = { conversation: z.string(), id: z.string() }
const shown = z.object({
  kind: z.literal('shown'),
  ...place,
  message: postedMessage,
  edits: z.number().int(),
})
const said = z.object({ kind: z.literal('said'), ...place, by: z.string(), text: z.string() })
const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('port'), port: z.number().int() }),
  shown,
  said,
])
type Line = z.infer<typeof line>

/** A message of the bot as it is shown now. */
export type ShownMessage = Readonly<Omit<z.infer<typeof shown>, 'kind'>>
/** What a person typed; `by` is their object id. */
export type SaidMessage = Readonly<Omit<z.infer<typeof said>, 'kind'>>

export interface Saved {
  /** 0, any free one, where none was kept. */
  readonly port: number
  readonly shown: readonly ShownMessage[]
  readonly said: readonly SaidMessage[]
  readonly append: (line: Line) => void
}

export const NOTHING_SAVED: Saved = { port: 0, shown: [], said: [], append: () => undefined }

/** Older messages are forgotten. */
const KEPT = 500

export const openSaved = (file: string): Saved => {
  const lines = existsSync(file) ? compact(readFileSync(file, 'utf8')) : []
  writeFileSync(file, lines.map(textOf).join(''))
  return {
    port: lines.find((each) => each.kind === 'port')?.port ?? 0,
    shown: lines.filter((each) => each.kind === 'shown'),
    said: lines.filter((each) => each.kind === 'said'),
    append: (each) => appendFileSync(file, textOf(each)),
  }
}

const textOf = (each: Line): string => `${JSON.stringify(each)}\n`

const keyOf = (each: Line): string => (each.kind === 'port' ? '' : `${each.conversation} ${each.id}`)

const compact = (text: string): Line[] => {
  const newest = new Map<string, Line>()
  for (const each of text.split('\n').flatMap(read)) newest.set(keyOf(each), each)
  const port = newest.get('')
  newest.delete('')
  return [...(port ? [port] : []), ...[...newest.values()].slice(-KEPT)]
}

/** A torn last line is passed over. */
const read = (text: string): Line[] => {
  try {
    return [line.parse(JSON.parse(text))]
  } catch {
    return []
  }
}
