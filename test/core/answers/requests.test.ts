import { describe, expect, test } from '@jest/globals'
import { HISTORY_A_PAGE, historyNotice } from '../../../src/core/answers/history'
import type { HistoryLine } from '../../../src/core/cards/lines'
import { pageOf } from '../../../src/core/answers/paging'
import { REQUESTS_A_PAGE, requestsNotice } from '../../../src/core/answers/requests'
import type { RequestLine } from '../../../src/core/cards/lines'
import { HOUR, MINUTE, NOW, aLine, partOf, saysOf, textOf, wordsOf } from './reading'

const paged = (lines: readonly RequestLine[], page = 1) => ({
  ...{ shown: pageOf(lines, page, REQUESTS_A_PAGE), count: lines.length },
  ...{ asides: [], now: NOW },
})
const lineOf = (changes: Parameters<typeof aLine>[0]) =>
  wordsOf(partOf(requestsNotice({ ...paged([aLine(changes)]), all: true }), 'text').runs)

describe('a request is two lines', () => {
  test.each([
    [
      'pending, with the time at which it expires',
      {},
      'R-7 waiting for an approver: assign hv01/gpu0 (NVIDIA A100 80GB PCIe) to train-01 · @slack:T123/U456\nasked 2026-01-15 11:57 UTC, expires 2026-01-15 12:27 UTC',
    ],
    [
      'a move, from and to',
      { action: 'move', from: 'render-01', state: 'running' },
      'R-7 running: move hv01/gpu0 (NVIDIA A100 80GB PCIe) from render-01 to train-01 · @slack:T123/U456\nasked 2026-01-15 11:57 UTC',
    ],
    [
      'a release, to nobody',
      { action: 'release', from: 'render-01', to: null, state: 'succeeded' },
      'R-7 done: release hv01/gpu0 (NVIDIA A100 80GB PCIe) from render-01 · @slack:T123/U456\nasked 2026-01-15 11:57 UTC',
    ],
    [
      'one whose time is up but which nobody has swept',
      { expiresAt: NOW },
      'R-7 waiting for an approver: assign hv01/gpu0 (NVIDIA A100 80GB PCIe) to train-01 · @slack:T123/U456\nasked 2026-01-15 11:57 UTC, expires now',
    ],
  ] as const)('%s', (_, changes, line) => {
    expect(lineOf(changes)).toBe(line)
  })

  test('the person is a chip of the chat, not text', () => {
    const { runs } = partOf(requestsNotice({ ...paged([aLine()]), all: false }), 'text')

    expect(runs).toContainEqual({ person: 'slack:T123/U456' })
  })

  test('what nobody can see in a name is written out', () => {
    expect(lineOf({ to: 'train\u202e10' })).toContain('train⟨U+202E⟩10')
  })
})

describe('many requests', () => {
  const lines = Array.from({ length: 40 }, (_, number) => aLine({ id: `R-${40 - number}` }))

  test('come fifteen a page, with buttons that keep --all', () => {
    const first = requestsNotice({ ...paged(lines), all: true })
    const last = requestsNotice({ ...paged(lines, 3), all: true })

    expect(textOf(first).match(/R-\d+/g)).toHaveLength(15)
    expect(saysOf(first)).toEqual({ Next: 'requests --all --page 2' })
    expect(textOf(last).match(/R-\d+/g)).toHaveLength(10)
    expect(saysOf(last)).toEqual({ Previous: 'requests --all --page 2' })
    expect(first.summary).toBe('40 requests')
  })

  test('open ones are counted as such', () => {
    expect(requestsNotice({ ...paged([aLine()]), all: false }).summary).toBe('1 open request')
  })
})

test.each([
  [false, 'No request is open. requests --all shows the past ones.'],
  [true, 'Nobody has asked for a GPU yet. list --free shows those that could be asked for.'],
])('without requests (--all: %s) the answer says what to look at', (all, words) => {
  expect(textOf(requestsNotice({ ...paged([]), all }))).toContain(words)
})

describe('history', () => {
  const all = (lines: readonly HistoryLine[]) => ({
    shown: pageOf(lines, 1, HISTORY_A_PAGE),
    count: lines.length,
  })
  const entry = (number: number) => ({
    at: NOW - number * MINUTE,
    of: `R-${number}`,
    what: 'approve assign hv01/gpu0 to train-01',
    by: 'slack:T123/U789',
  })

  test('says when, which request, what and who', () => {
    const lines = [entry(5), { at: NOW - 2 * HOUR, of: 'R-1', what: 'expire', by: null }]

    const notice = historyNotice({ ...all(lines), name: undefined })

    expect(textOf(notice)).toBe(
      'History\n2026-01-15 11:55 UTC: R-5 approve assign hv01/gpu0 to train-01 by @slack:T123/U789\n2026-01-15 10:00 UTC: R-1 expire',
    )
    expect(notice.summary).toBe('History: 2 entries')
  })

  test('pages with a name that has blanks, so that the button can be read back', () => {
    const lines = Array.from({ length: 16 }, (_, number) => entry(number))

    const notice = historyNotice({ ...all(lines), name: 'build box' })

    expect(saysOf(notice)).toEqual({ Next: 'history "build box" --page 2' })
  })

  test.each([
    [undefined, 'Nothing has happened yet.'],
    ['nobody', 'Nothing is recorded of nobody.'],
  ])('without entries about %s it says so', (name, words) => {
    expect(textOf(historyNotice({ ...all([]), name }))).toContain(words)
  })
})
