import { describe, expect, it } from '@jest/globals'
import type { ConfigFile } from '../src/config/config'
import { may } from '../src/core/request/permission'
import { policyFile } from '../src/core/policy/schema'
import { policySource, type Directory } from '../src/policy-source'
import { fakeClock } from './fakes/clock'
import { CHATS, JONAS, slack, TEAM } from './core/policy/team'

const MINUTE = 60_000
const GROUPS = { groups: { ops: { slack: 'S0OPS' } }, roles: { ...TEAM.roles, oncall: ['ops'] } }
const fileOf = (policy: object) => ({ policy: policyFile.parse({ ...TEAM, ...policy }) }) as ConfigFile

const opened = (directory: Directory) => {
  let now = 0
  const clock = { ...fakeClock(), now: () => now }
  const logged: object[] = []
  const note = (fields: object) => void logged.push(fields)
  let next = fileOf(GROUPS)
  const source = policySource(next, {
    incomplete: () => null,
    chats: () => CHATS,
    clock,
    log: { info: note, warn: note, error: note },
    directory,
    readAgain: () => ({ value: next }),
  })
  const mayPause = () => may(source.inForce(), slack(JONAS), 'pause')
  const write = (policy: object) => void (next = fileOf(policy))
  return { source, pass: (ms: number) => void (now += ms), logged, mayPause, write }
}

describe('groups of the policy', () => {
  it('count once they were read, and no longer when that is half an hour ago', async () => {
    const { source, pass, mayPause } = opened(() => Promise.resolve([slack(JONAS)]))
    expect(mayPause()).toBe(false)

    await source.refresh()
    expect(mayPause()).toBe(true)
    pass(30 * MINUTE)
    expect(mayPause()).toBe(true)
    pass(1)
    expect(mayPause()).toBe(false)
  })

  it('stay as they were last read while the chat does not answer, and the log says why', async () => {
    let down = false
    const { source, logged, mayPause } = opened(() =>
      down ? Promise.reject(new Error('ratelimited')) : Promise.resolve([slack(JONAS)]),
    )
    await source.refresh()
    down = true
    await source.refresh()

    expect(mayPause()).toBe(true)
    expect(logged).toEqual([{ group: 'ops', error: expect.stringContaining('ratelimited') }])
  })

  it('lose whoever has left them at the next reading', async () => {
    let members = [slack(JONAS)]
    const { source, mayPause } = opened(() => Promise.resolve(members))
    await source.refresh()
    members = []
    await source.refresh()

    expect(mayPause()).toBe(false)
  })

  it('are read before a policy that names new ones is in force', async () => {
    const asked: unknown[] = []
    const { source, mayPause, write } = opened((group) => {
      asked.push(group.slack)
      return Promise.resolve(group.slack === 'S0NEW' ? [slack(JONAS)] : [])
    })
    write({ ...GROUPS, groups: { ops: { slack: 'S0NEW' } } })
    await source.reload()

    expect(mayPause()).toBe(true)
    expect(asked).toEqual(['S0NEW'])
  })
})
