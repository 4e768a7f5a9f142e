// Runs in the page: finds text and controls that a reader cannot see whole, and those that lie on one another.
// A box that scrolls may hold more than it shows, and an ellipsis is meant where a title says the whole.

/** Rectangles of text are as high as the font, which is a little more than a tight line. */
const SLACK_PX = 2
const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
const AXES = [
  { scrolls: 'overflowX', from: 'left', to: 'right', across: 'sideways' },
  { scrolls: 'overflowY', from: 'top', to: 'bottom', across: 'downwards' },
]

const styleOf = (element) => window.getComputedStyle(element)
const isScroller = (style) => /auto|scroll/.test(style.overflowX + style.overflowY)
const nameOf = ({ element, text }) =>
  `${element.tagName.toLowerCase()}${[...element.classList].map((each) => `.${each}`).join('')} "${text.trim().slice(0, 40)}"`

/** Elements from this one up to the root, the root included. */
const upFrom = (element, root) => {
  const chain = []
  for (let each = element; each !== null && each !== root.parentElement; each = each.parentElement)
    chain.push(each)
  return chain
}

const isSeen = (element, root) =>
  element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
  !upFrom(element, root).some((each) => styleOf(each).clipPath === 'inset(50%)')

/** The lines of a text, without the spaces at their ends, which hang out of a box and are seen by nobody. */
const linesOf = (node) => {
  const lines = []
  const range = document.createRange()
  for (const { 0: word, index } of node.nodeValue.matchAll(/\S+/g)) {
    range.setStart(node, index)
    range.setEnd(node, index + word.length)
    for (const { left, top, right, bottom } of range.getClientRects()) {
      const line = lines.at(-1)
      if (line?.top !== top || line.bottom !== bottom) lines.push({ left, top, right, bottom })
      else Object.assign(line, { left: Math.min(line.left, left), right: Math.max(line.right, right) })
    }
  }
  return lines
}

/** Each line of each text, and each control. */
const itemsIn = (root) => {
  const items = []
  const texts = document.createTreeWalker(root, window.NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement
    if (node.nodeValue.trim() === '' || !isSeen(element, root)) continue
    for (const rect of linesOf(node)) items.push({ element, rect, node, text: node.nodeValue })
  }
  for (const element of root.querySelectorAll(CONTROLS)) {
    const text = element.ariaLabel ?? element.textContent
    if (isSeen(element, root))
      items.push({ element, rect: element.getBoundingClientRect(), node: element, text })
  }
  return items.filter(({ rect }) => rect.right > rect.left && rect.bottom > rect.top)
}

/** What is wrong between the item and one box around it: nothing, or a word; `null` ends the search in this axis. */
const judge = (item, box, axis) => {
  const style = styleOf(box)
  if (/^(inline|contents)$/.test(style.display)) return undefined
  const frame = box.getBoundingClientRect()
  const isInside =
    item.rect[axis.from] >= frame[axis.from] - SLACK_PX && item.rect[axis.to] <= frame[axis.to] + SLACK_PX
  if (isInside) return undefined
  if (/auto|scroll/.test(style[axis.scrolls])) return null
  if (style[axis.scrolls] === 'visible') return 'overflows'
  return style.textOverflow === 'ellipsis' && box.closest('[title]') ? null : 'is cut by'
}

const escapes = (item, root) =>
  AXES.flatMap((axis) => {
    for (const box of upFrom(item.element, root)) {
      if (box === item.node) continue
      const verdict = judge(item, box, axis)
      if (verdict === null) return []
      if (verdict !== undefined)
        return [`${nameOf(item)} ${verdict} ${nameOf({ element: box, text: '' })} ${axis.across}`]
    }
    return []
  })

/** What is left of a rectangle inside these boxes. */
const within = (rect, boxes) => {
  const left = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom }
  for (const box of boxes) {
    const style = styleOf(box)
    const frame = box.getBoundingClientRect()
    for (const { scrolls, from, to } of AXES) {
      if (style[scrolls] === 'visible' || style.display === 'inline') continue
      left[from] = Math.max(left[from], frame[from])
      left[to] = Math.min(left[to], frame[to])
    }
  }
  return left
}

/** The box that scrolls it, what is left of it inside of that, and what of that is in sight. */
const placed = (item, root) => {
  const around = upFrom(item.element, root).filter((each) => each !== item.node)
  const at = around.findIndex((each) => isScroller(styleOf(each)))
  const inner = within(item.rect, at === -1 ? around : around.slice(0, at))
  return { ...item, scroller: around[at], inner, seen: within(item.rect, around) }
}

const collide = (a, b) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK_PX &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK_PX

/** A control holds its own text, and lines of one text touch. */
const belong = (a, b) => a.node === b.node || a.node.contains(b.node) || b.node.contains(a.node)

const overlaps = (items) =>
  items.flatMap((a, at) =>
    items
      .slice(at + 1)
      .filter((b) => !belong(a, b))
      .filter((b) => (a.scroller === b.scroller ? collide(a.inner, b.inner) : collide(a.seen, b.seen)))
      .map((b) => `${nameOf(a)} lies on ${nameOf(b)}`),
  )

window.layoutFaults = () => {
  const page = document.documentElement
  const wider = page.scrollWidth - page.clientWidth
  const root = document.querySelector('dialog:modal') ?? document.body
  const items = itemsIn(root)
  return [
    ...(wider > 0 ? [`the page is ${wider} px wider than the window`] : []),
    ...items.flatMap((item) => escapes(item, root)),
    ...overlaps(items.map((item) => placed(item, root))),
  ]
}
