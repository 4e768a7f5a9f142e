import { describe, expect, test } from '@jest/globals'
import { readSlack } from './reader'

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const words = { type: 'text', text: 'Asked by ', style: { bold: true } }
const maya = { type: 'user', user_id: 'U0MAYA' }
const noon = {
  ...{ type: 'date', timestamp: 1768478400, format: '{date_short_pretty} {time}' },
  fallback: '2026-01-15 12:00 UTC',
}
const sure = {
  ...{
    title: plain('Sure?'),
    text: plain('It is shut down.'),
    confirm: plain('Yes'),
    deny: plain('Go back'),
  },
  style: 'primary',
}
const approve = {
  ...{ type: 'button', action_id: 'gpu.press.0', text: plain('Approve'), value: '{"kind":"decide"}' },
  ...{ style: 'primary', confirm: sure },
}
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements })
const richText = (...elements: object[]) => ({ type: 'rich_text', elements })
const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'GPU' }]] }
const actions = (button: object) => ({ type: 'actions', elements: [button] })

const post = (...blocks: object[]) => ({ text: 'R-7 waits', blocks })
const whole = post(
  { type: 'header', text: plain('Assign') },
  richText(section(words, maya, { type: 'text', text: ' at ' }, noon)),
  table,
  actions(approve),
)

test('a post in Slack is read a thing a line', () => {
  expect(readSlack(whole)).toEqual([
    'fallback: R-7 waits',
    'header: Assign',
    'text: *Asked by *<@U0MAYA> at <2026-01-15T12:00:00.000Z as {date_short_pretty} {time} or 2026-01-15 12:00 UTC>',
    'table',
    '  row: GPU',
    'actions',
    '  button: Approve',
    '    style: primary',
    '    action_id: gpu.press.0',
    '    value: {"kind":"decide"}',
    '    confirm',
    '      title: Sure?',
    '      text: It is shut down.',
    '      confirm: Yes',
    '      deny: Go back',
    '      style: primary',
  ])
})

test.each([
  ['the fallback', 'R-7 waits', 'R-7 runs'],
  ['a word', 'Asked by ', 'Asked of '],
  ['a mention', 'U0MAYA', 'U0JONAS'],
  ['a moment', '1768478400', '1768478401'],
  ['the fallback of a moment', '12:00 UTC', '13:00 UTC'],
  ['the format of a moment', ' {time}', ''],
  ['a cell', 'GPU', 'VM'],
  ['a label', '"text":"Approve"', '"text":"Deny"'],
  ['the style of a button', '"style":"primary","confirm"', '"style":"danger","confirm"'],
  ['an action id', 'gpu.press.0', 'gpu.press.1'],
  ['a value', 'decide', 'say'],
  ['the question of a confirmation', 'Sure?', 'Really?'],
  ['the words of a confirmation', 'It is shut down.', 'It runs.'],
  ['the yes of a confirmation', '"Yes"', '"Do it"'],
  ['the no of a confirmation', 'Go back', 'No'],
])('another value of %s is another line', (_, from, to) => {
  const json = JSON.stringify(whole)
  expect(json.split(from)).toHaveLength(2)

  const [before, after] = [readSlack(whole), readSlack(JSON.parse(json.replace(from, to)))]

  expect(after.filter((line) => !before.includes(line))).toHaveLength(1)
  expect(after).toHaveLength(before.length)
})

describe('what is not known is thrown on:', () => {
  test.each([
    ['a block', post({ type: 'divider' })],
    ['a block of markup', post({ type: 'section', text: { type: 'mrkdwn', text: 'a' } })],
    ['a part of rich text', post(richText({ type: 'rich_text_quote', elements: [] }))],
    ['a second part of rich text', post(richText(section(words), section(words)))],
    ['an element of rich text', post(richText(section({ type: 'link', url: 'https://a.example' })))],
    ['a look', post(richText(section({ ...words, style: { strike: true } })))],
    ['an element of actions', post(actions({ ...approve, type: 'overflow' }))],
    ['a style of a button', post(actions({ ...approve, style: 'default' }))],
    ['a cell', post({ ...table, rows: [[richText(section(words))]] })],
    ['emoji in plain text', post({ type: 'header', text: { ...plain('a'), emoji: true } })],
    ['a property of the post', { ...whole, mrkdwn: true }],
    ['a property of a block', post({ ...table, block_id: 'b' })],
    ['a property of rich text', post({ ...richText(section(words)), block_id: 'b' })],
    ['a property of a section', post(richText({ ...section(words), border: 1 }))],
    ['a property of words', post(richText(section({ ...words, url: 'https://a.example' })))],
    ['a property of a mention', post(richText(section({ ...maya, style: { bold: true } })))],
    ['a property of a moment', post(richText(section({ ...noon, url: 'https://a.example' })))],
    ['a property of plain text', post({ type: 'header', text: { ...plain('a'), verbatim: true } })],
    ['a property of a button', post(actions({ ...approve, url: 'https://a.example' }))],
    ['a property of a confirmation', post(actions({ ...approve, confirm: { ...sure, unheardOf: 1 } }))],
  ])('%s', (_, unknown) => {
    expect(() => readSlack(unknown)).toThrow(/Unrecognized key|Invalid|Too big/)
  })
})
