// Slack's mrkdwn as nodes: styles, code, quotes, mentions, links, emoji, and its three escapes.
import { el } from './dom.js'

const EMOJI = {
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  warning: '⚠️',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  arrows_counterclockwise: '🔄',
  lock: '🔒',
  rocket: '🚀',
  eyes: '👀',
  no_entry: '⛔',
  no_entry_sign: '🚫',
  rewind: '⏪',
  leftwards_arrow_with_hook: '↩️',
  white_circle: '⚪',
  large_blue_circle: '🔵',
  red_circle: '🔴',
  large_green_circle: '🟢',
  large_yellow_circle: '🟡',
  black_circle: '⚫',
  gear: '⚙️',
  information_source: 'ℹ️',
  tada: '🎉',
  bulb: '💡',
  bell: '🔔',
  arrow_right: '➡️',
  wastebasket: '🗑️',
  double_vertical_bar: '⏸️',
  arrow_forward: '▶️',
  question: '❓',
  zap: '⚡',
}

export const emoji = (name, unicode) => {
  const known = unicode
    ? String.fromCodePoint(...unicode.split('-').map((part) => parseInt(part, 16)))
    : EMOJI[name]
  return known
    ? el('span', { class: 'emoji', role: 'img', 'aria-label': name.replaceAll('_', ' ') }, known)
    : `:${name}:`
}

export const userChip = (id, names) => el('span', { class: 'mention' }, `@${names(id)}`)

const unescape = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')

/** Only addresses that a browser opens safely become links. */
export const link = (url, text) =>
  /^https?:\/\//.test(url)
    ? el('a', { href: url, target: '_blank', rel: 'noreferrer noopener' }, text || url)
    : text || url

const angled = (inner, names) => {
  const [target, label] = inner.split('|')
  if (target.startsWith('@')) return userChip(target.slice(1), names)
  if (target.startsWith('#'))
    return el('span', { class: 'mention' }, `#${unescape(label ?? target.slice(1))}`)
  if (target.startsWith('!date')) return unescape(label ?? '')
  if (target.startsWith('!'))
    return el('span', { class: 'mention loud' }, `@${target.slice(1).split('^')[0]}`)
  return link(unescape(target), label ? unescape(label) : undefined)
}

const INLINE =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])|:([a-z0-9_+-]+):/g

const inline = (text, names) => {
  const nodes = []
  let from = 0
  for (const found of text.matchAll(INLINE)) {
    if (found.index > from) nodes.push(unescape(text.slice(from, found.index)))
    const [all, block, code, angle, bold, italic, struck, name] = found
    if (block !== undefined) nodes.push(el('pre', { class: 'pre' }, unescape(block.replace(/^\n/, ''))))
    else if (code !== undefined) nodes.push(el('code', {}, unescape(code)))
    else if (angle !== undefined) nodes.push(angled(angle, names))
    else if (bold !== undefined) nodes.push(el('strong', {}, inline(bold, names)))
    else if (italic !== undefined) nodes.push(el('em', {}, inline(italic, names)))
    else if (struck !== undefined) nodes.push(el('s', {}, inline(struck, names)))
    else nodes.push(emoji(name))
    from = found.index + all.length
  }
  if (from < text.length) nodes.push(unescape(text.slice(from)))
  return nodes
}

/** Lines beginning with `>` become quotes, everything else keeps its line breaks. `names` gives a person's name by id. */
export const mrkdwn = (text, names) => {
  const parts = text.split(/((?:^(?:&gt;|>) ?.*(?:\n|$))+)/m)
  return parts
    .filter((part) => part !== '')
    .map((part) =>
      /^(&gt;|>)/.test(part)
        ? el('blockquote', {}, inline(part.replace(/^(&gt;|>) ?/gm, '').trimEnd(), names))
        : inline(part, names),
    )
}

/** A Slack text object. */
export const textObject = (object, names) =>
  object.type === 'mrkdwn' ? mrkdwn(object.text, names) : plain(object)

const PICTURES = /(\p{Emoji_Presentation}|\p{Emoji}\uFE0F)/u

/** Text whose emoji are drawn as pictures, also where a text font has an outline of its own for them. */
export const pictured = (text) =>
  text.split(PICTURES).map((part, at) => (at % 2 === 1 ? el('span', { class: 'emoji' }, part) : part))

const plain = ({ text, emoji: parsed = true }) =>
  parsed
    ? text
        .split(/(:[a-z0-9_+-]+:)/)
        .map((part) => (/^:.+:$/.test(part) ? emoji(part.slice(1, -1)) : pictured(part)))
    : pictured(text)
