/** What a message of the bot may be made of, so that nothing in it is read as markup, a link, a mention or a date. */
import { expect } from '@jest/globals'
import type { SlackMessage } from '../../src/playground/slack/local-slack'
import type { ShownMessage } from '../../src/playground/teams/local-teams'
import type { Mention } from '../../src/chat/teams/card'
import { MEMBERS, WHO } from './people'

export type Json = Readonly<Record<string, unknown>>
export const nodesOf = (value: unknown): Json[] => {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (typeof value !== 'object' || value === null) return []
  return [value as Json, ...Object.values(value).flatMap(nodesOf)]
}

/** What a message may be made of. None of these does Slack search for markup; `mrkdwn`, `link` and the like are not among them. */
const HARMLESS = [
  ...['rich_text', 'rich_text_section', 'rich_text_preformatted', 'text', 'user', 'raw_text', 'plain_text'],
  ...['header', 'context', 'table', 'actions', 'button', 'date'],
]

/** The ones that hold text. */
const TEXTS = ['text', 'plain_text', 'raw_text']

// Emoji of several parts may hold joiners and variants; whoever attacks with one puts it between letters.
const UNSEEN = /[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u
// eslint-disable-next-line no-control-regex -- the absence of control characters is the promise
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/u

const isUnseen = (text: string): boolean => UNSEEN.test(text.replaceAll('\uFE0F', '')) || CONTROL.test(text)

const DATE = '{date_short_pretty} {time}'
const IN_WORDS = /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/

const isHarmfulInSlack = (node: Json, people: readonly string[]): boolean => {
  const { type, text } = node
  if (typeof type === 'string' && !HARMLESS.includes(type)) return true
  if (type === 'user' && !people.includes(String(node['user_id']))) return true
  if (type === 'plain_text' && node['emoji'] !== false) return true
  if (type === 'date' && (node['format'] !== DATE || !IN_WORDS.test(String(node['fallback'])))) return true
  if ('url' in node) return true
  return typeof text === 'string' && (!TEXTS.includes(String(type)) || isUnseen(text))
}

const LEADS = ['Waits for', 'For']
const ACCOUNTS: readonly string[] = WHO.map((who) => MEMBERS[who].slack.id)

/** A line by which the bot itself calls people: its own words, and accounts with a blank in front of each. */
const isCallInSlack = (block: Json): boolean => {
  const [section] = nodesOf(block['elements'])
  const [lead, ...rest] = (section?.['elements'] ?? []) as Json[]
  return (
    LEADS.includes(String(lead?.['text'])) &&
    rest.every((each) =>
      each['type'] === 'user' ? ACCOUNTS.includes(String(each['user_id'])) : each['text'] === ' ',
    )
  )
}

/** `people`: those whose names the bot itself had a reason to show. */
export const expectHarmlessInSlack = (message: SlackMessage, people: readonly string[]): void => {
  const blocks = (message.blocks as readonly Json[]).filter((block) => !isCallInSlack(block))
  expect(nodesOf(blocks).filter((node) => isHarmfulInSlack(node, people))).toEqual([])
  // With blocks, the text is for notifications only, where these three characters are all that Slack reads.
  expect(message.blocks).not.toEqual([])
  expect(message.text).not.toMatch(/[<>]/)
  expect(message.text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&')
  expect(message.text.replaceAll('\uFE0F', '')).not.toMatch(UNSEEN)
}

/** Elements that Teams parses, or that fetch something. */
const PARSED = ['FactSet', 'Media', 'Image', 'Action.OpenUrl', 'Action.Submit', 'mention']
const MOMENT = /\{\{DATE\(([\dTZ:-]+), SHORT\)\}\} \{\{TIME\(\1\)\}\}/gu
const MACRO = /\{\{(DATE|TIME)\(/
/** Nothing that markdown, mentions or links are made of. */
const BLAND = /^[\p{L}\p{N}](?:[\p{L}\p{N} ,]|\b[/-]\b)*$/u

const isHarmfulInTeams = ({ type, text }: Json): boolean => {
  if (PARSED.includes(String(type))) return true
  if (typeof text !== 'string') return false
  const isRead = type === 'TextBlock' ? !BLAND.test(text.replaceAll(MOMENT, 'moment')) : MACRO.test(text)
  return isRead || isUnseen(text)
}

/** The same in Teams, where a mention is what stands beside the card for it. */
const CALL_IN_TEAMS = /^(?:Waits for|For) (?:(?:<at>[\p{L}\p{N} -]+<\/at>|[\p{L}\p{N} -]+)(?:, |$))+$/u
const OBJECT_IDS: readonly string[] = WHO.map((who) => MEMBERS[who].teams.objectId)

export const expectHarmlessInTeams = ({ message }: ShownMessage): void => {
  const card = message.attachments[0]?.content
  const { msteams, ...shown } = (card ?? {}) as { msteams?: unknown }
  const { entities = [], ...frame } = (msteams ?? {}) as { width?: string; entities?: readonly Mention[] }
  const calls = nodesOf(shown).filter(
    ({ type, text }) => type === 'TextBlock' && CALL_IN_TEAMS.test(String(text)),
  )
  const called = calls.flatMap(({ text }) => String(text).match(/<at>.*?<\/at>/gu) ?? [])
  expect(nodesOf(shown).filter((node) => !calls.includes(node) && isHarmfulInTeams(node))).toEqual([])
  expect(frame).toEqual({ width: 'Full' })
  expect(entities.map(({ text }) => text)).toEqual(called)
  expect(entities.filter(({ mentioned }) => !OBJECT_IDS.includes(mentioned.id))).toEqual([])
  expect(message['entities']).toBeUndefined()
}
