/** The commands for whoever sets a host up, over sshd and the restricted session that ships. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import nock from 'nock'
import { systemClock } from '../../src/clock'
import { readHosts } from '../../src/config/config'
import { doctor, type Terminal } from '../../src/doctor/doctor'
import { tryForcedCommand } from '../../src/doctor/forced-command'
import { READING_CASES } from '../../src/doctor/reading-cases'
import { verifyHost } from '../../src/doctor/verify-host'
import { fakeApi, signingSecret } from '../chat/slack/fakeSlack'
import { openStore } from '../../src/store/database'
import { post } from '../../src/store/outbox'
import { sweep } from '../../src/store/sweep'
import { aNotice } from '../store/rows'
import { openFleet } from '../contract/over-powershell'
import { startSshHost, type SshHost } from '../contract/ssh-host'
import { aScript } from '../fakes/script'
import { makeKeys, withSshd } from '../fakes/sshd'
import { useTempDirs } from '../fakes/temp'
import { withEngine } from '../host/powershell/pwsh'
import { changesIn, following, heard } from './heard'

const GUID = '11111111-2222-3333-4444-555555555555'
const METADATA = {
  token_endpoint: 'https://login.microsoftonline.com/token',
  authorization_endpoint: 'https://login.microsoftonline.com/authorize',
  issuer: 'https://login.microsoftonline.com',
  jwks_uri: 'https://login.microsoftonline.com/keys',
}
const POLICY = 'policy: { ask: [U012ABCDEF] }'
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0zQ'
const NEVER = new AbortController().signal
const tempDir = useTempDirs()

const configured = (lines: readonly string[]): string => {
  const file = join(tempDir(), 'gpu-chatops.yaml')
  writeFileSync(file, lines.join('\n'))
  return file
}

describe('the doctor', () => {
  it('tries the credentials of Teams, and says what Microsoft has against them', async () => {
    nock.disableNetConnect()
    nock('https://login.microsoftonline.com')
      .persist()
      .get(/.*/)
      .reply(200, METADATA)
      .post(/token/)
      .reply(401, { error: 'invalid_client', error_description: 'AADSTS7000222: The secret is expired.' })
    const file = configured([`policy: { ask: [${GUID}] }`])
    const env = {
      ...{ GPU_CHATOPS_CONFIG: file, MicrosoftAppPassword: 'the value of the secret' },
      ...{ MicrosoftAppId: GUID, MicrosoftAppTenantId: GUID },
    }

    const { sound, text } = await heard((terminal) => doctor(env, systemClock, terminal))
    nock.cleanAll()
    nock.enableNetConnect()
    nock.restore()

    expect(text).toMatch(/✗ credentials: .*AADSTS7000222: The secret is expired\.\n.*make a new one/)
    expect(text).toMatch(/✗ keys: .*\n.*login\.botframework\.com/)
    expect(text).not.toContain('the value of the secret')
    expect(sound).toBe(false)
  })

  it('says that Windows PowerShell reaches no host over SSH, and asks the others all the same', async () => {
    const shell = aScript(join(tempDir(), 'shell'), "echo 'Desktop 5.1.17763.1'")
    const ssh = `{ name: hv02, via: ssh, computer: h, user: u, keyFile: k, hostKeys: [${KEY}] }`
    const file = configured([POLICY, `powershell: ${shell}`, `hosts: [{ name: hv01, via: local }, ${ssh}]`])

    const { sound, text } = await heard((terminal) =>
      doctor({ GPU_CHATOPS_CONFIG: file }, systemClock, terminal),
    )

    expect(text).toMatch(
      /✗ program: .*for hv02 .* is Windows PowerShell 5\.1\.17763\.1.*\n.*→ docs\/hosts\.md/,
    )
    expect(text).toMatch(/hv01 \(this machine\)\n {2}✗ reached: starting PowerShell/)
    expect(text).not.toContain('hv02 (ssh')
    expect(sound).toBe(false)
  })

  const CHANNELS = [
    ['✓', 'is in it', { ok: true, channel: { id: 'C1', is_member: true } }],
    ['✗', '/invite', { ok: true, channel: { id: 'C1', is_member: false } }],
    ['✗', 'Unarchive', { ok: true, channel: { id: 'C1', is_member: true, is_archived: true } }],
    ['✗', '/invite', { ok: false, error: 'channel_not_found' }],
    ['!', 'channels:read', { ok: false, error: 'missing_scope' }],
    ['!', 'nobody knows', { ok: false, error: 'internal_error' }],
  ] as const
  it.each(CHANNELS)('says %s and %s of a channel of Slack by what Slack says', async (mark, words, said) => {
    const slack = await fakeApi()
    const me = { ok: true, team_id: 'T1', bot_id: 'B1', user_id: 'UBOT', team: 'Acme' }
    slack.answer = ({ method }) => ({ body: method === 'auth.test' ? me : said })
    const file = configured([POLICY, 'channels: { requests: C012ABCDEF, changes: C012ABCDEF }'])
    const env = {
      ...{ GPU_CHATOPS_CONFIG: file, SLACK_API_URL: slack.apiUrl },
      ...{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: signingSecret },
    }

    const { text } = await heard((terminal) => doctor(env, systemClock, terminal))
    await slack.close()

    expect(text).toMatch(new RegExp(`${mark} channel C012ABCDEF: (.|\n)*${words}`))
    expect(slack.calls.map(({ method }) => method)).toEqual(['auth.test', 'conversations.info'])
  })

  /** Asks about a Slack that says this of the token. */
  const asked = async (me: object, headers: Record<string, string> = {}) => {
    const slack = await fakeApi()
    const bot = { ok: true, team_id: 'T1', bot_id: 'B1', user_id: 'UBOT', team: 'Acme' }
    slack.answer = () => ({ headers, body: { ...bot, ...me } })
    const env = {
      ...{ GPU_CHATOPS_CONFIG: configured([POLICY]), SLACK_API_URL: slack.apiUrl },
      ...{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: signingSecret },
    }
    const report = await heard((terminal) => doctor(env, systemClock, terminal))
    await slack.close()
    return report
  }

  it('names the scopes that an app of before lacks, what is not heard without them, and what to do', async () => {
    const { sound, text } = await asked({}, { 'x-oauth-scopes': 'chat:write,commands,users:read' })

    expect(text).toMatch(/✓ token: it is the bot of Acme/)
    expect(text).toMatch(/! scope app_mentions:read: .*mentions.*\n.*→ .*manifests\/slack\.json.*reinstall/)
    expect(text).toMatch(/! scope im:history: .*own chat/)
    expect(sound).toBe(true)
  })

  it.each([
    ['an organisation', { is_enterprise_install: true }, /✗ token: .*organisation-wide.*org_deploy_enabled/],
    ['a rotating app', { expires_in: 43_200 }, /✗ token: .*expires.*token_rotation_enabled/],
  ])('refuses the token of %s, with the cure', async (_, me, words) => {
    const { sound, text } = await asked(me)

    expect(text).toMatch(words)
    expect(sound).toBe(false)
  })

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

  it('names what of the store cannot be read, while the bot runs on it, and what ends the block', async () => {
    const dir = tempDir()
    const store = await openStore(dir)
    await sql`insert into leases values ('R-1', 1, 'held', 'hv01', 'PCIROOT(0)#PCI(0300)', '', null, null, '{')`.execute(
      store.db,
    )
    await sweep(store.db, 0)

    const { sound, text } = await heard((terminal) => doctor({ DATA_DIR: dir }, systemClock, terminal))
    await store.close()

    expect(text).toMatch(/✗ S-1: lease R-1 cannot be read and blocks a GPU of hv01 .*\n.*resolve S-1/)
    expect(sound).toBe(false)
  })

  it('counts the posts that a chat does not take', async () => {
    const dir = tempDir()
    const store = await openStore(dir)
    const place = { kind: 'channel', chat: 'slack', channel: 'C1' } as const
    await store.db.transaction().execute((tx) => post(tx, place, aNotice('waits'), { at: 0 }))
    const before = await heard((terminal) => doctor({ DATA_DIR: dir }, systemClock, terminal))
    await store.db.updateTable('outbox').set({ tries: 4 }).execute()

    const after = await heard((terminal) => doctor({ DATA_DIR: dir }, systemClock, terminal))
    await store.close()

    expect(before.text).toContain('✓ posts: none waits')
    expect(after.text).toMatch(/! posts: 1 post that Slack has not taken in several tries/)
    expect(after.sound).toBe(true)
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

const [first, last] = [READING_CASES[0]!, READING_CASES.at(-1)!]

withEngine('over SSH', (found) =>
  withSshd('sshd', () => {
    let over: SshHost
    let file: string
    beforeAll(async () => {
      over = await startSshHost(found)
      file = join(over.windows.dir, 'gpu-chatops.yaml')
    })
    const begin = (): void => {
      const { world, simulated } = openFleet('hv01')
      over.windows.become(world, simulated)
      write()
      over.windows.calls.length = 0
    }
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
    const examination = (terminal: Terminal) => doctor({ GPU_CHATOPS_CONFIG: file }, systemClock, terminal)
    const examine = () => heard(examination)
    const verifying = () => (terminal: Terminal) =>
      verifyHost(
        { host: 'HV01', exercise: { gpu: 'gpu0', vm: 'train-01' } },
        {
          env: { GPU_CHATOPS_CONFIG: file },
          clock: systemClock,
          dataDir: tempDir(),
          terminal,
          stopping: NEVER,
        },
      )
    const changes = (): string[] => changesIn(over.windows.calls)

    /** The lines of one question. */
    const about = (text: string, title: string): string =>
      new RegExp(`^ {2}. ${title}: .*(\\n {4}.*)*`, 'm').exec(text)?.[0] ?? `nothing about ${title}`

    // What takes long goes on from test to test, each with a minute of its own.
    describe('the doctor', () => {
      let examining: ReturnType<typeof following>
      beforeAll(() => {
        begin()
        examining = following(examination)
      })
      afterAll(() => examining.sound)

      it('hears from a registered host', () => examining.until('hv01 answers; reading what it has ...'))

      it('reads what it has', () => examining.until('trying the forced command of hv01 ...'))

      it('finds it in order, and changes nothing', async () => {
        await examining.sound
        const text = examining.text()

        const found = [...text.slice(text.indexOf('hv01 (')).matchAll(/^ {2}(\S) ([^:]+):/gm)]
        expect(found.map(([, mark, title]) => `${mark} ${title}`)).toEqual([
          '✓ reached',
          '✓ module',
          '✓ session file',
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
    })

    describe('a host', () => {
      beforeEach(begin)

      it('the doctor knows a key that the host does not let in, and says where it belongs', async () => {
        write(makeKeys(join(tempDir(), 'stranger')).file)

        const { sound, text } = await examine()

        expect(about(text, 'reached')).toMatch(/✗ .*Permission denied.*\n.*gpuchatops_authorized_keys/)
        expect(sound).toBe(false)
      })

      it('a forced command that could not be tried is told with the words of ssh', async () => {
        const [host] = readHosts(file)!.hosts
        const { file: keyFile } = makeKeys(join(tempDir(), 'stranger'))

        const forced = await tryForcedCommand(
          { ...(host as Parameters<typeof tryForcedCommand>[0]), keyFile },
          systemClock,
        )

        expect(forced).toEqual({ unknown: expect.stringMatching(/^ssh did not get in: .*Permission denied/) })
      })

      it('the doctor knows an account that has no forced command', async () => {
        const config = readFileSync(over.sshd.config, 'utf8')
        writeFileSync(over.sshd.config, config.replace(/^\s*ForceCommand .*$/m, ''))
        const [host] = readHosts(file)!.hosts

        const forced = await tryForcedCommand(host as Parameters<typeof tryForcedCommand>[0], systemClock)
        writeFileSync(over.sshd.config, config)

        expect(forced).toBe('open')
      })
    })

    describe('verify-host --exercise of a host that takes the orders of another bot', () => {
      const marks = () => ['fence', 'claim'].map((name) => join(over.windows.dir, 'GpuChatOps', name))
      let exercise: ReturnType<typeof following>
      beforeAll(() => {
        begin()
        const [fence, claim] = marks() as [string, string]
        writeFileSync(fence, '7')
        writeFileSync(claim, '7 bot-00000000000a/0000000000000007')
        exercise = following(verifying())
      })
      afterAll(async () => {
        await exercise.sound
        for (const mark of marks()) rmSync(mark)
      })

      it('reaches the host', () => exercise.until(`${first.name} ...`))

      it('reads it', () => exercise.until(`${last.name} ...`))

      it('leaves it alone, and says whose it is', async () => {
        expect(await exercise.sound).toBe(false)
        expect(exercise.text()).toContain('hv01 takes the orders of another bot, bot-00000000000a')
        expect(changes()).toEqual([])
      })
    })

    describe('verify-host --exercise', () => {
      let exercise: ReturnType<typeof following>
      beforeAll(() => {
        begin()
        exercise = following(verifying())
      })
      afterAll(() => exercise.sound)

      it('reaches the host', () => exercise.until(`${first.name} ...`))

      it('reads it', () => exercise.until(`${last.name} ...`))

      it('has changed nothing by then, and shows what undoes all', async () => {
        await exercise.until('# To undo, from the last step that was done back to the first:')

        expect(exercise.text()).toContain('without changing anything')
        expect(exercise.text()).not.toContain('✗')
      })

      it('disables and dismounts the GPU', async () => {
        await exercise.until('Add hv01/gpu0 to train-01 ...')

        expect(changes()).toEqual(
          expect.arrayContaining(['Disable-PnpDevice', 'Dismount-VMHostAssignableDevice']),
        )
      })

      it('gives it to the VM, and has that started and shut down', async () => {
        await exercise.until('Shut down train-01 through its guest ...')

        expect(changes()).toEqual(expect.arrayContaining(['Add-VMAssignableDevice', 'Start-VM']))
      })

      it('leaves the host as it was', async () => {
        expect(await exercise.sound).toBe(true)
        expect(exercise.text()).toContain('✓ the host afterwards: the GPU and the VM are as they were')
        expect(exercise.text()).not.toContain('✗')
        expect(changes()).toEqual(expect.arrayContaining(['Stop-VM', 'Enable-PnpDevice']))
      })
    })
  }),
)
