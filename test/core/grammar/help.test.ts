import { describe, expect, it } from '@jest/globals'
import { KINDS, specOf } from '../../../src/core/command/command'
import { helpNotice } from '../../../src/core/grammar/help'
import { usageIn } from '../../../src/core/grammar/usage'
import { parse } from '../../../src/core/grammar/parse'
import { notice, type Notice } from '../../../src/core/notice/notice'

const everything = (): boolean => true
const textOf = (shown: Notice): string => JSON.stringify(shown.parts)

describe('help for one command', () => {
  it.each(KINDS.flatMap((kind) => specOf(kind).examples.map((example) => [kind, example] as const)))(
    'the example of %s is understood as it: %s',
    (kind, example) => {
      expect(parse(example)).toMatchObject({ ok: true, value: { kind } })
    },
  )

  it.each(KINDS)('%s shows its usage, every example and every note', (kind) => {
    const shown = helpNotice(kind.toUpperCase(), everything)

    expect(notice.parse(shown)).toEqual(shown)
    expect(shown.parts).toContainEqual({ kind: 'code', text: specOf(kind).examples.join('\n') })
    expect(shown.parts).toContainEqual({
      kind: 'facts',
      rows: [{ label: 'Usage', runs: [{ code: usageIn(specOf(kind)) }] }],
    })
    expect(shown.parts.filter((part) => part.kind === 'note')).toHaveLength(specOf(kind).notes?.length ?? 0)
  })

  it('says who may use a command that the caller may not', () => {
    const shown = helpNotice('pause', (kind) => kind !== 'pause')

    expect(shown.summary).toBe('pause is for administrators.')
    expect(textOf(shown)).not.toContain('pause hv01')
  })

  it('suggests the command that was meant, of those the caller may use', () => {
    expect(textOf(helpNotice('asign', everything))).toContain('help assign')
    expect(textOf(helpNotice('asign', (kind) => kind !== 'assign'))).not.toContain('help assign')
  })

  it('makes hidden characters of an unknown topic visible and keeps its back quotes out of the code marks', () => {
    const shown = helpNotice('a`b\u202e', everything)

    expect(shown.parts[0]).toMatchObject({
      runs: [{ code: 'aˋb⟨U+202E⟩' }, expect.any(String), { code: 'help' }, expect.any(String)],
    })
  })

  it('does not take the properties that every object has for commands', () => {
    expect(helpNotice('constructor', everything).summary).toBe('constructor is not a command.')
  })
})

describe('help for everything', () => {
  it('lists every command once', () => {
    const { summary, parts } = helpNotice(undefined, everything)
    const listed = parts
      .flatMap((part) => (part.kind === 'text' ? part.runs : []))
      .flatMap((run) => (typeof run === 'object' && 'code' in run ? [run.code.split(' ')[0]] : []))

    for (const kind of KINDS) {
      expect(summary).toMatch(new RegExp(`\\b${kind}\\b`))
      expect(listed).toContain(kind)
    }
  })

  it('leaves away what the caller may not do, and groups that become empty', () => {
    const shown = helpNotice(undefined, (kind) => specOf(kind).needs === 'anyone listed')

    expect(textOf(shown)).toContain('"list"')
    for (const word of ['assign GPU', 'approve ID', 'pause', 'Decide', 'Run the hosts'])
      expect(textOf(shown)).not.toContain(word)
  })

  it('tells somebody who may do nothing whom to ask', () => {
    expect(textOf(helpNotice(undefined, () => false))).toContain('administrator')
  })
})
