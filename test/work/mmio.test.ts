/** Too little MMIO space shows in the guest as Code 12; one press asks for more, and the GPU stays where it is. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Command, PlanCommand } from '../../src/core/command/command'
import { parse } from '../../src/core/grammar/parse'
import { requestNotice } from '../../src/core/cards/request'
import type { Request } from '../../src/core/request/request'
import { findLease } from '../../src/store/leases'
import { runRequest } from '../../src/work/operation/run'
import { verify } from '../../src/work/operation/verify'
import { HOST, asked, assign, decided, openBot, share, stored, widen, type OpenBot } from './operations/bot'

const GIB = 2 ** 30
const [GPU0, OFF] = ['hv01/gpu0', 'train-01']

let bot: OpenBot
beforeEach(async () => {
  bot = await openBot()
})
afterEach(() => bot.close())

const does = async (command: PlanCommand): Promise<Request> => {
  const { context } = bot
  const { id } = await asked(context, command)
  await runRequest(context, await decided(context, id), new AbortController().signal)
  const done = await stored(context.db, id)
  if (done.state === 'succeeded') await verify(context, done, new AbortController().signal)
  return stored(context.db, id)
}
const highOf = (name: string): number | undefined =>
  bot.fleet.world.facts(HOST).vms.find((vm) => vm.name === name)?.settings.highMmioBytes
const verdictOf = (request: Request) => (request.state === 'succeeded' ? request.verification : request.state)
const pressesOf = (request: Request): string[] =>
  requestNotice(request, null, { now: 0, waiting: null }).parts.flatMap((part) =>
    part.kind === 'buttons'
      ? part.buttons.flatMap(({ press }) => (press.kind === 'say' ? press.text : []))
      : [],
  )
const planIn = (text: string): PlanCommand => {
  const read = parse(text)
  if (!read.ok) throw new Error(text)
  return read.value as Extract<Command, PlanCommand>
}

describe('a VM whose guest reports Code 12', () => {
  it('gets more MMIO space by one press, and keeps its GPU, its lease and its holder', async () => {
    const short = await does({ ...assign(GPU0, OFF), mmio: 129 * GIB } as PlanCommand)
    expect(verdictOf(short)).toMatchObject({ kind: 'failed', cure: 'mmio' })
    const lease = await findLease(bot.context.db, short.id)

    const [press] = pressesOf(short)
    const more = await does(planIn(press ?? ''))

    expect(verdictOf(more)).toEqual({ kind: 'verified' })
    expect(highOf(OFF)).toBe(257 * GIB)
    expect(await findLease(bot.context.db, short.id)).toEqual(lease)
    expect(pressesOf(more)).toEqual([])
  })
})

describe('MMIO space', () => {
  it.each<[string, PlanCommand, RegExp]>([
    ['a VM without a whole GPU', widen('train-02', 'more'), /has no whole GPU/],
    ['a partition', { ...share('hv02/gpu0', 'vdi-01'), mmio: GIB } as PlanCommand, /for whole GPUs/],
    ['both sizes at once', { ...widen(OFF, GIB), vram: GIB } as PlanCommand, /What of train-01/],
    ['neither size', { ...widen(OFF, GIB), mmio: undefined } as PlanCommand, /What of train-01/],
  ])('is not chosen for %s', async (_name, command, why) => {
    await expect(asked(bot.context, command)).rejects.toThrow(why)
  })
})
