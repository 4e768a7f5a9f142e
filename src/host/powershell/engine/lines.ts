/** A stream as lines, in bounded memory: what is longer than the limit is dropped and told as one. */

export interface LineReader {
  /** Takes the next piece of text. */
  readonly take: (chunk: string) => void
}

/** `line` gets each whole line without its end; `tooLong` is called once for each line beyond `most` characters. */
export const lineReader = (
  most: number,
  heard: { readonly line: (text: string) => void; readonly tooLong: () => void },
): LineReader => {
  let pieces: string[] = []
  let length = 0
  let dropping = false

  const add = (piece: string): void => {
    if (dropping) return
    length += piece.length
    pieces.push(piece)
    if (length <= most) return
    dropping = true
    pieces = []
    heard.tooLong()
  }
  const end = (): void => {
    if (!dropping) heard.line(pieces.join('').replace(/\r$/, ''))
    dropping = false
    pieces = []
    length = 0
  }
  return {
    take: (chunk) => {
      const [first = '', ...others] = chunk.split('\n')
      add(first)
      for (const each of others) {
        end()
        add(each)
      }
    },
  }
}
