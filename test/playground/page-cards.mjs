// Cards as the playground's page draws them: its own module, with the renderer that it serves, in a document. A program
// of its own, since neither loads in jest. Reads a JSON array of cards from stdin, writes what was drawn to stdout.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { Window } from 'happy-dom'

const window = new Window()
Object.assign(globalThis, {
  window,
  document: window.document,
  HTMLElement: window.HTMLElement,
  HTMLButtonElement: window.HTMLButtonElement,
})
Object.defineProperty(window.Event.prototype, 'cancelBubble', { writable: true, value: false })
window.AdaptiveCards = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.min.js')
const { renderCard } = await import('../../src/playground/page/cards.js')

const draw = (card) => {
  const sent = []
  const root = renderCard(card, (action) => sent.push(action))
  for (const button of root.querySelectorAll('button')) button.click()
  return { html: root.outerHTML, text: root.textContent, sent }
}

process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(draw)))
await window.happyDOM.close()
