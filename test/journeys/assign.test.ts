import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { placeOf } from '../../src/core/inventory/inventory'
import { textOf } from './drivers'
import { CHATS, startJourneyIn, type Journey } from './workplace'

describe.each(CHATS)('in %s', (chat) => {
  let journey: Journey
  beforeEach(async () => {
    journey = await startJourneyIn(chat)
  })
  afterEach(() => journey.end())

  const placeOfGpu = (host: string, slot: string): string => {
    const facts = journey.world.facts(host)
    const gpu = facts.gpus.find((each) => each.slot === slot)
    return gpu ? placeOf(facts, gpu).kind : 'missing'
  }

  describe('assigning a GPU', () => {
    test('goes from a slash command over an approval to nvidia-smi in the channel', async () => {
      const card = await journey.says('maya', 'assign hv01/gpu0 to train-02 --shutdown because fine-tuning')
      expect(textOf(card)).toContain('waiting for an approver')
      expect(textOf(card)).toContain('Add-VMAssignableDevice')

      await journey.presses('jonas', 'Approve')

      const smi = await journey.sees(
        (message) => textOf(message).includes('NVIDIA A100') && textOf(message).includes('GPU-'),
      )
      expect(textOf(smi)).toContain('train-02')
      const done = await journey.sees(
        (message) => message.id === card.id && textOf(message).includes('R-1 · done'),
      )
      expect(done.edited).toBe(true)
      const change = await journey.sees((message) => textOf(message).includes('hv01/gpu0'))
      expect(textOf(change)).toContain('train-02')
      expect(placeOfGpu('hv01', 'gpu0')).toBe('assigned')
      expect(journey.world.facts('hv01').vms.find((vm) => vm.name === 'train-02')?.state).toBe('Running')
    })

    test('undoes everything when a step fails, and says which and why', async () => {
      const before = journey.world.facts('hv01')
      journey.world.inject({
        host: 'hv01',
        step: 'attachDevice',
        times: 1,
        kind: 'refuse',
        code: 'ObjectNotFound',
        message: 'not found',
      })
      const card = await journey.says('maya', 'assign hv01/gpu0 to train-02 --shutdown')
      await journey.presses('jonas', 'Approve')

      const undone = await journey.sees(
        (message) => message.id === card.id && textOf(message).includes('failed and undone'),
      )

      expect(textOf(undone)).toContain('ObjectNotFound')
      expect(journey.world.facts('hv01').vms).toEqual(before.vms)
      expect(placeOfGpu('hv01', 'gpu0')).toBe('host-enabled')
    })

    test('refuses a running VM without consent, and says what to add', async () => {
      const answer = await journey.says('maya', 'assign hv01/gpu0 to train-02')

      expect(answer.to).toBe(journey.readers('maya'))
      expect(textOf(answer)).toContain('--shutdown')
      expect(await journey.says('maya', 'requests').then(textOf)).not.toContain('R-1')
    })

    test('lets nobody approve their own request', async () => {
      await journey.says('jonas', 'assign hv01/gpu0 to train-01')

      await journey.presses('jonas', 'Approve')

      const told = await journey.sees((message) => message.to === 'jonas')
      expect(textOf(told)).toContain('own request')
      expect(placeOfGpu('hv01', 'gpu0')).toBe('host-enabled')
    })

    test('answers a dry run where an answer goes, and stores nothing', async () => {
      const answer = await journey.says('maya', 'assign hv01/gpu0 to train-01 --dry-run')

      expect(answer.to).toBe(journey.readers('maya'))
      expect(textOf(answer)).toContain('Dry run')
      expect(textOf(answer)).toContain('Dismount-VMHostAssignableDevice')
      expect(textOf(answer)).toContain('This would wait for one of platform to approve.')
    })

    test('voids the approval when the ground moved between the plan and the first step', async () => {
      const card = await journey.says('maya', 'assign hv01/gpu0 to train-01')
      journey.world.setVmState('hv01', 'train-01', 'Running')

      await journey.presses('jonas', 'Approve')

      const voided = await journey.sees(
        (message) => message.id === card.id && textOf(message).includes('void'),
      )
      expect(textOf(voided)).toContain('train-01')
      expect(placeOfGpu('hv01', 'gpu0')).toBe('host-enabled')
    })
  })

  describe('a host that is paused', () => {
    test('takes no new request until it is resumed', async () => {
      await journey.says('priya', 'pause hv01')

      expect(textOf(await journey.says('maya', 'assign hv01/gpu0 to train-01'))).toContain('paused')

      await journey.says('priya', 'resume hv01')
      expect(textOf(await journey.says('maya', 'assign hv01/gpu0 to train-01'))).toContain(
        'waiting for an approver',
      )
    })
  })

  describe('releasing a GPU', () => {
    test('gives it back to the host without an approver, and restores the settings of the VM', async () => {
      const before = journey.world.facts('hv01').vms.find((vm) => vm.name === 'train-01')
      await journey.says('maya', 'assign hv01/gpu0 to train-01')
      await journey.presses('jonas', 'Approve')
      await journey.sees((message) => textOf(message).includes('R-1 · done'))

      await journey.says('maya', 'release hv01/gpu0 --shutdown')
      await journey.sees((message) => textOf(message).includes('R-2 · done'))

      expect(placeOfGpu('hv01', 'gpu0')).toBe('host-enabled')
      expect(journey.world.facts('hv01').vms.find((vm) => vm.name === 'train-01')?.settings).toEqual(
        before?.settings,
      )
    })
  })
})
