/**
 * Slack's limits on the blocks of a message, checked as `chat.postMessage` does: the first sin names its place by
 * JSON pointer. Sources: the block reference at docs.slack.dev and the types in @slack/types; the total is known from
 * slackapi/bolt-js issue 2509.
 */

export type Json = Record<string, unknown>
export type Block = Json & { readonly type: string }

export type BlockVerdict =
  | { readonly kind: 'fine'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'wrong'
      readonly error: 'invalid_blocks' | 'msg_blocks_too_long'
      readonly details: readonly string[]
    }

const MAX_TOTAL = 13_200

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

/** Collects what is wrong; each check names the pointer of what it looked at. */
class Inspection {
  readonly details: string[] = []

  say(what: string, pointer: string): void {
    this.details.push(`${what} [json-pointer:${pointer}]`)
  }

  length(value: unknown, max: number, pointer: string): void {
    if (typeof value !== 'string' || value.length === 0) this.say('must be more than 0 characters', pointer)
    else if (value.length > max) this.say(`must be less than ${max + 1} characters`, pointer)
  }

  count(value: unknown, max: number, pointer: string): readonly unknown[] {
    const items = listOf(value)
    if (items.length === 0) this.say('no fewer than 1 items allowed', pointer)
    if (items.length > max) this.say(`no more than ${max} items allowed`, pointer)
    return items
  }

  text(value: unknown, limit: { max: number; types: readonly string[] }, pointer: string): void {
    if (!isJson(value) || !limit.types.includes(String(value['type'])))
      this.say('must be a valid text object', pointer)
    else this.length(value['text'], limit.max, `${pointer}/text`)
  }
}

const PLAIN = ['plain_text'] as const
const ANY_TEXT = ['plain_text', 'mrkdwn'] as const

const confirmDialog = (value: unknown, pointer: string, found: Inspection): void => {
  if (value === undefined) return
  if (!isJson(value)) {
    found.say('must be an object', pointer)
    return
  }
  found.text(value['title'], { max: 100, types: PLAIN }, `${pointer}/title`)
  found.text(value['text'], { max: 300, types: ANY_TEXT }, `${pointer}/text`)
  if (value['confirm'] !== undefined)
    found.text(value['confirm'], { max: 30, types: PLAIN }, `${pointer}/confirm`)
  if (value['deny'] !== undefined) found.text(value['deny'], { max: 30, types: PLAIN }, `${pointer}/deny`)
}

const button = (value: unknown, pointer: string, found: Inspection): void => {
  if (!isJson(value)) {
    found.say('must be an object', pointer)
    return
  }
  if (value['type'] !== 'button') {
    found.say(`unsupported type: ${String(value['type'])}`, `${pointer}/type`)
    return
  }
  found.text(value['text'], { max: 75, types: PLAIN }, `${pointer}/text`)
  if (value['action_id'] !== undefined) found.length(value['action_id'], 255, `${pointer}/action_id`)
  if (value['value'] !== undefined) found.length(value['value'], 2000, `${pointer}/value`)
  if (value['url'] !== undefined) found.length(value['url'], 3000, `${pointer}/url`)
  const style = value['style']
  if (style !== undefined && style !== 'primary' && style !== 'danger')
    found.say('must be a valid enum value', `${pointer}/style`)
  confirmDialog(value['confirm'], `${pointer}/confirm`, found)
}

const RICH_LEAVES = ['text', 'link', 'user', 'usergroup', 'channel', 'emoji', 'broadcast', 'date']

const richLeaf = (value: unknown, pointer: string, found: Inspection): void => {
  if (!isJson(value) || !RICH_LEAVES.includes(String(value['type']))) {
    found.say('unsupported rich text element', pointer)
    return
  }
  if (value['type'] === 'text') found.length(value['text'], MAX_TOTAL, `${pointer}/text`)
  if (value['type'] === 'user') found.length(value['user_id'], 255, `${pointer}/user_id`)
}

const richPart = (value: unknown, pointer: string, found: Inspection): void => {
  if (!isJson(value)) {
    found.say('must be an object', pointer)
    return
  }
  const elements = listOf(value['elements'])
  switch (value['type']) {
    case 'rich_text_section':
    case 'rich_text_quote':
    case 'rich_text_preformatted': {
      elements.forEach((leaf, at) => richLeaf(leaf, `${pointer}/elements/${at}`, found))
      return
    }
    case 'rich_text_list':
      if (value['style'] !== 'bullet' && value['style'] !== 'ordered')
        found.say('must be a valid enum value', `${pointer}/style`)
      {
        elements.forEach((item, at) => richPart(item, `${pointer}/elements/${at}`, found))
        return
      }
    default: {
      found.say('unsupported rich text element', `${pointer}/type`)
      return
    }
  }
}

const richText = (block: Json, pointer: string, found: Inspection): void => {
  if (!Array.isArray(block['elements'])) {
    found.say('missing required field: elements', pointer)
    return
  }
  listOf(block['elements']).forEach((part, at) => richPart(part, `${pointer}/elements/${at}`, found))
}

const table = (block: Json, pointer: string, found: Inspection): void => {
  found.count(block['rows'], 100, `${pointer}/rows`).forEach((row, down) => {
    found.count(row, 20, `${pointer}/rows/${down}`).forEach((cell, across) => {
      const at = `${pointer}/rows/${down}/${across}`
      if (!isJson(cell)) found.say('must be an object', at)
      else if (cell['type'] === 'raw_text') found.length(cell['text'], MAX_TOTAL, `${at}/text`)
      else if (cell['type'] === 'rich_text') richText(cell, at, found)
      else found.say('must be raw_text or rich_text', `${at}/type`)
    })
  })
}

const actions = (block: Json, pointer: string, found: Inspection): void => {
  const seen = new Set<unknown>()
  found.count(block['elements'], 25, `${pointer}/elements`).forEach((element, at) => {
    button(element, `${pointer}/elements/${at}`, found)
    const id = isJson(element) ? element['action_id'] : undefined
    if (id !== undefined && seen.has(id))
      found.say('action_id already exists', `${pointer}/elements/${at}/action_id`)
    seen.add(id)
  })
}

const section = (block: Json, pointer: string, found: Inspection): void => {
  if (block['text'] === undefined && block['fields'] === undefined)
    found.say('missing required field: text', pointer)
  if (block['text'] !== undefined)
    found.text(block['text'], { max: 3000, types: ANY_TEXT }, `${pointer}/text`)
  if (block['accessory'] !== undefined) button(block['accessory'], `${pointer}/accessory`, found)
  if (block['fields'] === undefined) return
  found
    .count(block['fields'], 10, `${pointer}/fields`)
    .forEach((field, at) => found.text(field, { max: 2000, types: ANY_TEXT }, `${pointer}/fields/${at}`))
}

const BLOCKS: Readonly<Record<string, (block: Json, pointer: string, found: Inspection) => void>> = {
  section,
  actions,
  table,
  rich_text: richText,
  divider: () => undefined,
  header: (block, pointer, found) => found.text(block['text'], { max: 150, types: PLAIN }, `${pointer}/text`),
  context: (block, pointer, found) =>
    found
      .count(block['elements'], 10, `${pointer}/elements`)
      .forEach((element, at) =>
        found.text(element, { max: 3000, types: ANY_TEXT }, `${pointer}/elements/${at}`),
      ),
}

/** Characters of every text in the blocks, wherever it stands. */
const totalText = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + totalText(each), 0)
  if (!isJson(value)) return 0
  return Object.entries(value).reduce(
    (sum, [name, each]) =>
      sum + (name === 'text' && typeof each === 'string' ? each.length : totalText(each)),
    0,
  )
}

const inspect = (candidates: readonly unknown[]): Inspection => {
  const found = new Inspection()
  const ids = new Set<unknown>()
  if (candidates.length > 50) found.say('no more than 50 items allowed', '/blocks')
  candidates.forEach((block, at) => {
    const pointer = `/blocks/${at}`
    const check = isJson(block) ? BLOCKS[String(block['type'])] : undefined
    if (!isJson(block) || !check) {
      found.say('unsupported type', `${pointer}/type`)
      return
    }
    const id = block['block_id']
    if (id !== undefined) found.length(id, 255, `${pointer}/block_id`)
    if (id !== undefined && ids.has(id)) found.say('block_id already exists', `${pointer}/block_id`)
    ids.add(id)
    check(block, pointer, found)
  })
  if (candidates.filter((block) => isJson(block) && block['type'] === 'table').length > 1)
    found.say('only one table allowed', '/blocks')
  return found
}

/** Checks the `blocks` argument of a Web API call, which is an array or that array as a JSON string. */
export const checkBlocks = (argument: unknown): BlockVerdict => {
  if (argument === undefined || argument === '') return { kind: 'fine', blocks: [] }
  let parsed: unknown = argument
  if (typeof argument === 'string') {
    try {
      parsed = JSON.parse(argument)
    } catch {
      return {
        kind: 'wrong',
        error: 'invalid_blocks',
        details: ['must be valid JSON [json-pointer:/blocks]'],
      }
    }
  }
  if (!Array.isArray(parsed))
    return { kind: 'wrong', error: 'invalid_blocks', details: ['must be an array [json-pointer:/blocks]'] }
  const { details } = inspect(parsed as unknown[])
  if (details.length > 0) return { kind: 'wrong', error: 'invalid_blocks', details }
  if (totalText(parsed) > MAX_TOTAL) return { kind: 'wrong', error: 'msg_blocks_too_long', details: [] }
  return { kind: 'fine', blocks: parsed as Block[] }
}
