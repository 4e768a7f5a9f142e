/**
 * The program with a configuration file, a host behind sshd with the restricted session that ships, and a Windows guest
 * with a password: from a command in Slack to nvidia-smi in the channel.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf } from '../../src/core/inventory/inventory'
import { startLocalSlack, type LocalSlack } from '../../src/playground/slack/local-slack'
import { openFleet } from '../contract/over-powershell'
import { startSshHost, type SshHost } from '../contract/ssh-host'
import { filesUnder, leaksOf } from '../fakes/leaks'
import { withSshd } from '../fakes/sshd'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { withEngine } from '../host/powershell/pwsh'
import { GUEST_ACCOUNT } from '../host/powershell/stubs/answers/guest'
import { buttonNamed, CHANGES, firstMessage, GPU, JONAS, MAYA, textOf } from './playground'

const PROGRAM = join(__dirname, '..', '..', 'dist', 'main.js')
const TOKEN = 'xoxb-real-host-test'
const SIGNING_SECRET = 'real-host-test-signing-secret'

withEngine('a real host', (found) =>
  withSshd('over sshd', () => {
    let over: SshHost
    let bot: Awaited<ReturnType<typeof serve>>
    const ending: (() => Promise<void> | void)[] = []
    beforeAll(async () => {
      over = await startSshHost(found)
      ending.push(() => over.close())
    })
    beforeAll(async () => {
      bot = await serve()
    })
    afterAll(async () => {
      for (const end of ending.toReversed()) await end()
    })

    /** A fresh fleet behind the host, a workspace, and the program between them. */
    const serve = async () => {
      const { world, simulated } = openFleet('hv01')
      over.windows.become(world, simulated)
      const dir = makeTempDir()
      ending.push(() => removeTempDir(dir))
      let port = 0
      const slack = await startLocalSlack({
        ackMs: null,
        signingSecret: SIGNING_SECRET,
        botToken: TOKEN,
        eventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
      })
      ending.push(() => slack.close())
      writeFileSync(join(dir, 'config.yaml'), configuration(world.facts('hv01').vms.map(({ id }) => id)))
      const program = spawn(process.execPath, [PROGRAM], {
        env: {
          PATH: process.env['PATH'],
          DOTNET_ROOT: process.env['DOTNET_ROOT'],
          SLACK_BOT_TOKEN: TOKEN,
          SLACK_SIGNING_SECRET: SIGNING_SECRET,
          SLACK_API_URL: slack.apiUrl,
          GPU_CHATOPS_CONFIG: join(dir, 'config.yaml'),
          DATA_DIR: join(dir, 'data'),
          PORT: '0',
          HOST: '127.0.0.1',
          LOG_LEVEL: 'debug',
          GUEST_USER: GUEST_ACCOUNT.user,
          GUEST_PASSWORD: GUEST_ACCOUNT.password,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      ending.push(() => stop(program))
      let log = ''
      port = await new Promise<number>((resolve, reject) => {
        program.stderr.on('data', (chunk: Buffer) => {
          log += chunk.toString()
          const serving = log.split('\n').find((line) => line.includes('"msg":"serving"'))
          if (serving !== undefined) resolve((JSON.parse(serving) as { port: number }).port)
        })
        program.once('exit', () => reject(new Error(log)))
      })
      return { world, slack, dir, log: () => log, end: () => stop(program) }
    }

    const configuration = (vms: readonly string[]): string => `
policy: { ask: [${MAYA}], approve: [${JONAS}] }
channels: { changes: ${CHANGES} }
powershell: ${found.program}
hosts:
  - name: hv01
    via: ssh
    computer: 127.0.0.1
    port: ${over.sshd.port}
    user: ${over.sshd.user}
    keyFile: ${over.target.keyFile}
    hostKeys: ['${over.sshd.hostKey}']
    guests:
${vms.map((id) => `      ${id}: { credential: 'env:GUEST' }`).join('\n')}
`

    const stop = async (program: ChildProcess): Promise<void> => {
      if (program.exitCode !== null) return
      const gone = once(program, 'exit')
      program.kill('SIGTERM')
      await gone
    }
    const sees = (slack: LocalSlack, words: string) =>
      firstMessage(slack, GPU, (message) => textOf(message).includes(words))
    const cardToApprove = (slack: LocalSlack) =>
      firstMessage(slack, GPU, (each) => buttonNamed(each, 'Approve') !== undefined)
    const approve = async (slack: LocalSlack): Promise<void> => {
      const card = await cardToApprove(slack)
      await slack.press(JONAS, GPU, card.ts, buttonNamed(card, 'Approve') ?? '')
    }
    const placeOfGpu0 = (world: Awaited<ReturnType<typeof serve>>['world']): string => {
      const facts = world.facts('hv01')
      return placeOf(facts, facts.gpus[0]!).kind
    }

    it('reads the host, and asks for approval of what Slack asked for', async () => {
      const { slack } = bot
      await slack.command(MAYA, GPU, 'assign hv01/gpu0 to train-02 --shutdown')

      expect(buttonNamed(await cardToApprove(slack), 'Approve')).toBeDefined()
    })

    it('does it step by step once it is approved', async () => {
      const { slack, world } = bot
      await approve(slack)
      await sees(slack, 'R-1 · done')

      expect(placeOfGpu0(world)).toBe('assigned')
    })

    it('shows nvidia-smi of the guest', async () => {
      const smi = await sees(bot.slack, 'nvidia-smi in train-02 on hv01')

      expect(textOf(smi)).toContain('NVIDIA A100')
    })

    it('gives the GPU back', async () => {
      const { slack, world } = bot
      await slack.command(MAYA, GPU, 'release hv01/gpu0 --shutdown')
      await sees(slack, 'R-2 · done')

      expect(placeOfGpu0(world)).toBe('host-enabled')
    })

    it('has left the password of the guest nowhere when it ends', async () => {
      await bot.end()

      const log = new Map([['log', Buffer.from(bot.log())]])
      expect(leaksOf(GUEST_ACCOUNT.password, new Map([...filesUnder(bot.dir), ...log]))).toEqual([])
    })
  }),
)
