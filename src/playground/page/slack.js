// Block Kit as nodes: the blocks that the bot posts, drawn as Slack draws them.
import { el } from './dom.js'
import { emoji, link, pictured, textObject, userChip } from './mrkdwn.js'

/** `names(id)` gives a person's name; `press(element, button)` is called when a button is pressed. */
export const renderBlocks = (blocks, context) =>
  blocks.map((block) => (BLOCKS[block.type] ?? unknown)(block, context))

const unknown = (block) =>
  el('p', { class: 'b-unknown' }, `A ${block.type} block, which this page does not draw`)

const button = (element, { press }) => {
  const node = el(
    'button',
    {
      type: 'button',
      class: `button ${element.style ?? ''}`,
      'aria-label': element.accessibility_label ?? null,
      onclick: () => press(element, node),
    },
    textObject(element.text),
  )
  return node
}

const styled = (content, style = {}) => {
  let result = content
  if (style.code) result = el('code', {}, result)
  if (style.bold) result = el('strong', {}, result)
  if (style.italic) result = el('em', {}, result)
  if (style.strike) result = el('s', {}, result)
  return result
}

const DATE_TOKENS = {
  '{date_short_pretty}': (moment) => {
    const days = Math.round(
      (new Date(moment).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000,
    )
    const near = { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days]
    return near ?? moment.toLocaleDateString([], { dateStyle: 'medium' })
  },
  '{time}': (moment) => moment.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
}

/** In the reader's zone; a format with a token that the page does not know is shown as its fallback. */
const date = ({ timestamp, format, fallback }) => {
  const moment = new Date(timestamp * 1000)
  const text = format.replace(/\{\w+\}/g, (token) => DATE_TOKENS[token]?.(moment) ?? token)
  return el(
    'time',
    { datetime: moment.toISOString(), title: moment.toLocaleString() },
    text.includes('{') ? fallback : text,
  )
}

const leaf = (element, { names }) => {
  switch (element.type) {
    case 'text':
      return styled(element.style?.code ? element.text : pictured(element.text), element.style)
    case 'user':
      return userChip(element.user_id, names)
    case 'usergroup':
      return el('span', { class: 'mention loud' }, `@${element.usergroup_id}`)
    case 'emoji':
      return emoji(element.name, element.unicode)
    case 'link':
      return styled(link(element.url, element.text), element.style)
    case 'date':
      return date(element)
    case 'broadcast':
      return el('span', { class: 'mention loud' }, `@${element.range}`)
    default:
      return element.text ?? ''
  }
}

const leaves = (elements, context) => elements.map((element) => leaf(element, context))

const RICH = {
  rich_text_section: (part, context) => el('p', { class: 'rt' }, leaves(part.elements, context)),
  rich_text_preformatted: (part, context) =>
    el('pre', { class: 'pre', tabindex: '0' }, leaves(part.elements, context)),
  rich_text_quote: (part, context) => el('blockquote', {}, leaves(part.elements, context)),
  rich_text_list: (part, context) =>
    el(
      part.style === 'ordered' ? 'ol' : 'ul',
      { class: `rt-list indent-${part.indent ?? 0}`, start: part.offset ? part.offset + 1 : null },
      part.elements.map((item) => el('li', {}, item.elements ? leaves(item.elements, context) : '')),
    ),
}

const richText = (block, context) =>
  el(
    'div',
    { class: 'b-rich' },
    block.elements.map((part) => (RICH[part.type] ?? unknown)(part, context)),
  )

const cell = (value, context) =>
  value.type === 'rich_text' ? richText(value, context) : el('span', {}, value.text ?? '')

const table = (block, context) => {
  const [head, ...rows] = block.rows
  const align = (at) => block.column_settings?.[at]?.align ?? 'left'
  const wrap = (at) => (block.column_settings?.[at]?.is_wrapped ? 'wrap' : '')
  const line = (tag, cells) =>
    el(
      'tr',
      {},
      cells.map((value, at) =>
        el(
          tag,
          { class: `to-${align(at)} ${wrap(at)}`, scope: tag === 'th' ? 'col' : null },
          cell(value, context),
        ),
      ),
    )
  return el(
    'div',
    { class: 'b-table', tabindex: '0', role: 'group', 'aria-label': 'Table' },
    el(
      'table',
      {},
      el('thead', {}, line('th', head)),
      el(
        'tbody',
        {},
        rows.map((row) => line('td', row)),
      ),
    ),
  )
}

const section = (block, context) =>
  el(
    'div',
    { class: 'b-section' },
    el(
      'div',
      { class: 'b-section-text' },
      block.text ? el('div', { class: 'text' }, textObject(block.text, context.names)) : null,
      block.fields
        ? el(
            'div',
            { class: 'b-fields' },
            block.fields.map((field) => el('div', { class: 'text' }, textObject(field, context.names))),
          )
        : null,
    ),
    block.accessory?.type === 'button' ? button(block.accessory, context) : null,
  )

const BLOCKS = {
  section,
  table,
  rich_text: richText,
  divider: () => el('hr', { class: 'b-divider' }),
  header: (block) => el('h3', { class: 'b-header' }, textObject(block.text)),
  context: (block, context) =>
    el(
      'div',
      { class: 'b-context' },
      block.elements.map((item) =>
        el(
          'span',
          { class: 'text' },
          item.type === 'image' ? item.alt_text : textObject(item, context.names),
        ),
      ),
    ),
  actions: (block, context) =>
    el(
      'div',
      { class: 'b-actions' },
      block.elements.map((element) =>
        element.type === 'button' ? button(element, context) : unknown(element),
      ),
    ),
}
