/** How a post is written down for review: one thing a line, and what belongs to it indented under it. */

export const under = (head: readonly string[], lines: readonly string[]): string[] => [
  ...head,
  ...lines.map((line) => `  ${line}`),
]

const titled = (head: string, lines: readonly string[]): string[] =>
  lines.length === 1
    ? [`${head}: ${lines[0]!}`]
    : under(
        [`${head}:`],
        lines.map((line) => `| ${line}`),
      )

/** Words that have one look. */
export const words = (head: string, text: string): string[] => titled(head, text.split('\n'))

// A size stands before a whole line, never at single words.
const marks = { bold: '*', italic: '_', code: '`', subtle: '~', small: null, large: null }
export type Look = keyof typeof marks

export interface Piece {
  readonly text: string
  readonly looks: readonly Look[]
  /** What the chat puts something else in the place of, such as a mention: in angle brackets. */
  readonly chip?: true
}

/** With a backslash before what would read as a mark of ours, but where a whole line is code and has no marks. */
const escaped = ({ text, looks }: Piece, common: readonly Look[]): string => {
  if (common.includes('code')) return text
  return text.replace(looks.includes('code') ? /[\\`]/gu : /[\\*_`~<]/gu, '\\$&')
}

const marked = (piece: Piece, common: readonly Look[]): string => {
  if (piece.chip) return `<${piece.text}>`
  const around = piece.looks
    .filter((look) => !common.includes(look))
    .map((look) => {
      if (marks[look] === null) throw new Error(`"${piece.text}" is ${look} in a line that is not`)
      return marks[look]
    })
  return around.join('') + escaped(piece, common) + around.toReversed().join('')
}

const joined = (pieces: readonly Piece[]): Piece[] =>
  pieces.reduce<Piece[]>((all, piece) => {
    const last = all.at(-1)
    if (!last || last.chip || piece.chip || String(last.looks) !== String(piece.looks)) return [...all, piece]
    return [...all.slice(0, -1), { ...last, text: last.text + piece.text }]
  }, [])

/** The pieces, a list for each line that they are shown in. */
const linesOf = (pieces: readonly Piece[]): Piece[][] => {
  const lines: Piece[][] = [[]]
  for (const piece of pieces)
    piece.text.split('\n').forEach((text, at) => {
      if (at > 0) lines.push([])
      if (text !== '') lines.at(-1)!.push({ ...piece, text })
    })
  return lines
}

/** Words of several looks: a look that all of them have stands before them, any other around what has it. */
export const runs = (head: string, pieces: readonly Piece[]): string[] => {
  const [first, ...others] = pieces
  const common = (first?.looks ?? []).filter((look) => others.every(({ looks }) => looks.includes(look)))
  const lines = linesOf(joined(pieces)).map((line) => line.map((piece) => marked(piece, common)).join(''))
  return titled([head, ...common].join(' '), lines)
}

/** A row of a table; a bar in a cell has a backslash before it. */
export const row = (cells: readonly string[]): string =>
  `row: ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')}`

/** The only piece of its line, without a head. */
export const cell = (pieces: readonly Piece[]): string =>
  joined(pieces)
    .map((piece) => marked(piece, []))
    .join('')
