// Runs in the page: shows cards by Microsoft's own renderer, which stands in the page beside it. Markdown is read as Teams
// reads it, and more of it, so that nothing that could be markup in some client goes unseen.
const { AdaptiveCard, ExecuteAction, SerializationContext, Versions } = window.AdaptiveCards

const markdown = window.markdownit({ html: true, linkify: true, typographer: true })
AdaptiveCard.onProcessMarkdown = (source, result) => {
  result.outputHtml = markdown.render(source)
  result.didProcess = true
}
// A date of the card stands for itself: how the reader's language writes it is not the bot's.
Date.prototype.toLocaleDateString = () => 'a date'
Date.prototype.toLocaleTimeString = () => 'a time'

const complaintsOf = (card, context) => [
  ...Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at).message),
  ...card.validateProperties().validationEvents.map(({ message }) => message),
]

const show = ({ card: json, press = [] }) => {
  const card = new AdaptiveCard()
  const context = new SerializationContext(Versions.v1_5)
  card.parse(json, context)
  let action = null
  card.onExecuteAction = (executed) => (action = executed)
  const root = card.render()
  document.body.replaceChildren(root)
  const sent = press.map((label) => {
    action = null
    const button = [...root.querySelectorAll('button')].find((each) => each.textContent === label)
    if (!button) throw new Error(`no button ${label}`)
    button.click()
    return action instanceof ExecuteAction ? { verb: action.verb, data: action.data } : null
  })
  return {
    complaints: complaintsOf(card, context),
    understood: card.toJSON(new SerializationContext(Versions.v1_5)),
    text: root.textContent,
    tags: [...new Set([...root.querySelectorAll('*')].map(({ tagName }) => tagName.toLowerCase()))],
    sent,
  }
}

window.showCards = (cards) => cards.map(show)
