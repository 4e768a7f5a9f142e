/** What a message of the bot may be made of, so that nothing in it is read as markup, a link, a mention or a date. */
import { expect } from '@jest/globals'
import type { SlackMessage } from '../../src/playground/slack/local-slack'
import type { ShownMessage } from '../../src/playground/teams/local-teams'

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

// Emoji of several parts may hold joiners and variants; whoever attacks with one puts it between letters.
const UNSEEN = /[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u
// eslint-disable-next-line no-control-regex -- the absence of control characters is the promise
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/u

/** `people`: those whose names the bot itself had a reason to show. */
export const expectHarmlessInSlack = (message: SlackMessage, people: readonly string[]): void => {
  const nodes = nodesOf(message.blocks)
  const types = nodes.flatMap((node) => (typeof node['type'] === 'string' ? [node['type']] : []))
  expect(types.filter((type) => !HARMLESS.includes(type))).toEqual([])
  for (const node of nodes) {
    if (node['type'] === 'user') expect(people).toContain(node['user_id'])
    if (node['type'] === 'plain_text') expect(node['emoji']).toBe(false)
    if (node['type'] === 'date')
      expect(node).toMatchObject({
        format: '{date_short_pretty} {time}',
        fallback: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
      })
    expect(node).not.toHaveProperty('url')
    if (typeof node['text'] !== 'string') continue
    expect(['text', 'plain_text', 'raw_text']).toContain(node['type'])
    expect(node['text'].replaceAll('\uFE0F', '')).not.toMatch(UNSEEN)
    expect(node['text']).not.toMatch(CONTROL)
  }
  // With blocks, the text is for notifications only, where these three characters are all that Slack reads.
  expect(message.blocks).not.toEqual([])
  expect(message.text).not.toMatch(/[<>]/)
  expect(message.text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&')
  expect(message.text.replaceAll('\uFE0F', '')).not.toMatch(UNSEEN)
}

/** Elements that Teams parses, or that fetch something. */
const PARSED = ['FactSet', 'Media', 'Image', 'Action.OpenUrl', 'Action.Submit', 'mention']
const MOMENT = /\{\{DATE\(([\dTZ:-]+), SHORT\)\}\} \{\{TIME\(\1\)\}\}/gu
/** Nothing that markdown, mentions or links are made of. */
const BLAND = /^[\p{L}\p{N}](?:[\p{L}\p{N} ,]|\b[/-]\b)*$/u

export const expectHarmlessInTeams = ({ message }: ShownMessage): void => {
  const card = message.attachments[0]?.content
  const nodes = nodesOf(card)
  const types = nodes.map((node) => node['type'])
  expect(types.filter((type) => PARSED.includes(String(type)))).toEqual([])
  expect(card?.['msteams']).toEqual({ width: 'Full' })
  expect(message['entities']).toBeUndefined()
  for (const { type, text } of nodes) {
    if (typeof text !== 'string') continue
    if (type === 'TextBlock') expect(text.replaceAll(MOMENT, 'moment')).toMatch(BLAND)
    else expect(text).not.toMatch(/\{\{(DATE|TIME)\(/)
    expect(text.replaceAll('\uFE0F', '')).not.toMatch(UNSEEN)
    expect(text).not.toMatch(CONTROL)
  }
}
