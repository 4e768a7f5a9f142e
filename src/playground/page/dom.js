// Building the page from nodes. Text becomes text nodes, never markup.

/** An element; `attributes` that are null or false are left out, and `on...` ones are listeners. */
export const el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (name === 'class') element.className = value
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  )
  return element
}

export const byId = (id) => document.getElementById(id)

/** Replaces the children, unless the signature says that nothing changed since the last time. */
export const fill = (parent, signature, build) => {
  const mark = JSON.stringify(signature)
  if (parent.dataset.mark === mark) return false
  parent.dataset.mark = mark
  parent.replaceChildren(...[build()].flat(Infinity))
  return true
}

/** The node that was drawn under this key, drawn anew when what it shows has changed. */
export const once = (drawn, key, shown, draw) => {
  const mark = JSON.stringify(shown)
  const known = drawn.get(key)
  if (known?.mark === mark) return known.node
  const node = draw()
  drawn.set(key, { mark, node })
  return node
}

/** Makes these the children, touching only those that are not. */
export const rearrange = (parent, nodes) => {
  const kept = new Set(nodes)
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove()
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null)
  })
}

const SVG = 'http://www.w3.org/2000/svg'
export const svg = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

export const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join('')

const HUES = [262, 24, 202, 330, 160]
/** A colour that stays the person's. */
export const hueOf = (people, id) =>
  HUES[
    Math.max(
      0,
      people.findIndex((person) => person.id === id),
    ) % HUES.length
  ]

export const avatar = (people, person, size = 36) => {
  const element = el('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(person.name))
  element.style.setProperty('--hue', hueOf(people, person.id))
  element.style.setProperty('--size', `${size}px`)
  return element
}

export const postJson = async (path, body) => {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  } catch {
    return { status: 0, body: { error: 'The playground does not answer.' } }
  }
}
