/** An administrator forgets a GPU on a host: both chats are told, one asks for it to be returned, the other approves. */
import { afterEach, expect, test } from '@jest/globals'
import { gpuRefOf } from '../../src/core/planner/checks/input'
import { textOf } from './drivers'
import { CHATS, otherThan, startWorkplace, type Workplace } from './workplace'

const TOLD = 'hv01/gpu0 is dismounted and attached to nothing, so nobody can use it'

let workplace: Workplace
afterEach(() => workplace.end())

const forget = (): void => {
  const facts = workplace.world.facts('hv01')
  const gpu = gpuRefOf(
    facts,
    facts.gpus.find(({ slot }) => slot === 'gpu0')!,
  )
  workplace.world.act('hv01', { kind: 'disableDevice', gpu })
  workplace.world.act('hv01', { kind: 'dismountDevice', gpu, force: false })
}

test.each(CHATS)(
  'what was forgotten on a host is returned from %s, and approved in the other chat',
  async (here) => {
    workplace = await startWorkplace({ requests: CHATS, limits: { pollMs: 50 } })
    const there = otherThan(here)
    forget()
    for (const chat of CHATS) await workplace.in[chat].sees(({ text }) => text.includes(TOLD))

    await workplace.in[here].presses('maya', 'Return hv01/gpu0 to its host')
    await workplace.in[there].sees(({ text }) => text.includes('R-1 · waiting for an approver'))
    await workplace.in[there].presses('jonas', 'Approve', 'R-1')

    for (const chat of CHATS) await workplace.in[chat].sees(({ text }) => text.includes('R-1 · done'))
    const past = textOf(await workplace.in[there].says('priya', 'history hv01/gpu0'))
    expect(past).toContain('R-1 done: return hv01/gpu0 to its host')
    expect(past).toContain(`outside the bot ${TOLD}`)
    expect(textOf(await workplace.in[here].says('priya', 'reconcile hv01'))).toContain(
      'each GPU is with its host or in a VM',
    )
    for (const chat of CHATS)
      expect(
        workplace.in[chat].messages().filter(({ text }) => text.includes('was changed outside this bot')),
      ).toHaveLength(1)
  },
)
