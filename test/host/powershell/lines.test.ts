import { describe, expect, it } from '@jest/globals'
import { lineReader } from '../../../src/host/powershell/engine/lines'

const reading = (most: number) => {
  const lines: string[] = []
  let tooLong = 0
  const reader = lineReader(most, { line: (text) => lines.push(text), tooLong: () => (tooLong += 1) })
  return { lines, take: reader.take, tooLong: () => tooLong }
}

describe('a stream is read as lines', () => {
  it('wherever its pieces are cut, with either line end', () => {
    const { lines, take } = reading(100)

    for (const piece of ['one\ntw', 'o\r\n', '\nthr', 'ee', '\nunfinished']) take(piece)

    expect(lines).toEqual(['one', 'two', '', 'three'])
  })

  it('a line of the greatest length passes; a longer one is dropped, told once, and the next is whole', () => {
    const { lines, take, tooLong } = reading(5)

    take('12345\n123456')
    take('789')
    take('more\nafter\n')

    expect(lines).toEqual(['12345', 'after'])
    expect(tooLong()).toBe(1)
  })

  it('and a stream without any line end is not kept', () => {
    const { lines, take, tooLong } = reading(1_000)

    for (let n = 0; n < 50; n++) take('x'.repeat(1_000))
    take('\nlast\n')

    expect(lines).toEqual(['last'])
    expect(tooLong()).toBe(1)
  })
})
