import { describe, expect, it } from '@jest/globals'
import { runsOf } from '../../../src/core/notice/prose'
import { shown } from '../../../src/core/text/shown'
import { nearest } from '../../../src/core/text/suggest'

describe('text shown back', () => {
  it.each([
    ['plain é 仮想 🎉', 'plain é 仮想 🎉'],
    ['a\u202eb', 'a⟨U+202E⟩b'],
    ['a\u200b\u0000\n', 'a⟨U+200B⟩⟨U+0000⟩⟨U+000A⟩'],
    ['\u{E0041}', '⟨U+E0041⟩'],
    ['\ud800', '⟨U+D800⟩'],
    ['a`b`', 'aˋbˋ'],
    ['x'.repeat(60), 'x'.repeat(60)],
    ['x'.repeat(61), `${'x'.repeat(59)}…`],
  ])('%j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })

  it('is at most 60 characters long whatever it is made of', () => {
    for (const piece of ['x', '\u202e', '🎉', '\n', '`', '\udc00'])
      expect(shown(piece.repeat(10_000)).length).toBeLessThanOrEqual(60)
  })
})

describe('sentences as runs', () => {
  it('make code of what stands in back quotes', () => {
    expect(runsOf('See `list` or `help`.')).toEqual(['See ', { code: 'list' }, ' or ', { code: 'help' }, '.'])
  })
})

describe('the nearest words', () => {
  const known = ['list', 'show', 'assign', 'approve', 'release']

  it.each([
    ['lsit', ['list']],
    ['APROVE', ['approve']],
    ['rel', ['release']],
    ['xyzzy', []],
    ['', []],
  ])('%s: %j', (word, expected) => {
    expect(nearest(word, known)).toEqual(expected)
  })

  it('come nearest first and no more than asked for', () => {
    expect(nearest('gpu1', ['gpu22', 'gpu2', 'gpu1', 'gpu3'], 2)).toEqual(['gpu1', 'gpu2'])
  })
})
