import { describe, expect, test } from '@jest/globals'
import { opened } from './opened'

const FAILURE = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."

describe('nvidia-smi in a guest', () => {
  const cases = [
    ['no-driver', 9, FAILURE, 28],
    ['mismatch', 18, 'Failed to initialize NVML: Driver/library version mismatch', null],
    ['code12', 6, 'No devices were found', 12],
    ['code43', 6, 'No devices were found', 43],
    ['gpu-lost', 15, 'GPU is lost', null],
  ] as const

  for (const [kind, exitCode, text, problemCode] of cases) {
    test(`says what ${kind} says`, async () => {
      const { host, world, vm } = opened('default', 'hv01')
      world.setGuestSmi('hv01', 'render-01', kind)

      const answer = await host.smi({ kind: 'guest', vm: vm('render-01').id })

      const stdout = expect.stringContaining(text)
      expect(answer).toEqual({ kind: 'ran', exitCode, stdout, problemCode })
    })
  }

  test('that does not answer was not run', async () => {
    const { host, vm } = opened('odd', 'machines')

    expect(await host.smi({ kind: 'guest', vm: vm('mute-01').id })).toMatchObject({ kind: 'not-run' })
  })

  test('finds no device where too little address space was set for its BARs', async () => {
    const { host, vm } = opened('odd', 'machines')

    expect(await host.smi({ kind: 'guest', vm: vm('code12').id })).toMatchObject({
      exitCode: 6,
      problemCode: 12,
    })
  })

  test('finds no device where none is assigned', async () => {
    const { host, vm } = opened('default', 'hv01')

    const answer = await host.smi({ kind: 'guest', vm: vm('train-02').id })

    expect(answer).toMatchObject({ exitCode: 6, stdout: 'No devices were found\n', problemCode: null })
  })

  test('prints every field with the driver of the guest, the same each time', async () => {
    const { host, vm } = opened('default', 'hv01')
    const target = { kind: 'guest', vm: vm('render-01').id } as const

    const answer = await host.smi(target)

    expect(answer.kind === 'ran' && answer.stdout).toMatch(
      /\n0, NVIDIA A40, GPU-2b6d80f1-[0-9a-f-]+, 572\.61, 49152 MiB, \d+ MiB, \d+ %, \d+, \d+\.\d\d W, 0\n$/,
    )
    expect(await host.smi(target)).toEqual(answer)
  })
})

describe('nvidia-smi on a host', () => {
  test('lists the GPUs that the host has enabled, with the version of its own driver', async () => {
    const { host } = opened('default', 'hv01')

    const answer = await host.smi({ kind: 'host' })

    const rows = answer.kind === 'ran' ? answer.stdout.trim().split('\n').slice(1) : []
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row).toMatch(/NVIDIA A100 80GB PCIe, GPU-[0-9a-f-]+, 572\.61, 81920 MiB/)
  })

  test('fails once no GPU with a driver is left to the host', async () => {
    const { host, attempt, gpu } = opened('default', 'hv01')
    for (const slot of ['gpu0', 'gpu1']) await attempt({ kind: 'disableDevice', gpu: gpu(slot) })

    const answer = await host.smi({ kind: 'host' })

    expect(answer).toMatchObject({ exitCode: 9, stdout: expect.stringContaining(FAILURE) })
  })
})

describe('what goes on in a guest', () => {
  test('is what the file of the fleet says, while the VM runs', async () => {
    const { host, world, vm } = opened('default', 'hv01')
    const { id, name } = vm('render-01')

    expect(await host.use?.(id)).toMatchObject({
      ...{ smi: { kind: 'ran', exitCode: 0 }, people: ['tomas'] },
      processes: [{ pid: 4120, name: 'blender', usedBytes: 18 * 2 ** 30 }],
    })
    world.act('hv01', { kind: 'stopVm', vm: { id, name }, how: 'turn-off' })
    expect(await host.use?.(id)).toMatchObject({ smi: { kind: 'not-run' }, processes: null, people: null })
  })

  test('is not known where the file says nothing, or the guest does not answer', async () => {
    const { host, world, vm } = opened('default', 'hv01')
    world.setGuestSmi('hv01', 'render-01', 'no-answer')

    for (const name of ['train-02', 'render-01'])
      expect(await host.use?.(vm(name).id)).toMatchObject({ processes: null, people: null })
  })
})
