import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../src/core/ports/clock'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import type { EngineAnswer, Parameters } from '../../../src/host/powershell/engine/wire'
import { patientClock } from '../../fakes/patient-clock'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { withEngine } from './pwsh'

/** Functions that behave and misbehave as those of a host may. */
const MODULE = `
function Get-Echo {
    [CmdletBinding()]
    param([string] $Text, [string[]] $Texts, [long] $Number, [switch] $Flag)
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
    "$([System.Convert]::ToBase64String($bytes)) $(@($Texts).Count) $Number $Flag"
}
function Get-Refusal {
    throw [System.Management.Automation.ErrorRecord]::new([System.InvalidOperationException]::new('no way'), 'NoWay', 'InvalidOperation', $null)
}
function Get-Sleep { [System.Console]::Out.WriteLine('asleep'); while ($true) { [System.Threading.Thread]::Sleep(20) } }
function Get-Much { param([long] $Count) 'x' * $Count }
function Get-Nothing { }
function Get-Two { 'a'; 'b' }
function Get-Noise { [System.Console]::Out.WriteLine('Welcome to this host'); [System.Console]::Error.WriteLine('a warning'); 'done' }
$script:Count = 0
function Get-Count { $script:Count++; [string] $script:Count }
Export-ModuleMember -Function *
`

/** Of all that could be late only this is, once the call is under way: what it prints is heard by `wake`. */
const BRIEF_MS = 1
let wake = (): void => undefined
let now = 0
const clock: Clock = {
  ...patientClock,
  now: () => now,
  sleep: (ms, signal) =>
    ms === BRIEF_MS ? new Promise((resolve) => (wake = resolve)) : patientClock.sleep(ms, signal),
}

withEngine('the engine', ({ program: executable }) => {
  let dir: string
  let engine: Engine
  let noise: string[]
  const hear = (text: string): void => {
    noise.push(text)
    if (text === 'asleep') wake()
  }
  const start = (env: NodeJS.ProcessEnv = process.env, program = executable): Promise<Engine> =>
    startEngine({ executable: program, clock, env, noise: hear })

  beforeAll(async () => {
    dir = makeTempDir()
    mkdirSync(join(dir, 'Odd'))
    writeFileSync(join(dir, 'Odd', 'Odd.psm1'), MODULE)
    noise = []
    engine = await start()
  })
  afterAll(async () => {
    await engine.stop()
    removeTempDir(dir)
  })

  const call = (
    command: string,
    parameters: Parameters = {},
    { session = 'one', timeoutMs = 30_000, on = engine } = {},
  ): Promise<EngineAnswer> =>
    on.call({
      session: { name: session, target: { kind: 'local', module: join(dir, 'Odd') } },
      command,
      parameters,
      timeoutMs,
    })
  const texts = (answer: EngineAnswer): string =>
    answer.kind === 'ok' ? answer.json : JSON.stringify(answer)

  describe('brings parameters as data', () => {
    it.each([
      ['plain text', 'plain'],
      ['quotes and a semicolon', "it's; Remove-Item *"],
      ['an expression, a back quote, a here-string end', '$(throw) `n "quoted" @\' \'@'],
      ['every quote that PowerShell takes for one', '\u2018\u2019\u201a\u201b\u201c\u201d\u201e'],
      ['line ends and tabs', 'line\nline\r\n\ttab'],
      ['NUL, an emoji, a direction mark', '\u0000 \u{1f600} \u202e'],
      ['100,000 characters', 'x'.repeat(100_000)],
    ])('byte for byte: %s', async (_, text) => {
      const [back = '', count, number, flag] = texts(
        await call('Get-Echo', { Text: text, Texts: [text, ''], Number: 9007199254740991, Flag: true }),
      ).split(' ')

      expect(Buffer.from(back, 'base64').toString('utf8')).toBe(text)
      expect([count, number, flag]).toEqual(['2', '9007199254740991', 'True'])
    })

    it('and a parameter that the function does not have is refused', async () => {
      expect(await call('Get-Echo', { Nope: 'x' })).toMatchObject({
        kind: 'error',
        code: 'NamedParameterNotFound',
      })
    })
  })

  describe('answers', () => {
    it('with the code and the message of what the function threw', async () => {
      expect(await call('Get-Refusal')).toEqual({ kind: 'error', code: 'NoWay', message: 'no way' })
    })

    it('with an error where there is no such function', async () => {
      expect(await call('Get-Unheard')).toMatchObject({ kind: 'error', code: 'CommandNotFoundException' })
    })

    it.each(['Get-Nothing', 'Get-Two'])(
      'that it is lost when %s does not answer with one text',
      async (command) => {
        expect((await call(command)).kind).toBe('lost')
      },
    )

    it('with an error in place of more than 4 MiB, and goes on', async () => {
      const most = texts(await call('Get-Much', { Count: 4 * 2 ** 20 }))
      const more = await call('Get-Much', { Count: 4 * 2 ** 20 + 1 })

      expect(most).toHaveLength(4 * 2 ** 20)
      expect(more).toMatchObject({ kind: 'error', code: 'OutputTooLarge' })
      expect(await call('Get-Two')).toMatchObject({ kind: 'lost' })
    })

    it('apart from what other programs print', async () => {
      expect(await call('Get-Noise')).toEqual({ kind: 'ok', json: 'done' })
      expect(noise).toContain('Welcome to this host')
    })
  })

  describe('serves sessions apart', () => {
    it('each with a state of its own', async () => {
      const first = texts(await call('Get-Count', {}, { session: 'left' }))
      const second = texts(await call('Get-Count', {}, { session: 'left' }))
      const other = texts(await call('Get-Count', {}, { session: 'right' }))

      expect([first, second, other]).toEqual(['1', '2', '1'])
    })

    it('none for longer than a day, after which a call has a new one', async () => {
      const count = async () => texts(await call('Get-Count', {}, { session: 'old' }))
      const first = await count()
      now += 24 * 3_600_000 - 1
      const before = await count()
      now += 1

      expect([first, before, await count(), await count()]).toEqual(['1', '2', '1', '2'])
    })

    it('so that twenty answer while one hangs', async () => {
      void call('Get-Sleep', {}, { session: 'hanging', timeoutMs: 60_000 })
      const names = Array.from({ length: 20 }, (_, n) => `s${n}`)

      const answers = await Promise.all(names.map((session) => call('Get-Count', {}, { session })))

      expect(answers).toEqual(names.map(() => ({ kind: 'ok', json: '1' })))
    })
  })

  describe('a call that takes too long', () => {
    it('is stopped and lost, and its session serves the next one', async () => {
      const slow = await call('Get-Sleep', {}, { session: 'slow', timeoutMs: BRIEF_MS })
      const next = await call('Get-Count', {}, { session: 'slow' })

      expect(slow.kind).toBe('lost')
      expect(next).toEqual({ kind: 'ok', json: '1' })
    })
  })
})
