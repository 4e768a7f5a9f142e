/** What the bot asks of ssh holds whatever the configuration files of the machine say. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { patientClock } from '../../fakes/patient-clock'
import { withSshd } from '../../fakes/sshd'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { withEngine } from './pwsh'

/** Options as `ssh -G` prints them, each with a value that the bot must not get. */
const HOSTILE = [
  'addkeystoagent true',
  'canonicalizehostname always',
  'controlmaster true',
  'controlpath /tmp/control',
  'dynamicforward 8082',
  'escapechar %',
  'forwardagent yes',
  'forwardx11 yes',
  'globalknownhostsfile /tmp/known',
  'hostbasedauthentication yes',
  'hostkeyalias other',
  'identityagent /tmp/agent',
  'localforward 8080 [other]:1',
  'loglevel SILENT',
  'nohostauthenticationforlocalhost yes',
  'passwordauthentication yes',
  'permitlocalcommand yes',
  'pkcs11provider /tmp/provider',
  'preferredauthentications password',
  'proxycommand other',
  'remotecommand other',
  'remoteforward 8081 [other]:2',
  'requesttty force',
  'stricthostkeychecking false',
  'tunnel point-to-point',
  'updatehostkeys true',
  'userknownhostsfile /tmp/known',
  'verifyhostkeydns true',
] as const

withEngine('the options of ssh', ({ program }) =>
  withSshd('the options of ssh', () => {
    const dir = makeTempDir()
    const asked = (): string[][] =>
      readFileSync(join(dir, 'asked'), 'utf8')
        .split('end of arguments\n')
        .filter((each) => each !== '')
        .map((each) => each.trimEnd().split('\n'))
    const effective = async (args: readonly string[]): Promise<string[]> => {
      const { stdout } = await promisify(execFile)('ssh', ['-G', '-F', join(dir, 'hostile'), ...args])
      return stdout.trimEnd().split('\n')
    }
    let engine: Engine

    beforeAll(async () => {
      mkdirSync(join(dir, 'bin'))
      // It hangs up, but goes on to read: an ssh that is gone before PowerShell has written to it ends the whole engine.
      writeFileSync(
        join(dir, 'bin', 'ssh'),
        `#!/bin/sh\nprintf '%s\\n' "$@" 'end of arguments' >> '${join(dir, 'asked')}'\nexec cat >&- 2>&-\n`,
        { mode: 0o755 },
      )
      writeFileSync(join(dir, 'key'), '')
      writeFileSync(join(dir, 'hostile'), `Host *\n${HOSTILE.map((each) => `  ${each}`).join('\n')}\n`)
      const env = { ...process.env, PATH: [join(dir, 'bin'), process.env['PATH']].join(delimiter) }
      engine = await startEngine({ executable: program, clock: patientClock, env, noise: () => undefined })
      const target = {
        kind: 'ssh',
        hostName: 'hv01.test',
        port: 2222,
        userName: 'bot',
        alias: 'hv01',
      } as const
      const files = { keyFile: join(dir, 'key'), knownHosts: join(dir, 'pinned keys') }
      const session = { name: 'hv01', target: { ...target, ...files } }
      await engine.call({ session, command: 'Get-HostSmi', parameters: {}, timeoutMs: 60_000 })
    })
    afterAll(async () => {
      await engine.stop()
      removeTempDir(dir)
    })

    it('are in effect for the session, against every line of a hostile configuration file', async () => {
      const alone = await effective(['hv01.test'])
      const bots = await effective(asked()[0]!)

      expect(alone).toEqual(expect.arrayContaining([...HOSTILE]))
      expect(bots.filter((each) => (HOSTILE as readonly string[]).includes(each))).toEqual([])
      expect(bots).toEqual(
        expect.arrayContaining([
          'user bot',
          'port 2222',
          'hostkeyalias hv01',
          `identityfile ${join(dir, 'key')}`,
        ]),
      )
      expect(bots).toContain('stricthostkeychecking true')
    })

    it('are the same where ssh is tried alone, for its words, but for how long it waits', () => {
      const [session, alone, ...more] = asked().map((each) => each.sort())

      expect(alone).toEqual(
        session?.map((each) => (each === 'ConnectTimeout=15' ? 'ConnectTimeout=5' : each)),
      )
      expect(more).toEqual([])
    })
  }),
)
