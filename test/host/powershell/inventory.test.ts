/** What the bot asks of the inventory when it has one already, and what it makes of the answers. */
import { describe, expect, it } from '@jest/globals'
import { hostName } from '../../../src/core/inventory/inventory'
import type { EngineAnswer, Parameters } from '../../../src/host/powershell/engine/wire'
import { inventoryReader } from '../../../src/host/powershell/inventory'
import { BARE_INVENTORY } from './bare-inventory'

const ONE = '1'.repeat(64)
const OTHER = 'A'.repeat(64)
const all = (cluster: string, digest?: string): EngineAnswer => ({
  kind: 'ok',
  json: JSON.stringify({ ...BARE_INVENTORY, cluster, digest }),
})
const unchanged = (digest: string): EngineAnswer => ({
  kind: 'ok',
  json: JSON.stringify({ unchanged: digest }),
})
const refused = (code: string): EngineAnswer => ({ kind: 'error', code, message: code })

/** A host that gives these answers, one after another, and what it was asked with. */
const reading = (...answers: readonly EngineAnswer[]) => {
  const asked: Parameters[] = []
  const left = [...answers]
  const read = inventoryReader(hostName.parse('hv01'), ({ parameters }) => {
    asked.push(parameters)
    return Promise.resolve(left.shift() ?? { kind: 'lost', why: 'it was asked once more than it answers' })
  })
  return { asked, cluster: async (settled = false) => (await read(settled)).cluster }
}

describe('an inventory', () => {
  it('that has a digest is known by it in the next reading, and is the same where the host says so', async () => {
    const { cluster, asked } = reading(all('one', ONE), unchanged(ONE), unchanged(ONE))

    expect([await cluster(), await cluster(), await cluster()]).toEqual(['one', 'one', 'one'])
    expect(asked).toEqual([{}, { Known: ONE }, { Known: ONE }].map((known) => ({ Settled: false, ...known })))
  })

  it('that was sent again is the one that is known from then on', async () => {
    const { cluster, asked } = reading(all('one', ONE), all('other', OTHER), unchanged(OTHER))

    expect([await cluster(), await cluster(), await cluster()]).toEqual(['one', 'other', 'other'])
    expect(asked.at(-1)).toMatchObject({ Known: OTHER })
  })

  it('of a module that names no digest is read whole each time', async () => {
    const { cluster, asked } = reading(all('one'), all('other'))

    expect([await cluster(), await cluster()]).toEqual(['one', 'other'])
    expect(asked).toEqual([{ Settled: false }, { Settled: false }])
  })

  it('on which something rests is asked for likewise, once nothing is under way', async () => {
    const { cluster, asked } = reading(all('one', ONE), unchanged(ONE))
    await cluster()

    expect(await cluster(true)).toBe('one')
    expect(asked.at(-1)).toEqual({ Settled: true, Known: ONE })
  })

  it('that two ask for at once is to each the one that the host meant', async () => {
    const { cluster } = reading(all('one', ONE), all('other', OTHER), unchanged(ONE))
    await cluster()

    expect(await Promise.all([cluster(), cluster()])).toEqual(['other', 'one'])
  })

  it.each([
    ['another digest is unchanged', unchanged(OTHER)],
    ['it knows no such parameter, as an older module', refused('NamedParameterNotFound')],
    ['it takes no such digest, as a newer module', refused('ParameterArgumentValidationError')],
  ])('is read whole where the host answers that %s', async (_, answer) => {
    const { cluster, asked } = reading(all('one', ONE), answer, all('other'), all('another'))
    await cluster()

    expect([await cluster(true), await cluster()]).toEqual(['other', 'another'])
    expect(asked.slice(1)).toEqual([{ Settled: true, Known: ONE }, { Settled: true }, { Settled: false }])
  })

  it.each([
    ['nothing but that it is unchanged', unchanged(ONE)],
    ['an error', refused('Busy')],
    ['an error of its parameters', refused('NamedParameterNotFound')],
    ['no JSON', { kind: 'ok', json: 'hello' } as const],
    ['a digest that is none', all('one', 'new')],
  ])('is not there where a host of which none is known answers with %s', async (_, answer) => {
    const { cluster } = reading(answer)

    await expect(cluster()).rejects.toMatchObject({ code: 'host-unreachable' })
  })

  it('stays known while the host cannot be reached, and is asked for once at a time', async () => {
    const { cluster, asked } = reading(
      all('one', ONE),
      { kind: 'lost', why: 'gone' },
      refused('Busy'),
      unchanged(ONE),
    )
    await cluster()

    for (const why of ['gone', 'Busy']) await expect(cluster()).rejects.toThrow(why)
    expect(await cluster()).toBe('one')
    expect(asked).toHaveLength(4)
  })
})
