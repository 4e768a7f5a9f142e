import { describe, expect, test } from '@jest/globals'
import { requestNotice, type CardMoment } from '../../../src/core/cards/request'
import type { Notice, Part } from '../../../src/core/notice/notice'
import { expectationOf } from '../../../src/core/plan/step'
import { replay, type JournalEntry } from '../../../src/core/operation/progress'
import type { Request, RequestState, Verification } from '../../../src/core/request/request'
import { APPROVER, pending, STATES } from '../../fakes/requests'
import { textOf } from '../answers/reading'

const at = (now: number): CardMoment => ({ now, waiting: null })
const progressAfter = (...entries: JournalEntry[]) => replay(pending.plan, entries)
const card = (request: Request): string => textOf(requestNotice(request, progressAfter(), at(10)))
const labels = (notice: Notice): string[] =>
  notice.parts
    .filter((part): part is Extract<Part, { kind: 'buttons' }> => part.kind === 'buttons')
    .flatMap(({ buttons }) => buttons.map(({ label }) => label))

type Direction = 'do' | 'undo'
const started = (n: number, from: number, direction: Direction = 'do'): JournalEntry => ({
  kind: 'started',
  n,
  direction,
  at: from,
  expects: expectationOf(pending.plan.steps[n]!),
})
const ended = (
  n: number,
  end: number,
  result: 'done' | 'refused',
  direction: Direction = 'do',
): JournalEntry => ({
  kind: 'ended',
  n,
  direction,
  at: end,
  result,
  ...(result === 'refused' ? { detail: 'ObjectNotFound: not found' } : {}),
})

const HEADLINES: { readonly [S in RequestState]: string } = {
  pending: 'waiting for an approver',
  approved: 'approved, about to start',
  running: 'running',
  succeeded: 'done',
  'rolled-back': 'failed and undone: everything is as it was',
  'needs-attention': 'needs attention',
  resolved: 'resolved by an administrator',
  denied: 'denied',
  cancelled: 'cancelled',
  expired: 'expired without a decision',
  void: 'void: the facts changed after approval; nothing was done',
}

const BUTTONS: { readonly [S in RequestState]?: string[] } = {
  pending: ['Approve', 'Deny', 'Cancel', 'Whole script'],
  approved: ['Cancel'],
  'needs-attention': ['Read again', 'Repaired by hand'],
}

describe('the card of a request', () => {
  test.each(Object.keys(STATES) as RequestState[])(
    'that is %s says so, with the buttons that mean something then',
    (state) => {
      const notice = requestNotice(STATES[state], null, at(10))

      expect(notice.summary).toBe(`R-1 Assign hv01/gpu0 to train-01: ${HEADLINES[state]}`)
      expect(textOf(notice)).toContain(`R-1 · ${HEADLINES[state]}`)
      expect(labels(notice)).toEqual(BUTTONS[state] ?? [])
    },
  )

  test('names who approved it, from then on', () => {
    for (const state of ['approved', 'running', 'succeeded', 'rolled-back', 'void'] as const)
      expect(card(STATES[state])).toMatch(new RegExp(`Approved by @?${APPROVER}`))
  })

  test.each([
    ['denied', /Denied by .*: not now/],
    ['cancelled', /Cancelled by/],
    ['rolled-back', /Why: a step failed/],
    ['needs-attention', /Why: the undo failed[^]*What repairs it[^]*resolve R-1/],
    ['resolved', /Resolved by[^]*as before/],
    ['void', /the VM runs now[^]*Ask again/],
  ] as const)('that is %s says why, and what comes next', (state, words) => {
    expect(card(STATES[state])).toMatch(words)
  })

  test('waits in sight', () => {
    const waiting = { now: 10, waiting: 'hv01 is paused' }

    expect(requestNotice(STATES.approved, null, waiting).summary).toContain(
      'approved, waiting: hv01 is paused',
    )
    expect(requestNotice(STATES.running, progressAfter(), waiting).summary).toContain(
      'running, waiting: hv01 is paused',
    )
  })

  test('counts the steps of a run and says how long they take', () => {
    const progress = progressAfter(started(0, 1_000), ended(0, 3_500, 'done'), started(1, 4_000))

    const text = textOf(requestNotice(STATES.running, progress, at(16_000)))

    expect(text).toContain(`Step 2 of ${pending.plan.steps.length}`)
    expect(text).toContain('2.5 s')
    expect(text).toContain('12.0 s')
  })

  test('counts backwards while it is undone, with the refusal beside the step that met it', () => {
    const progress = progressAfter(
      started(0, 1_000),
      ended(0, 2_000, 'done'),
      started(1, 2_000),
      ended(1, 3_000, 'refused'),
      { kind: 'unwinding', at: 3_000, why: 'step 2 was refused' },
    )

    const text = textOf(requestNotice(STATES.running, progress, at(4_000)))

    expect(text).toContain(`Undoing step 1 of ${pending.plan.steps.length}`)
    expect(text).toContain('ObjectNotFound: not found')
  })

  test('tells a step that was undone from one whose undo was refused', () => {
    const undo = (n: number, result: 'done' | 'refused'): JournalEntry[] => [
      started(n, 4_000, 'undo'),
      ended(n, 6_000, result, 'undo'),
    ]
    const progress = progressAfter(
      ...[0, 1].flatMap((n) => [started(n, 1_000), ended(n, 2_000, 'done')]),
      started(2, 2_000),
      ended(2, 3_000, 'refused'),
      { kind: 'unwinding', at: 3_000, why: 'step 3 was refused' },
      ...undo(1, 'refused'),
      ...undo(0, 'done'),
    )

    const text = textOf(requestNotice(STATES['needs-attention'], progress, at(9_000)))

    expect(text).toMatch(/Dismount hv01\/gpu0 from the host \(done, but could not be undone · ObjectNotFound/)
    expect(text).toMatch(/Disable hv01\/gpu0 on the host \(undone in 2\.0 s\)/)
  })

  test.each([
    ['succeeded', 'the host → train-01'],
    ['rolled-back', 'the host'],
    ['denied', 'the host'],
  ] as const)('that is %s shows who has the GPU', (state, holder) => {
    expect(card(STATES[state]).split('\n')).toContain(`Held by: ${holder}`)
  })

  test.each([
    ['pending', ['Asked ', 1, ', expires ', 1_000, ' if nobody decides']],
    ['approved', ['Asked ', 1, ', approved ', 5]],
    ['running', ['Asked ', 1, ', approved ', 5]],
    ['succeeded', ['Asked ', 1, ', approved ', 5, ', done ', 9]],
    ['rolled-back', ['Asked ', 1, ', approved ', 5, ', undone ', 9]],
    ['resolved', ['Asked ', 1, ', approved ', 5, ', resolved ', 12]],
    ['denied', ['Asked ', 1, ', denied ', 5]],
    ['expired', ['Asked ', 1, ', expired ', 1_000]],
  ] as const)('that is %s says when it became so, as moments', (state, moments) => {
    const { parts } = requestNotice(STATES[state], null, at(10))

    expect(parts).toContainEqual({
      kind: 'note',
      runs: moments.map((each) => (typeof each === 'number' ? { time: each } : each)),
    })
  })
})

describe('the card of a finished assignment', () => {
  const succeeded = (verification: Verification): Request => {
    const request = STATES.succeeded
    if (request.state !== 'succeeded') throw new Error('not succeeded')
    return { ...request, verification }
  }

  test.each<[Verification, string]>([
    [{ kind: 'due' }, 'nvidia-smi in the guest: being read'],
    [{ kind: 'verified' }, 'nvidia-smi in the guest: verified'],
    [{ kind: 'failed', why: 'no driver' }, 'nvidia-smi in the guest: failed: no driver'],
    [{ kind: 'not-checked', why: 'the VM is off' }, 'nvidia-smi in the guest: not checked: the VM is off'],
  ])('says what became of the verification: %j', (verification, words) => {
    expect(card(succeeded(verification))).toContain(words)
  })

  test('says nothing of it when the host holds the GPU', () => {
    const request = succeeded({ kind: 'not-checked', why: 'the host holds the GPU' })
    const released: Request = { ...request, plan: { ...request.plan, to: null } }

    expect(card(released)).not.toContain('nvidia-smi')
  })
})
