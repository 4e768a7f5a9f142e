import { describe, expect, it } from '@jest/globals'
import { expectationOf } from '../../../src/core/plan/step'
import {
  looksDone,
  looksUntouched,
  refuseJournal,
  replay,
  type JournalEntry,
} from '../../../src/core/operation/progress'
import { aHost, aVm, apply, withVm } from '../../fakes/facts'
import { ask, planned } from '../planner/scene'

const host = aHost({ vms: [aVm({ state: 'Running' })] })
const plan = planned(ask('assign', { host, consents: { shutdown: true } }))
const last = plan.steps.length - 1

type Direction = 'do' | 'undo'
const started = (n: number, direction: Direction = 'do'): JournalEntry => ({
  kind: 'started',
  n,
  direction,
  at: 10 * n,
  expects: expectationOf(plan.steps[n]!),
})
const ended = (
  n: number,
  result: 'done' | 'refused' | 'not-done' = 'done',
  direction: Direction = 'do',
): JournalEntry => ({ kind: 'ended', n, direction, at: 10 * n + 5, result })
const unwinding: JournalEntry = { kind: 'unwinding', at: 99, why: 'a step failed' }
const allDone = plan.steps.flatMap((_, n) => [started(n), ended(n)])

describe('the journal of a plan', () => {
  it('begins with the first step', () => {
    expect(replay(plan, [])).toMatchObject({ direction: 'do', why: null, open: null, next: 0 })
  })

  it('with a step that has not ended says which, and names no next one', () => {
    const progress = replay(plan, [started(0), ended(0), started(1)])

    expect(progress).toMatchObject({ open: 1, next: null })
    expect(progress.steps.map(({ state }) => state).slice(0, 3)).toEqual(['done', 'open', 'todo'])
    expect(progress.steps[1]).toMatchObject({ startedAt: 10, endedAt: null, tries: 1 })
  })

  it('repeats a step that was found not done, and counts the tries', () => {
    const progress = replay(plan, [started(0), ended(0, 'not-done'), started(0), ended(0, 'not-done')])

    expect(progress).toMatchObject({ open: null, next: 0 })
    expect(progress.steps[0]).toMatchObject({ state: 'todo', tries: 2 })
  })

  it.each<[string, JournalEntry[]]>([
    ['an end without a start', [ended(0)]],
    ['an end of another step than the one that is open', [started(0), ended(1)]],
    ['a second step before the first', [started(1)]],
    ['a step that was done once more', [started(0), ended(0), started(0)]],
    ['two steps at once', [started(0), started(1)]],
    ['the same step twice at once', [started(0), started(0)]],
    ['a step that the plan has not', [...allDone, { ...started(0), n: plan.steps.length } as JournalEntry]],
    ['a step behind one that was refused', [started(0), ended(0, 'refused'), started(1)]],
    ['an undo of what is not being undone', [started(0), ended(0), started(0, 'undo')]],
    ['a way forward in an undo', [started(0), ended(0), unwinding, started(1)]],
    [
      'an undo that was refused without a start',
      [started(0), ended(0), unwinding, ended(0, 'refused', 'undo')],
    ],
    [
      'an undo from the wrong end',
      [started(0), ended(0), started(1), ended(1), unwinding, started(0, 'undo')],
    ],
    ['an undo of an undo', [started(0), ended(0), unwinding, unwinding]],
  ])('is refused that tells of %s', (_, entries) => {
    expect(refuseJournal(plan, entries)).toMatch(/^entry \d+ of its journal cannot have been: /)
    expect(refuseJournal(plan, entries.slice(0, -1))).toBeNull()
  })

  it.each<[string, JournalEntry[]]>([
    ['all that was done', allDone],
    ['a step that is open', [started(0)]],
    ['a step that was tried again', [started(0), ended(0, 'not-done'), started(0), ended(0)]],
    ['what somebody else had undone already', [started(0), ended(0), unwinding, ended(0, 'done', 'undo')]],
    ['a step whose fate was told by its undo', [started(0), unwinding, ended(0, 'not-done', 'undo')]],
  ])('is taken that tells of %s', (_, entries) => {
    expect(refuseJournal(plan, entries)).toBeNull()
  })

  it('that is through has no next step', () => {
    expect(replay(plan, allDone)).toMatchObject({ direction: 'do', open: null, next: null })
  })

  it('undoes what was done, last first, and not the step that was refused', () => {
    const progress = replay(plan, [
      started(0),
      ended(0),
      started(1),
      ended(1),
      started(2),
      ended(2, 'refused'),
      unwinding,
    ])

    expect(progress).toMatchObject({ direction: 'undo', why: 'a step failed', next: 1 })
    expect(progress.steps.map(({ tries }) => tries)).toEqual(plan.steps.map(() => 0))
  })

  it('goes on with the undo after an undo that was refused', () => {
    const progress = replay(plan, [
      ...[started(0), ended(0), started(1), ended(1), unwinding],
      ...[started(1, 'undo'), ended(1, 'refused', 'undo')],
    ])

    expect(progress.next).toBe(0)
    expect(progress.steps[1]?.state).toBe('undo-refused')
  })

  it('has what could not be undone tried again, and a VM that was started too early started last', () => {
    const stop = plan.steps.findIndex(({ kind }) => kind === 'stopVm')
    const begun = plan.steps.slice(0, stop + 2).flatMap((_, n) => [started(n), ended(n)])
    const progress = replay(plan, [
      ...[...begun, unwinding],
      ...[started(stop + 1, 'undo'), ended(stop + 1, 'refused', 'undo')],
      ...[started(stop, 'undo'), ended(stop, 'done', 'undo')],
      ...[started(stop - 1, 'undo'), ended(stop - 1, 'done', 'undo')],
      { kind: 'again', at: 100 },
    ])

    expect(progress).toMatchObject({ direction: 'undo', next: stop + 1 })
    expect(progress.steps.map(({ state }) => state).slice(stop - 1, stop + 2)).toEqual([
      ...['undone', 'done', 'done'],
    ])
  })

  it('goes on as it was after somebody had the host read', () => {
    const read: JournalEntry = { kind: 'read', at: 100, by: 'slack:T1/U3', found: ['train-01 is Off'] }

    expect(replay(plan, [...allDone, unwinding, read])).toEqual(replay(plan, [...allDone, unwinding]))
  })

  it('is undone when every step is', () => {
    const undos = plan.steps.flatMap((_, n) => [started(last - n, 'undo'), ended(last - n, 'done', 'undo')])
    const progress = replay(plan, [...allDone, unwinding, ...undos])

    expect(progress.next).toBeNull()
    expect(new Set(progress.steps.map(({ state }) => state))).toEqual(new Set(['undone']))
  })
})

describe('the host', () => {
  const states = plan.steps.reduce((hosts, step) => [...hosts, apply(step, hosts.at(-1)!)], [host])

  it('looks done after the last step and not before', () => {
    expect(states.map((facts) => looksDone(plan, facts))).toEqual([...plan.steps.map(() => false), true])
  })

  it('looks untouched before the first step and not after', () => {
    expect(states.map((facts) => looksUntouched(plan.steps, facts))).toEqual([
      true,
      ...plan.steps.map(() => false),
    ])
  })

  it('is judged by what the plan touches alone', () => {
    const other = aHost({ vms: [...host.vms, aVm({}, 2)] })

    expect(looksUntouched(plan.steps, withVm(other, aVm({}, 2).id, { state: 'Running' }))).toBe(true)
    expect(looksUntouched([], states.at(-1)!)).toBe(true)
  })
})
