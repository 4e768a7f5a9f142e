// Adaptive Cards, drawn by Microsoft's own renderer, which stands beside this page as a script of its own.
import { el } from './dom.js'

const { Action, AdaptiveCard, ExecuteAction, HostConfig, OpenUrlAction, SubmitAction } = window.AdaptiveCards

// Text stays text: what is not processed, the renderer puts into the page without reading it as HTML.
AdaptiveCard.onProcessMarkdown = (_text, result) => {
  result.didProcess = false
}

const colour = (name) => ({ default: `var(--${name})`, subtle: 'var(--quiet)' })
const foregroundColors = {
  default: colour('ink'),
  accent: colour('accent'),
  good: colour('good'),
  warning: colour('warn'),
  attention: colour('bad'),
}
const container = (backgroundColor) => ({ backgroundColor, foregroundColors })
const tinted = (name) => container(`color-mix(in srgb, var(--${name}) 12%, var(--surface))`)

const host = new HostConfig({
  supportsInteractivity: true,
  fontFamily: 'var(--font)',
  fontTypes: {
    default: { fontFamily: 'var(--font)', fontSizes: sizes() },
    monospace: { fontFamily: 'var(--mono)', fontSizes: { ...sizes(), default: 12 } },
  },
  // As the headers of Slack's messages.
  textBlock: { headingLevel: 3 },
  spacing: { small: 4, default: 8, medium: 12, large: 18, extraLarge: 24, padding: 12 },
  containerStyles: {
    default: container('transparent'),
    emphasis: container('var(--raised)'),
    accent: tinted('blue'),
    good: tinted('good'),
    warning: tinted('warn'),
    attention: tinted('bad'),
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 8,
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
    showCard: { actionMode: 'inline', inlineTopMargin: 10, style: 'emphasis' },
  },
})

function sizes() {
  return { small: 12, default: 14, medium: 15, large: 17, extraLarge: 21 }
}

/** As Teams shows them: those whom a card mentions by name, with a mark in front. */
const withMentions = (json) => {
  const texts = new Set((json.msteams?.entities ?? []).map(({ text }) => text))
  const shown = (text) => text.replace(/<at>(.*?)<\/at>/g, (all, name) => (texts.has(all) ? `@${name}` : all))
  return JSON.parse(JSON.stringify(json), (key, value) =>
    key === 'text' && typeof value === 'string' ? shown(value) : value,
  )
}

/** `press(action, button)` is called with what a client of Teams would send, `follow(url)` with where a link leads. */
export const renderCard = (json, press, follow) => {
  const card = new AdaptiveCard()
  card.hostConfig = host
  card.parse(withMentions(json))
  card.onExecuteAction = (action) => {
    if (action instanceof OpenUrlAction) follow(action.url)
    if (!(action instanceof ExecuteAction || action instanceof SubmitAction)) return
    const sent = { type: action.getJsonTypeName(), data: action.data ?? {} }
    void press(action instanceof ExecuteAction ? { ...sent, verb: action.verb } : sent, action)
  }
  return card.render() ?? el('p', { class: 'b-unknown' }, json.fallbackText ?? 'A card that cannot be drawn')
}

/** While a press is on its way its button takes no other. */
export const setBusy = (action, busy) => {
  if (action instanceof Action) action.isEnabled = !busy
}
