/**
 * A post in Teams as text that people review. Whatever Adaptive Cards have beside the elements, properties and values
 * named here is thrown on, so that nothing in a post goes unseen.
 */
import { z } from 'zod'
import { cell, row, runs, under, words, type Look, type Piece } from '../outline'

const yes = z.literal(true).optional()
const size = z.enum(['Small', 'Large']).optional()
const weight = z.literal('Bolder').optional()
const spacing = z.enum(['None', 'Small']).optional()

const textRun = z.strictObject({
  ...{ type: z.literal('TextRun'), text: z.string() },
  ...{ weight, size, fontType: z.literal('Monospace').optional(), isSubtle: yes, italic: yes },
  selectAction: z.strictObject({ type: z.literal('Action.OpenUrl'), url: z.string() }).optional(),
})

const inlines = z.array(textRun)

/** Shown as it stands. */
const richText = z.strictObject({ type: z.literal('RichTextBlock'), inlines, spacing })

/** Read as markdown. */
const textBlock = z.strictObject({
  ...{ type: z.literal('TextBlock'), text: z.string(), wrap: z.literal(true) },
  ...{ style: z.literal('heading').optional(), weight, size, isSubtle: yes, spacing },
})

const textLine = z.discriminatedUnion('type', [richText, textBlock])

const columnSet = z.strictObject({
  type: z.literal('ColumnSet'),
  spacing,
  columns: z.array(
    z.strictObject({ type: z.literal('Column'), width: z.string(), items: z.array(textLine) }),
  ),
})

const tableCell = z.strictObject({
  type: z.literal('TableCell'),
  items: z.tuple([z.strictObject({ type: z.literal('RichTextBlock'), inlines })]),
})

const table = z.strictObject({
  type: z.literal('Table'),
  firstRowAsHeader: z.literal(false).optional(),
  columns: z.array(z.strictObject({ width: z.int() })),
  rows: z.array(
    z.strictObject({
      type: z.literal('TableRow'),
      cells: z.array(tableCell),
    }),
  ),
})

const container = z.strictObject({
  type: z.literal('Container'),
  style: z.enum(['emphasis', 'accent', 'good', 'warning', 'attention']),
  bleed: yes,
  get items() {
    return z.array(element)
  },
})

const element = z.discriminatedUnion('type', [richText, textBlock, columnSet, table, container])

const style = z.enum(['positive', 'destructive']).optional()

const execute = z.strictObject({
  ...{ type: z.literal('Action.Execute'), title: z.string(), style, verb: z.string() },
  data: z.record(z.string(), z.json()),
})

const showCard = z.strictObject({
  ...{ type: z.literal('Action.ShowCard'), title: z.string(), style },
  card: z.strictObject({
    ...{ type: z.literal('AdaptiveCard'), body: z.array(textLine), actions: z.array(execute) },
  }),
})

const action = z.discriminatedUnion('type', [execute, showCard])

const mention = z.strictObject({
  type: z.literal('mention'),
  text: z.string(),
  mentioned: z.strictObject({ id: z.string(), name: z.string() }),
})

const message = z.strictObject({
  summary: z.string(),
  card: z.strictObject({
    $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
    ...{
      type: z.literal('AdaptiveCard'),
      version: z.string(),
      msteams: z.strictObject({ width: z.string(), entities: z.array(mention).optional() }),
    },
    ...{ fallbackText: z.string(), speak: z.string(), body: z.array(element) },
    actions: z.array(action).optional(),
  }),
})

const lookOf = { Bolder: 'bold', Small: 'small', Large: 'large', Monospace: 'code' } as const

const looksOf = (of: Partial<Omit<z.infer<typeof textRun>, 'type' | 'text'>>): Look[] => [
  ...[of.weight, of.size, of.fontType].flatMap((value) => (value ? [lookOf[value]] : [])),
  ...(of.isSubtle ? (['subtle'] as const) : []),
  ...(of.italic ? (['italic'] as const) : []),
]

const pieceOf = (run: z.infer<typeof textRun>): Piece =>
  run.selectAction
    ? { text: `${run.text} -> ${run.selectAction.url}`, looks: [], chip: true }
    : { text: run.text, looks: looksOf(run) }

const spaced = (name: string, space: z.infer<typeof spacing>): string =>
  space ? `${name} spacing=${space}` : name

const textLines = (of: z.infer<typeof textLine>): string[] =>
  of.type === 'RichTextBlock'
    ? runs(spaced('text', of.spacing), of.inlines.map(pieceOf))
    : words(
        [spaced('markdown', of.spacing), ...(of.style ? [of.style] : []), ...looksOf(of)].join(' '),
        of.text,
      )

const columnLines = (of: z.infer<typeof columnSet>['columns'][number]): string[] => {
  const [first, ...others] = of.items.flatMap(textLines)
  const head = `column ${of.width}`
  if (first !== undefined && others.length === 0) return [`${head} ${first}`]
  return under([head], of.items.flatMap(textLines))
}

const tableLines = (of: z.infer<typeof table>): string[] =>
  under(
    [of.firstRowAsHeader === false ? 'table without a head' : 'table'],
    [
      `widths: ${of.columns.map(({ width }) => width).join(' | ')}`,
      ...of.rows.map(({ cells }) => row(cells.map(({ items: [{ inlines }] }) => cell(inlines.map(pieceOf))))),
    ],
  )

const elementLines = (of: z.infer<typeof element>): string[] => {
  switch (of.type) {
    case 'RichTextBlock':
    case 'TextBlock':
      return textLines(of)
    case 'ColumnSet':
      return under([spaced('columns', of.spacing)], of.columns.flatMap(columnLines))
    case 'Table':
      return tableLines(of)
    case 'Container':
      return under([`container ${of.style}${of.bleed ? ' bleed' : ''}`], of.items.flatMap(elementLines))
  }
}

const actionLines = (of: z.infer<typeof action>): string[] => {
  const styled = of.style ? words('style', of.style) : []
  if (of.type === 'Action.Execute') {
    const carried = [...words('verb', of.verb), `data: ${JSON.stringify(of.data)}`]
    return under(words('execute', of.title), [...styled, ...carried])
  }
  const card = [...of.card.body.flatMap(textLines), ...of.card.actions.flatMap(actionLines)]
  return under(words('showCard', of.title), [...styled, ...card])
}

export const readTeams = (post: unknown): string[] => {
  const { summary, card } = message.parse(post)
  return [
    ...words('summary', summary),
    ...words('speak', card.speak),
    ...words('fallback', card.fallbackText),
    ...words('version', card.version),
    ...words('msteams', JSON.stringify(card.msteams)),
    ...card.body.flatMap(elementLines),
    ...(card.actions ? under(['actions'], card.actions.flatMap(actionLines)) : []),
  ]
}
