/** Somebody waits for the GPU of somebody else, is offered it in private once it is back, and takes it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { placeOf } from '../../src/core/inventory/inventory'
import { textOf } from './drivers'
import type { Who } from './people'
import { CHATS, otherThan, startWorkplace, type Workplace } from './workplace'

let workplace: Workplace
beforeEach(async () => {
  workplace = await startWorkplace({ requests: CHATS })
})
afterEach(() => workplace.end())

const holder = (): string | undefined => {
  const facts = workplace.world.facts('hv01')
  const place = placeOf(facts, facts.gpus[0]!)
  return place.kind === 'assigned' ? facts.vms.find((vm) => vm.id === place.vm)?.name : place.kind
}

describe.each(CHATS)('in %s', (chat) => {
  const done = (id: string) =>
    workplace.in[chat].sees(({ to, text }) => to === null && text.includes(`${id} · done`))
  /** Whether they alone read it, or everybody there. */
  const reads = (who: Who, words: RegExp) =>
    workplace.in[chat].sees(({ to, text }) => (to === null || to === who) && words.test(text))
  const mayaHolds = async () => {
    await workplace.in[chat].says('maya', 'assign hv01/gpu0 to train-01')
    await workplace.in[chat].presses('jonas', 'Approve', 'R-1')
    await done('R-1')
  }
  const mayaGivesBack = async () => {
    await workplace.in[chat].says('maya', 'release hv01/gpu0 --shutdown')
    await done('R-2')
  }

  test('a GPU is waited for, offered in private, kept from others, taken, approved and given', async () => {
    const here = workplace.in[chat]
    expect(textOf(await here.says('priya', 'queue'))).toContain('Nobody waits')
    await mayaHolds()
    await here.types('priya', 'queue hv01/gpu0 to train-02 --shutdown because nightly runs')
    await reads('priya', /Q-1 ?: you wait for hv01\/gpu0 for train-02/)
    await here.types('jonas', 'queue')
    await reads('jonas', /Q-1 .*hv01\/gpu0 for train-02/)

    await mayaGivesBack()
    const offer = await here.tells('priya', 'hv01/gpu0 is on offer to you')
    expect(offer.buttons).toEqual(['Take it', 'Leave the queue'])
    await here.types('maya', 'assign hv01/gpu0 to train-01')
    await reads('maya', /hv01\/gpu0 is on offer to the next in the queue \(Q-1\) until \d{4}-/)

    await here.presses('priya', 'Take it')
    expect((await here.tells('priya', 'You took hv01/gpu0: R-3 asks for it')).buttons).toEqual([])
    await here.presses('jonas', 'Approve', 'R-3')

    expect(textOf(await done('R-3'))).toContain('nightly runs')
    expect(holder()).toBe('train-02')
  })

  test('what is on offer in one chat is taken in the other by the same person', async () => {
    await workplace.in[chat].says('maya', 'queue any A100 to train-01')
    await workplace.in[chat].tells('maya', 'is on offer to you')

    await workplace.in[otherThan(chat)].types('maya', 'take Q-1')

    await workplace.in[chat].sees(({ to, text }) => to === null && text.includes('R-1 · waiting'))
    await workplace.in[chat].tells('maya', 'You took hv01/gpu0: R-1')
  })
})
