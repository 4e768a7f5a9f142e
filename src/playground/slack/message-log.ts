/** Keeps the channels over a restart: one line for each change, compacted when it is read. A torn last line is passed over. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const message = z.object({
  ts: z.string(),
  user: z.string(),
  text: z.string(),
  blocks: z.array(z.looseObject({ type: z.string() })),
  edited: z.object({ user: z.string(), ts: z.string() }).exactOptional(),
  ephemeralFor: z.string().exactOptional(),
  thread: z.string().exactOptional(),
})

const line = z.object({
  channel: z.string(),
  /** How many ids were given out when it was written. */
  ids: z.number().int(),
  ts: z.string(),
  /** Null: removed. */
  message: message.nullable(),
})
type SavedLine = z.infer<typeof line>

export interface MessageLog {
  /** What was there at the start, oldest first. */
  readonly saved: readonly SavedLine[]
  readonly append: (line: SavedLine) => void
}

export const NO_LOG: MessageLog = { saved: [], append: () => undefined }

export const openMessageLog = (file: string): MessageLog => {
  const saved = existsSync(file) ? compact(readFileSync(file, 'utf8')) : []
  writeFileSync(file, saved.map(textOf).join(''))
  return { saved, append: (each) => appendFileSync(file, textOf(each)) }
}

const textOf = (each: SavedLine): string => `${JSON.stringify(each)}\n`

/** The newest state of each message that is still there. */
const compact = (text: string): SavedLine[] => {
  const newest = new Map<string, SavedLine>()
  for (const each of text.split('\n').flatMap(read)) {
    const key = `${each.channel} ${each.ts}`
    if (each.message === null) newest.delete(key)
    else newest.set(key, each)
  }
  return [...newest.values()]
}

const read = (text: string): SavedLine[] => {
  try {
    return [line.parse(JSON.parse(text))]
  } catch {
    return []
  }
}
