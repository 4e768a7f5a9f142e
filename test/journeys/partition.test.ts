/** Sharing one GPU among VMs, from the command to nvidia-smi and back. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sharersOf } from '../../src/core/inventory/partitions'
import { textOf } from './drivers'
import { CHATS, startJourneyIn, type Journey } from './workplace'

describe.each(CHATS)('in %s', (chat) => {
  let journey: Journey
  beforeEach(async () => {
    journey = await startJourneyIn(chat)
  })
  afterEach(() => journey.end())

  const facts = () => journey.world.facts('hv02')
  const sharers = (): string[] => sharersOf(facts(), facts().gpus[0]!).map((vm) => vm.name)
  const done = (id: string) => journey.sees((message) => textOf(message).includes(`${id} · done`))

  describe('a GPU that is split', () => {
    test('is shared with a VM, shows in list and show, and is given back with its settings', async () => {
      const before = facts().vms

      const card = await journey.says('maya', 'assign hv02/gpu0 to vdi-06 --mode partition --vram 8GiB')
      expect(textOf(card)).toContain('Assign a partition of hv02/gpu0 to vdi-06')
      expect(textOf(card)).toContain('Add-VMGpuPartitionAdapter')
      expect(textOf(card)).toContain('Set-ClusterParameter -Name OfflineAction -Value 3')
      await journey.presses('jonas', 'Approve')
      await done('R-1')
      const smi = await journey.sees((message) => textOf(message).includes('nvidia-smi in vdi-06'))
      expect(textOf(smi)).toContain('NVIDIA L40S')
      const told = await journey.sees((message) => textOf(message).includes('hv02/gpu0'))
      expect(textOf(told)).toContain('Give vdi-06 a partition of hv02/gpu0 with 8 GiB of video memory')
      expect(sharers()).toEqual(['vdi-05', 'vdi-06'])

      expect(textOf(await journey.says('maya', 'list --host hv02'))).toContain(
        'shared: 2 of 4 partitions in use (vdi-05, vdi-06)',
      )
      expect(textOf(await journey.says('maya', 'list --mine'))).toContain('hv02/gpu0')
      expect(textOf(await journey.says('maya', 'show vdi-06'))).toContain(
        'a partition of hv02/gpu0 NVIDIA L40S (8 GiB of video memory)',
      )
      expect(textOf(await journey.says('maya', 'history vdi-06'))).toContain(
        'assign a partition of hv02/gpu0 to vdi-06',
      )

      await journey.says('maya', 'release vdi-06 --power-off')
      await journey.presses('jonas', 'Approve')
      await done('R-2')
      // It runs now, and so its guest gives signs of life.
      const whetherItRuns = { state: '', heartbeat: '', shutdownService: '' }
      expect(facts().vms.map((vm) => ({ ...vm, ...whetherItRuns }))).toEqual(
        before.map((vm) => ({ ...vm, ...whetherItRuns })),
      )
    })

    test('is resized for one VM', async () => {
      await journey.says('maya', 'resize vdi-05 --vram 6GiB --shutdown because smaller model')
      await journey.presses('jonas', 'Approve')

      await done('R-1')
      await journey.sees((message) => textOf(message).includes('nvidia-smi in vdi-05'))
      expect(textOf(await journey.says('maya', 'show hv02/gpu0'))).toContain('vdi-05 (Running): 6 GiB')
    })

    test('is split anew once nobody shares it', async () => {
      expect(textOf(await journey.says('maya', 'partition hv02/gpu0 into 8'))).toContain('release vdi-05')
      await journey.says('maya', 'release hv02/gpu0 --shutdown')
      await journey.presses('jonas', 'Approve')
      await done('R-1')

      await journey.says('maya', 'partition hv02/gpu0 into 8')
      await journey.presses('jonas', 'Approve')
      await done('R-2')
      await journey.sees((message) => textOf(message).includes('R-2 is done'))

      expect(facts().gpus[0]!.partition?.count).toBe(8)
      expect(textOf(await journey.says('maya', 'list --host hv02'))).toContain(
        'split into 8 partitions, none in use',
      )
    })

    test('may be asked for by several people at once, since each has a partition of their own', async () => {
      const ask = (vm: string) =>
        journey.says('maya', `assign hv02/gpu0 to ${vm} --mode partition --shutdown`)

      expect(textOf(await ask('vdi-01'))).toContain('R-1 · waiting')
      expect(textOf(await ask('vdi-03'))).toContain('R-2 · waiting')
    })

    test('is judged both ways by check, and says what else to ask for', async () => {
      const check = textOf(await journey.says('maya', 'check hv02/gpu0 for vdi-06'))
      expect(check).toContain('As a whole (DDA): not possible')
      expect(check).toContain('A partition of it (GPU-P): possible')

      const whole = textOf(await journey.says('maya', 'assign hv02/gpu0 to vdi-06'))
      expect(whole).toContain('--mode partition')
      expect(textOf(await journey.says('maya', 'assign hv02/gpu0 to vdi-06 --vram 8GiB'))).toContain(
        'Only a partition has its own amount of video memory',
      )
      expect(textOf(await journey.says('maya', 'assign hv01/gpu0 to train-01 --mode partition'))).toContain(
        'supports GPU partitioning from Windows Server 2025 on',
      )
    })
  })
})
