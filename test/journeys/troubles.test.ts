import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { textOf } from './drivers'
import { CHATS, startJourneyIn, type Journey } from './workplace'

describe.each(CHATS)('in %s', (chat) => {
  let journey: Journey
  beforeEach(async () => {
    journey = await startJourneyIn(chat)
  })
  afterEach(() => journey.end())

  const seesCard = (words: string) =>
    journey.sees((message) => message.to === null && textOf(message).includes(words))

  describe('a request that cannot be posted', () => {
    test('is told to who asked, with the reason, the cure, and how to decide without its buttons', async () => {
      const refusal = journey.refusesPost()

      const told = await journey.says('maya', 'assign hv01/gpu0 to train-01')

      expect(told.to).toBe(journey.readers('maya'))
      expect(textOf(told)).toMatch(
        /I could not post this: Maya Chen asks: Assign hv01\/gpu0 to train-01 \(R-1\)/,
      )
      expect(textOf(told)).toMatch(refusal)
      expect(textOf(told)).toContain('approve R-1')
    })

    test('can still be approved by its id', async () => {
      journey.refusesPost()
      await journey.says('maya', 'assign hv01/gpu0 to train-01')

      await journey.says('jonas', 'approve R-1')

      await journey.sees((message) => textOf(message).includes('NVIDIA A100'))
      expect(journey.world.facts('hv01').vms.find((vm) => vm.name === 'train-01')?.assigned).toHaveLength(1)
    })
  })

  test('nvidia-smi that cannot be posted is not lost: it is told whole to who asked, and to nobody else', async () => {
    const refusal = journey.refusesPost()

    const told = await journey.says('maya', 'smi render-01')

    expect(told.to).toBe('maya')
    expect(textOf(told)).toMatch(refusal)
    expect(textOf(told)).toMatch(/for you alone.*nvidia-smi in render-01.*NVIDIA A40/)
  })

  describe('an approved request', () => {
    test('waits in sight for its paused host, and runs when that is resumed', async () => {
      await journey.says('maya', 'assign hv01/gpu0 to train-01')
      await journey.says('priya', 'pause hv01')
      await journey.presses('jonas', 'Approve')
      await seesCard('R-1 · approved, waiting: hv01 is paused')

      await journey.says('priya', 'resume hv01')

      await seesCard('R-1 · done')
    })
  })

  describe('an answer to a command', () => {
    test('about a request that does not exist names it, and says where the others are', async () => {
      const shown = await journey.says('maya', 'show r-9')

      expect(textOf(shown)).toContain('There is no request R-9')
      expect(textOf(shown)).toContain('requests')
    })

    test('about a VM on another host says which host that is', async () => {
      expect(textOf(await journey.says('maya', 'check hv01/gpu0 for vdi-01'))).toContain(
        'vdi-01 is on hv02, but hv01/gpu0 is in hv01',
      )
    })

    test('confirms a typed decision to who typed it', async () => {
      await journey.says('maya', 'assign hv01/gpu0 to train-01')

      await journey.says('jonas', 'deny R-1 because patching')

      const told = await journey.sees((message) => textOf(message).includes('R-1: denied.'))
      expect(told.to).toBe(journey.readers('jonas'))
    })

    test('refuses nvidia-smi of a VM without a GPU, and says how to get one', async () => {
      expect(textOf(await journey.says('maya', 'smi train-01'))).toContain('train-01 has no GPU')
    })

    test('lists requests and history in the words of the cards, with what holds a request up', async () => {
      await journey.says('maya', 'assign hv01/gpu0 to train-01')
      await journey.says('priya', 'pause hv01')
      await journey.presses('jonas', 'Approve')
      await seesCard('R-1 · approved, waiting: hv01 is paused')

      const open = textOf(await journey.says('maya', 'requests'))
      const past = textOf(await journey.says('maya', 'history'))

      expect(open).toContain('approved, waiting (hv01 is paused): assign hv01/gpu0')
      expect(past).toContain('approved to assign hv01/gpu0 to train-01')
      expect(past).toContain('asked to assign hv01/gpu0 to train-01')
    })
  })

  describe('a VM that does not start', () => {
    const startIsRefused = (code: string, message: string): void =>
      journey.world.inject({ host: 'hv01', step: 'startVm', times: 1, kind: 'refuse', code, message })
    const undone = async (): Promise<string> => {
      await journey.says('maya', 'assign hv01/gpu0 to train-02 --shutdown')
      await journey.presses('jonas', 'Approve')
      return textOf(await seesCard('failed and undone'))
    }

    test('is told with what its error means, what to do, and what tells more, in any language', async () => {
      startIsRefused('OutOfMemory', '“train-02”无法启动。系统内存不足。 (0x8007000E)')

      const card = await undone()

      expect(card).toContain('“train-02”无法启动')
      expect(card).toMatch(/What it means: The host has too little free memory for the VM/)
      expect(card).toMatch(/What to do: Stop another VM there.*Get-VM \| Format-Table Name, State/)
    })

    test('for a reason that nobody knows is told with where to look', async () => {
      startIsRefused('Unspecified', 'nobody knows')

      expect(await undone()).toMatch(/not known to the bot.*Get-WinEvent .*Hyper-V-Worker-Admin/)
    })
  })

  describe('a request that could not be undone', () => {
    /** The GPU that was released is disabled on its host. */
    const halfWay = async () => {
      const refuse = (step: 'enableDevice' | 'dismountDevice') =>
        journey.world.inject({ host: 'hv01', step, times: 1, kind: 'refuse' })
      await journey.says('maya', 'assign hv01/gpu0 to train-01')
      await journey.presses('jonas', 'Approve')
      await seesCard('R-1 · done')
      refuse('enableDevice')
      refuse('dismountDevice')
      await journey.says('maya', 'release hv01/gpu0 --shutdown')
      return seesCard('R-2 · needs attention')
    }

    test('asks for a person, lists what repairs the host, and is closed once somebody has', async () => {
      const { settings } = journey.world.facts('hv01').vms.find(({ name }) => name === 'train-01')!
      const card = await halfWay()
      expect(textOf(card)).toMatch(/Undoing then failed at: Dismount hv01\/gpu0/)
      expect(textOf(card)).toContain('Dismount-VMHostAssignableDevice')

      await journey.sees((message) => textOf(message).includes('R-2 stopped halfway and waits'))
      await journey.sees((message) => textOf(message).includes('Needs an administrator'))

      const early = await journey.says('priya', 'resolve R-2')
      const facts = journey.world.facts('hv01')
      const { instanceId, locationPath } = facts.gpus.find((gpu) => gpu.slot === 'gpu0')!
      journey.world.act('hv01', {
        kind: 'enableDevice',
        gpu: { alias: 'hv01/gpu0', instanceId, locationPath },
      })
      const half = await journey.says('priya', 'resolve R-2')
      journey.world.setVmState('hv01', 'train-01', 'Off')
      journey.world.setVmSettings('hv01', 'train-01', settings)
      journey.world.setVmState('hv01', 'train-01', 'Running')
      await journey.types('priya', 'resolve R-2')

      expect(textOf(half)).toMatch(/To be as planned it lacks: Set train-01/)
      expect(textOf(early)).toContain('still disabled on the host')
      await journey.sees((message) => textOf(message).includes('R-2 is resolved'))
      await seesCard('R-2 · done')
      await journey.sees((message) => textOf(message).includes('R-2 is done, repaired by hand'))
      expect(textOf(await journey.says('maya', 'assign hv01/gpu0 to train-02 --shutdown'))).toContain('R-3')
    })

    test('is read, undone and repaired by the buttons of its card', async () => {
      await halfWay()
      await journey.presses('priya', 'Read again', 'R-2')
      await seesCard('Read again by')

      await journey.presses('priya', 'Try the undo again', 'R-2')
      await journey.tells('priya', 'train-01 is Running, not Off')
      await journey.presses('priya', 'Repaired by hand', 'R-2')
      await journey.tells('priya', 'still disabled on the host')
      journey.world.setVmState('hv01', 'train-01', 'Off')
      await journey.presses('priya', 'Try the undo again', 'R-2')

      await seesCard('R-2 · failed and undone')
      const { vms } = journey.world.facts('hv01')
      expect(vms.find(({ name }) => name === 'train-01')).toMatchObject({
        ...{ state: 'Running', assigned: [expect.any(String)] },
      })
      await journey.types('maya', 'history R-2')
      await journey.sees((message) => textOf(message).includes('tried again: release hv01/gpu0'))
    })

    test('is for administrators only, whoever presses', async () => {
      await halfWay()
      for (const [label, words] of [
        ['Read again', 'does not let you read'],
        ['Try the undo again', 'nly an administrator may have an undo tried again'],
        ['Repaired by hand', 'does not let you resolve'],
      ] as const) {
        await journey.presses('jonas', label, 'R-2')
        await journey.tells('jonas', words)
      }
      await seesCard('R-2 · needs attention')
    })
  })
})
