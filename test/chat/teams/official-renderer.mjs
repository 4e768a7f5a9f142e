// Cards as Microsoft's own renderer reads and shows them. A program of its own: neither the renderer nor the document
// loads in jest. Reads a JSON array of { card, press } from stdin, writes what came of each to stdout. Markdown is
// read as Teams reads it, and more of it, so that nothing that could be markup in some client goes unseen.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { Window } from 'happy-dom'
import MarkdownIt from 'markdown-it'

const window = new Window()
Object.assign(globalThis, {
  window,
  document: window.document,
  HTMLElement: window.HTMLElement,
  HTMLButtonElement: window.HTMLButtonElement,
})
// The renderer sets it, as every browser allows and this document does not.
Object.defineProperty(window.Event.prototype, 'cancelBubble', { writable: true, value: false })
const { AdaptiveCard, ExecuteAction, SerializationContext, Versions } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
)

const markdown = new MarkdownIt({ html: true, linkify: true, typographer: true })
AdaptiveCard.onProcessMarkdown = (source, result) => {
  result.outputHtml = markdown.render(source)
  result.didProcess = true
}

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

process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(show)))
await window.happyDOM.close()
