import { describe, expect, test } from '@jest/globals'
import { ago, bytes, counted, forHowLong } from '../../../src/core/text/figures'

const S = 1000
const MIN = 60 * S
const H = 60 * MIN

describe('a duration is said in its largest unit', () => {
  test.each([
    [-5 * S, '0 s'],
    [0, '0 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [3 * MIN, '3 min'],
    [59.6 * MIN, '1 h'],
    [8 * H, '8 h'],
    [23.6 * H, '1 d'],
    [72 * H, '3 d'],
  ])('%d ms: %s', (ms, words) => {
    expect(forHowLong(ms)).toBe(words)
  })
})

describe('how long ago something was', () => {
  test.each([
    [3 * MIN, '3 min ago'],
    [1000, '1 s ago'],
    [999, 'just now'],
    [-2 * S, 'just now'],
  ])('%d ms: %s', (ms, words) => {
    expect(ago(ms)).toBe(words)
  })
})

describe('bytes are said in binary units', () => {
  test.each([
    [0, '0 B'],
    [512, '512 B'],
    [1536, '1.5 KiB'],
    [128 * 2 ** 20, '128 MiB'],
    [80 * 2 ** 30, '80 GiB'],
    [5000 * 2 ** 40, '5000 TiB'],
  ])('%d: %s', (count, words) => {
    expect(bytes(count)).toBe(words)
  })
})

test('a count names one thing or several', () => {
  expect([counted(1, 'GPU'), counted(0, 'GPU'), counted(2, 'entry', 'entries')]).toEqual([
    '1 GPU',
    '0 GPUs',
    '2 entries',
  ])
})
