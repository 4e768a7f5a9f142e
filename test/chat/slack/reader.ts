/**
 * A post in Slack as text that people review. Whatever Block Kit has beside the elements, properties and values named
 * here is thrown on, so that nothing in a post goes unseen.
 */
import { z } from 'zod'
import { row, runs, under, words, type Look, type Piece } from '../outline'

const plainText = z
  .strictObject({ type: z.literal('plain_text'), text: z.string(), emoji: z.literal(false) })
  .transform(({ text }) => text)

const LOOKS = ['bold', 'italic', 'code'] as const satisfies readonly Look[]

const looks = z.strictObject({
  bold: z.literal(true).optional(),
  italic: z.literal(true).optional(),
  code: z.literal(true).optional(),
})

const inline = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string(), style: looks.optional() }),
  z.strictObject({ type: z.literal('user'), user_id: z.string() }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: z.string() }),
  z.strictObject({ type: z.literal('link'), url: z.string(), text: z.string(), style: looks.optional() }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int(),
    format: z.string(),
    fallback: z.string(),
  }),
])

const section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(inline) })
const preformatted = z.strictObject({
  type: z.literal('rich_text_preformatted'),
  elements: z.tuple([z.strictObject({ type: z.literal('text'), text: z.string() })]),
})

const style = z.enum(['primary', 'danger']).optional()

const button = z.strictObject({
  type: z.literal('button'),
  action_id: z.string(),
  text: plainText,
  value: z.string(),
  style,
  confirm: z
    .strictObject({ title: plainText, text: plainText, confirm: plainText, deny: plainText, style })
    .optional(),
})

const cell = z.strictObject({ type: z.literal('raw_text'), text: z.string() })

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText }),
  z.strictObject({
    type: z.literal('rich_text'),
    elements: z.tuple([z.discriminatedUnion('type', [section, preformatted])]),
  }),
  z.strictObject({ type: z.literal('context'), elements: z.tuple([plainText]) }),
  z.strictObject({ type: z.literal('table'), rows: z.array(z.array(cell)) }),
  z.strictObject({ type: z.literal('actions'), elements: z.array(button) }),
])

const message = z.strictObject({ text: z.string(), blocks: z.array(block) })

const pieceOf = (element: z.infer<typeof inline>): Piece => {
  switch (element.type) {
    case 'text':
      return { text: element.text, looks: LOOKS.filter((look) => element.style?.[look]) }
    case 'user':
      return { text: `@${element.user_id}`, looks: [], chip: true }
    case 'usergroup':
      return { text: `@${element.usergroup_id}`, looks: [], chip: true }
    case 'link':
      return { text: `${element.text} -> ${element.url}`, looks: [], chip: true }
    case 'date': {
      const moment = new Date(element.timestamp * 1000).toISOString()
      return { text: `${moment} as ${element.format} or ${element.fallback}`, looks: [], chip: true }
    }
  }
}

const styleLines = (value: z.infer<typeof style>): string[] => (value ? words('style', value) : [])

const buttonLines = (of: z.infer<typeof button>): string[] => {
  const confirm = of.confirm && [
    ...words('title', of.confirm.title),
    ...words('text', of.confirm.text),
    ...words('confirm', of.confirm.confirm),
    ...words('deny', of.confirm.deny),
    ...styleLines(of.confirm.style),
  ]
  return under(words('button', of.text), [
    ...styleLines(of.style),
    ...words('action_id', of.action_id),
    ...words('value', of.value),
    ...(confirm ? under(['confirm'], confirm) : []),
  ])
}

const blockLines = (of: z.infer<typeof block>): string[] => {
  switch (of.type) {
    case 'header':
      return words('header', of.text)
    case 'context':
      return words('context', of.elements[0])
    case 'rich_text': {
      const [part] = of.elements
      if (part.type === 'rich_text_preformatted') return words('preformatted', part.elements[0].text)
      return runs('text', part.elements.map(pieceOf))
    }
    case 'table':
      return under(
        ['table'],
        of.rows.map((cells) => row(cells.map(({ text }) => text))),
      )
    case 'actions':
      return under(['actions'], of.elements.flatMap(buttonLines))
  }
}

export const readSlack = (post: unknown): string[] => {
  const { text, blocks } = message.parse(post)
  return [...words('fallback', text), ...blocks.flatMap(blockLines)]
}
