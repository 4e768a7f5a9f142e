import { expect, it } from '@jest/globals'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDeviceMemory } from '../../../src/host/powershell/memory'
import { aGpu } from '../../fakes/facts'
import { useTempDirs } from '../../fakes/temp'

const tempDir = useTempDirs()
const { partition: _, pool: __, ...gpu } = aGpu()

it('what was read of a device is known after a restart', () => {
  const file = join(tempDir(), 'devices.json')
  openDeviceMemory(file).remember({ [gpu.instanceId]: gpu })

  expect(openDeviceMemory(file).recall()).toEqual({ [gpu.instanceId]: gpu })
})

it('nothing is left beside the file, and nothing is written when nothing changed', () => {
  const dir = tempDir()
  const memory = openDeviceMemory(join(dir, 'devices.json'))

  memory.remember({})
  const before = readdirSync(dir)
  memory.remember({ [gpu.instanceId]: gpu })

  expect(before).toEqual([])
  expect(readdirSync(dir)).toEqual(['devices.json'])
})

it('a file that cannot be read is an error, not a fresh start', () => {
  const file = join(tempDir(), 'devices.json')
  writeFileSync(file, '{"half":')

  expect(() => openDeviceMemory(file)).toThrow(expect.objectContaining({ code: 'store' }))
})
