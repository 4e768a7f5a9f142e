import { describe, expect, test } from '@jest/globals'
import { readTeams } from './reader'

const run = { type: 'TextRun', text: 'hv01' }
const richText = (...inlines: object[]) => ({ type: 'RichTextBlock', inlines })
const heading = {
  ...{ type: 'TextBlock', text: 'Assign', wrap: true },
  ...{ style: 'heading', size: 'Large', weight: 'Bolder' },
}
const column = { type: 'Column', width: '120px', items: [richText({ ...run, text: 'GPU', isSubtle: true })] }
const columns = (...each: object[]) => ({ type: 'ColumnSet', spacing: 'Small', columns: each })
const cell = { type: 'TableCell', items: [richText({ ...run, text: 'free' })] }
const tableRow = { type: 'TableRow', cells: [cell] }
const table = { type: 'Table', columns: [{ width: 16 }], rows: [tableRow] }
const container = { type: 'Container', style: 'warning', bleed: true, items: [heading] }
const execute = {
  ...{ type: 'Action.Execute', title: 'Yes', style: 'destructive', verb: 'gpu.press' },
  data: { press: { kind: 'decide', version: 1 } },
}
const inner = { type: 'AdaptiveCard', body: [richText({ ...run, text: 'Sure?' })], actions: [execute] }
const showCard = { type: 'Action.ShowCard', title: 'Approve', style: 'positive', card: inner }
const card = {
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  ...{ type: 'AdaptiveCard', version: '1.5', msteams: { width: 'Full' } },
  ...{ fallbackText: 'Update Teams.', speak: 'R-7 is there', body: [], actions: [] },
}

const post = (...body: object[]) => ({ summary: 'R-7 waits', card: { ...card, body } })
const pressed = (...actions: object[]) => ({ summary: 'R-7 waits', card: { ...card, actions } })
const whole = {
  summary: 'R-7 waits',
  card: {
    ...card,
    body: [
      container,
      { ...richText({ ...run, weight: 'Bolder' }, { ...run, text: ' A40' }), spacing: 'None' },
      columns(column),
      table,
    ],
    actions: [showCard],
  },
}

test('a post in Teams is read a thing a line', () => {
  expect(readTeams(whole)).toEqual([
    'summary: R-7 waits',
    'speak: R-7 is there',
    'fallback: Update Teams.',
    'version: 1.5',
    'msteams: {"width":"Full"}',
    'container warning bleed',
    '  markdown heading bold large: Assign',
    'text spacing=None: *hv01* A40',
    'columns spacing=Small',
    '  column 120px text subtle: GPU',
    'table',
    '  widths: 16',
    '  row: free',
    'actions',
    '  showCard: Approve',
    '    style: positive',
    '    text: Sure?',
    '    execute: Yes',
    '      style: destructive',
    '      verb: gpu.press',
    '      data: {"press":{"kind":"decide","version":1}}',
  ])
})

test.each([
  ['the summary', 'R-7 waits', 'R-7 runs'],
  ['what is spoken', 'R-7 is there', 'R-7 is here'],
  ['the fallback', 'Update Teams.', 'Open a browser.'],
  ['the version', '1.5', '1.4'],
  ['what Teams alone knows', 'Full', 'Half'],
  ['a colour', 'warning', 'attention'],
  ['a heading', 'Assign', 'Release'],
  ['a word', 'hv01', 'hv02'],
  ['a look', '"text":"GPU","isSubtle"', '"text":"GPU","italic"'],
  ['a distance', 'None', 'Small'],
  ['the width of a column', '120px', '24px'],
  ['the width of a column of a table', '16', '24'],
  ['a cell', 'free', 'taken'],
  ['a label', 'Approve', 'Deny'],
  ['the style of a button', 'positive', 'destructive'],
  ['the question of a confirmation', 'Sure?', 'Really?'],
  ['the answer to a confirmation', 'Yes', 'Do it'],
  ['a verb', 'gpu.press', 'gpu.other'],
  ['what a button carries', '"version":1}', '"version":2}'],
])('another value of %s is another line', (_, from, to) => {
  const json = JSON.stringify(whole)
  expect(json.split(from)).toHaveLength(2)

  const [before, after] = [readTeams(whole), readTeams(JSON.parse(json.replace(from, to)))]

  expect(after.filter((line) => !before.includes(line))).toHaveLength(1)
  expect(after).toHaveLength(before.length)
})

describe('what is not known is thrown on:', () => {
  test.each([
    ['an element', post({ type: 'FactSet', facts: [] })],
    [
      'an element of a container',
      post({ ...container, items: [{ type: 'Image', url: 'https://a.example' }] }),
    ],
    ['an inline', post(richText({ type: 'IconRun', name: 'a' }))],
    ['a colour', post({ ...container, style: 'default' })],
    ['a look', post(richText({ ...run, weight: 'Lighter' }))],
    ['a TextBlock that does not wrap', post({ ...heading, wrap: false })],
    ['an action', pressed({ type: 'Action.OpenUrl', title: 'a', url: 'https://a.example' })],
    ['an action on a question', pressed({ ...showCard, card: { ...inner, actions: [showCard] } })],
    ['a style of a button', pressed({ ...execute, style: 'default' })],
    [
      'a second line in a cell',
      post({ ...table, rows: [{ ...tableRow, cells: [{ ...cell, items: [richText(), richText()] }] }] }),
    ],
    ['a property of the post', { ...whole, attachments: [] }],
    ['a property of the card', { ...whole, card: { ...card, refresh: {} } }],
    [
      'a property of msteams',
      { ...whole, card: { ...card, msteams: { width: 'Full', entities: [{ type: 'mention' }] } } },
    ],
    [
      'another property of msteams',
      { ...whole, card: { ...card, msteams: { width: 'Full', allowed: true } } },
    ],
    ['a property of a container', post({ ...container, selectAction: execute })],
    ['a property of a TextBlock', post({ ...heading, color: 'Good' })],
    ['a property of a RichTextBlock', post({ ...richText(run), horizontalAlignment: 'Center' })],
    ['a property of a run', post(richText({ ...run, selectAction: execute }))],
    ['a property of a set of columns', post({ ...columns(column), minHeight: '10px' })],
    ['a property of a column', post(columns({ ...column, style: 'good' }))],
    ['a property of a table', post({ ...table, gridStyle: 'accent' })],
    [
      'a property of a column of a table',
      post({ ...table, columns: [{ width: 1, horizontalCellContentAlignment: 'Center' }] }),
    ],
    ['a property of a row', post({ ...table, rows: [{ ...tableRow, style: 'good' }] })],
    [
      'a property of a cell',
      post({ ...table, rows: [{ ...tableRow, cells: [{ ...cell, style: 'good' }] }] }),
    ],
    ['a property of a button', pressed({ ...execute, isEnabled: false })],
    ['a property of a button that asks', pressed({ ...showCard, tooltip: 'a' })],
    ['a property of a question', pressed({ ...showCard, card: { ...inner, fallbackText: 'a' } })],
  ])('%s', (_, unknown) => {
    expect(() => readTeams(unknown)).toThrow(/Unrecognized key|Invalid|Too big/)
  })
})
