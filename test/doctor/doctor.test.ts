/** The commands for whoever sets a host up, over sshd and the restricted session that ships. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/clock'
import { readHosts } from '../../src/config'
import { doctor, type Terminal } from '../../src/doctor/doctor'
import { tryForcedCommand } from '../../src/doctor/forced-command'
import { READING_CASES } from '../../src/doctor/reading-cases'
import { verifyHost, type Wanted } from '../../src/doctor/verify-host'
import { openStore } from '../../src/store/database'
import { openFleet } from '../contract/over-powershell'
import { startSshHost, type SshHost } from '../contract/ssh-host'
import { makeKeys, withSshd } from '../fakes/sshd'
import { useTempDirs } from '../fakes/temp'
import { withEngine } from '../host/powershell/pwsh'

const POLICY = 'policy: { ask: [U012ABCDEF] }'
const NEVER = new AbortController().signal
const tempDir = useTempDirs()

/** What was printed, and whether all is well. */
const heard = async (work: (terminal: Terminal) => Promise<boolean>) => {
  const printed: string[] = []
  const sound = await work({ print: (text) => printed.push(text), hint: () => undefined })
  return { sound, text: printed.join('') }
}

const configured = (lines: readonly string[]): string => {
  const file = join(tempDir(), 'gpu-chatops.yaml')
  writeFileSync(file, lines.join('\n'))
  return file
}

describe('the doctor', () => {
  it('says with nothing configured that this is the playground', async () => {
    const { sound, text } = await heard((terminal) => doctor({}, systemClock, terminal))

    expect(text).toContain('npm start')
    expect(sound).toBe(true)
  })

  it('lists every error of the settings', async () => {
    const file = configured(['policy: { ask: [nobody] }'])

    const { sound, text } = await heard((terminal) =>
      doctor({ GPU_CHATOPS_CONFIG: file }, systemClock, terminal),
    )

    expect(text).toMatch(/✗ settings: .*\n.*SLACK_BOT_TOKEN.*\n.*SLACK_SIGNING_SECRET.*\n.*policy\.ask\.0/)
    expect(sound).toBe(false)
  })

  it('asks a host before there is a policy, and says what to install where there is no PowerShell', async () => {
    const file = configured(['hosts: [{ name: hv01, via: local }]', 'powershell: /nowhere/pwsh'])

    const { sound, text } = await heard((terminal) =>
      doctor({ GPU_CHATOPS_CONFIG: file }, systemClock, terminal),
    )

    expect(text).toContain('policy: is missing')
    expect(text).toMatch(
      /hv01 \(this machine\)\n {2}✗ reached: starting PowerShell(.*\n)* {6}→ Install PowerShell 7/,
    )
    expect(sound).toBe(false)
  })
})

withEngine('over SSH', (found) =>
  withSshd('sshd', () => {
    let over: SshHost
    let file: string
    beforeAll(async () => {
      over = await startSshHost(found)
      file = join(over.windows.dir, 'gpu-chatops.yaml')
    })
    beforeEach(() => {
      const { world, simulated } = openFleet('hv01')
      over.windows.become(world, simulated)
      write()
    })
    afterAll(() => over.close())

    const write = (keyFile = over.target.keyFile): void =>
      writeFileSync(
        file,
        `${POLICY}
powershell: ${found.program}
hosts:
  - name: hv01
    via: ssh
    computer: 127.0.0.1
    port: ${over.sshd.port}
    user: ${over.sshd.user}
    keyFile: ${keyFile}
    hostKeys: ['${over.sshd.hostKey}']
`,
      )
    const examine = () => heard((terminal) => doctor({ GPU_CHATOPS_CONFIG: file }, systemClock, terminal))
    const verify = (exercise: Wanted['exercise'], dataDir = tempDir(), host = 'HV01') =>
      heard((terminal) =>
        verifyHost(
          { host, exercise },
          { env: { GPU_CHATOPS_CONFIG: file }, clock: systemClock, dataDir, terminal, stopping: NEVER },
        ),
      )
    const changes = (): string[] =>
      over.windows.calls
        .map(({ command }) => command)
        .filter((command) => /^(Set|Add|Remove|Start|Stop|Mount|Dismount|Enable|Disable)-/.test(command))

    /** The lines of one question. */
    const about = (text: string, title: string): string =>
      new RegExp(`^ {2}. ${title}: .*(\\n {4}.*)*`, 'm').exec(text)?.[0] ?? `nothing about ${title}`

    it('the doctor finds a registered host in order, and changes nothing', async () => {
      over.windows.calls.length = 0

      const { text } = await examine()

      const found = [...text.slice(text.indexOf('hv01 (')).matchAll(/^ {2}(\S) ([^:]+):/gm)]
      expect(found.map(([, mark, title]) => `${mark} ${title}`)).toEqual([
        '✓ reached',
        '✓ module',
        '✓ session',
        '✓ forced command',
        '! elevation',
        '✓ clock',
        '✓ commands',
        '✓ fence',
        '✓ allow-list',
        '✓ GPUs',
        '✓ Windows edition',
        '✓ I/O virtualization',
        '✓ Device assignment policies',
      ])
      expect(changes()).toEqual([])
    })

    it('the doctor knows a key that the host does not let in, and says where it belongs', async () => {
      write(makeKeys(join(tempDir(), 'stranger')).file)

      const { sound, text } = await examine()

      expect(about(text, 'reached')).toMatch(/✗ .*Permission denied.*\n.*gpuchatops_authorized_keys/)
      expect(sound).toBe(false)
    })

    it('the doctor knows an account that has no forced command', async () => {
      const config = readFileSync(over.sshd.config, 'utf8')
      writeFileSync(over.sshd.config, config.replace(/^\s*ForceCommand .*$/m, ''))
      const [host] = readHosts(file)!.hosts

      const forced = await tryForcedCommand(host as Parameters<typeof tryForcedCommand>[0], systemClock)
      writeFileSync(over.sshd.config, config)

      expect(forced).toBe('open')
    })

    it('verify-host tries what every host must do, and changes nothing', async () => {
      over.windows.calls.length = 0

      const { sound, text } = await verify(null)

      expect(text.match(/^ {2}✓/gm)).toHaveLength(READING_CASES.length)
      expect([sound, changes()]).toEqual([true, []])
    })

    it('verify-host --exercise assigns a GPU, and leaves the host as it was', async () => {
      over.windows.calls.length = 0

      const { sound, text } = await verify({ gpu: 'gpu0', vm: 'train-01' })

      expect(text).toContain('# To undo, from the last step that was done back to the first:')
      expect(text).toContain('✓ the host afterwards: the GPU and the VM are as they were')
      expect(text).not.toContain('✗')
      expect(changes()).toEqual(
        expect.arrayContaining(['Add-VMAssignableDevice', 'Start-VM', 'Stop-VM', 'Enable-PnpDevice']),
      )
      expect(sound).toBe(true)
    })

    it('verify-host --exercise stops no VM', async () => {
      const { sound, text } = await verify({ gpu: 'gpu0', vm: 'train-02' })

      expect(text).toMatch(/✗ not possible: train-02 is Running/)
      expect(sound).toBe(false)
    })

    it('verify-host --exercise changes nothing while a bot runs on the same data', async () => {
      over.windows.calls.length = 0
      const dataDir = tempDir()
      const bot = await openStore(dataDir)

      const verifying = verify({ gpu: 'gpu0', vm: 'train-01' }, dataDir)

      await expect(verifying).rejects.toThrow('in use by another process')
      await bot.close()
      expect(changes()).toEqual([])
    })

    it('verify-host knows no host that is not configured', async () => {
      const verifying = verify(null, tempDir(), 'hv99')

      await expect(verifying).rejects.toThrow('no host hv99 is configured; there are hv01')
    })
  }),
)
