/** `verify-host` over the stand-ins of this machine; over SSH it is tried with the doctor. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/clock'
import { READING_CASES } from '../../src/doctor/reading-cases'
import { verifyHost, type Wanted } from '../../src/doctor/verify-host'
import { openStore } from '../../src/store/database'
import { openFleet } from '../contract/over-powershell'
import { aScript } from '../fakes/script'
import { useTempDirs } from '../fakes/temp'
import { withEngine } from '../host/powershell/pwsh'
import { startWindows, type Windows } from '../host/powershell/stubs/windows'
import { changesIn, heard } from './heard'

const NEVER = new AbortController().signal
const tempDir = useTempDirs()

withEngine('on this machine', ({ program, stubs }) => {
  let windows: Windows
  let file: string
  beforeAll(async () => {
    const { world, simulated } = openFleet('hv01')
    windows = await startWindows({ world, host: simulated, stubs, flavour: '2022' })
    Object.assign(process.env, windows.env)
    file = join(windows.dir, 'gpu-chatops.yaml')
    writeFileSync(file, `powershell: ${program}\nhosts: [{ name: hv01, via: local }]\n`)
  })
  beforeEach(() => {
    const { world, simulated } = openFleet('hv01')
    windows.become(world, simulated)
    windows.calls.length = 0
  })
  afterAll(() => windows.close())

  const verify = (exercise: Wanted['exercise'], dataDir = tempDir(), host = 'HV01', config = file) =>
    heard((terminal) =>
      verifyHost(
        { host, exercise },
        { env: { GPU_CHATOPS_CONFIG: config }, clock: systemClock, dataDir, terminal, stopping: NEVER },
      ),
    )
  const changes = (): string[] => changesIn(windows.calls)

  it('verify-host tries what every host must do, and changes nothing', async () => {
    const { sound, text } = await verify(null)

    expect(text.match(/^ {2}✓/gm)).toHaveLength(READING_CASES.length)
    expect([sound, changes()]).toEqual([true, []])
  })

  it('verify-host --exercise stops no VM', async () => {
    const { sound, text } = await verify({ gpu: 'gpu0', vm: 'train-02' })

    expect(text).toMatch(/✗ not possible: train-02 is Running/)
    expect(sound).toBe(false)
  })

  it('verify-host --exercise changes nothing while a bot runs on the same data', async () => {
    const dataDir = tempDir()
    const bot = await openStore(dataDir)

    const verifying = verify({ gpu: 'gpu0', vm: 'train-01' }, dataDir)

    await expect(verifying).rejects.toThrow('in use by another process')
    await bot.close()
    expect(changes()).toEqual([])
  })

  it('verify-host says in the words of the program why a host does not answer', async () => {
    const broken = aScript(join(tempDir(), 'broken'), 'exit 3')
    const other = join(tempDir(), 'gpu-chatops.yaml')
    writeFileSync(other, `powershell: ${broken}\nhosts: [{ name: hv01, via: local }]\n`)

    const verifying = verify(null, tempDir(), 'hv01', other)

    await expect(verifying).rejects.toMatchObject({ code: 'host-unreachable' })
    await expect(verifying).rejects.toThrow(
      /hv01 is not ready: starting PowerShell .*broken.*ended[^]*powershell:/,
    )
  })

  it('verify-host knows no host that is not configured', async () => {
    const verifying = verify(null, tempDir(), 'hv99')

    await expect(verifying).rejects.toThrow('no host hv99 is configured; there are hv01')
  })
})
