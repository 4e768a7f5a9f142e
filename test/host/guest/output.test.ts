import { describe, expect, it } from '@jest/globals'
import { plainText } from '../../../src/host/guest/output'

describe('what a guest prints', () => {
  it('keeps its letters, lines and tabs', () => {
    expect(plainText('name,\tmemory\nGeForce, 12 °C, Größe 日本 👍\n')).toBe(
      'name,\tmemory\nGeForce, 12 °C, Größe 日本 👍\n',
    )
  })

  it.each([
    ['colours', 'a\u001b[1;31mb\u001b[0mc'],
    ['colours by the eight-bit form', 'a\u009b31mbc'],
    ['movements and modes', 'a\u001b[2J\u001b[?25l\u001b[10;20Hbc'],
    ['a title', 'a\u001b]0;title\u0007bc'],
    ['a link', 'a\u001b]8;;https://example.org\u001b\\b\u001b]8;;\u001b\\c'],
    ['strings to a device', 'a\u001bPq#0\u001b\\b\u001b_x\u001b\\c'],
    ['short sequences', 'a\u001b(Bb\u001bcc'],
    ['a sequence that is cut off', 'abc\u001b'],
    ['line feeds of Windows and bells', '\u0007a\rb\u0000c\u007f'],
    ['a turned direction', 'a\u202eb\u2066c\u2069\u200f'],
    ['characters without width', 'a\u200bb\ufeffc'],
  ])('loses %s', (_, text) => {
    expect(plainText(text)).toBe('abc')
  })

  it('loses no further line to a sequence without an end', () => {
    expect(plainText('one\u001b]0;title\ntwo\n')).toBe('one\ntwo\n')
  })
})
