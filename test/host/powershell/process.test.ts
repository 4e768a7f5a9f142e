/** The process of the engine: how it ends, and what is left of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import { ENGINE_ENV, startLine } from '../../../src/host/powershell/engine/process'
import { callLine, openLine, type EngineAnswer } from '../../../src/host/powershell/engine/wire'
import { patientClock } from '../../fakes/patient-clock'
import { makeTempDir, removeTempDir, useTempDirs } from '../../fakes/temp'
import { withEngine } from './pwsh'

const MODULE = `
function Get-Id { [string] $PID }
function Get-Sleep { [System.Console]::Out.WriteLine('asleep'); while ($true) { [System.Threading.Thread]::Sleep(20) } }
function Stop-Process { [System.Environment]::Exit(7) }
Export-ModuleMember -Function *
`

/** The .NET tool, which starts PowerShell as a second process; where it is not, a script that does the same. */
const TOOL = join(__dirname, '..', '..', '..', '.tools', 'pwsh', 'pwsh')

withEngine('the process of the engine', ({ program: executable }) => {
  let dir: string
  /** Called when such a call is under way as does not end. */
  let asleep = (): void => undefined
  const noise = (text: string): void => {
    if (text === 'asleep') asleep()
  }
  const start = (env: NodeJS.ProcessEnv = process.env, program = executable): Promise<Engine> =>
    startEngine({ executable: program, clock: patientClock, env, noise })
  const starter = (): string => {
    const script = join(dir, 'starter')
    writeFileSync(script, `#!/bin/sh\n'${executable}' "$@"\nexit $?\n`, { mode: 0o755 })
    return script
  }

  beforeAll(() => {
    dir = makeTempDir()
    mkdirSync(join(dir, 'Odd'))
    writeFileSync(join(dir, 'Odd', 'Odd.psm1'), MODULE)
  })
  afterAll(() => removeTempDir(dir))

  const call = (on: Engine, command: string, session = 'one'): Promise<EngineAnswer> =>
    on.call({
      session: { name: session, target: { kind: 'local', module: join(dir, 'Odd') } },
      command,
      parameters: {},
      timeoutMs: 30_000,
    })

  const idOf = async (on: Engine): Promise<number> => {
    const answer = await call(on, 'Get-Id')
    return answer.kind === 'ok' ? Number(answer.json) : NaN
  }
  /** A call that does not end, in a session of its own. */
  const hang = (on: Engine): Promise<void> =>
    new Promise((resolve) => {
      asleep = resolve
      void call(on, 'Get-Sleep', 'two')
    })

  it('that dies leaves the calls under way lost, and later ones too', async () => {
    const mortal = await start()
    const under = call(mortal, 'Get-Sleep')
    const deadly = call(mortal, 'Stop-Process', 'two')

    const answers = await Promise.all([under, deadly])
    const later = await call(mortal, 'Get-Id')

    expect([...answers, later].map(({ kind }) => kind)).toEqual(['lost', 'lost', 'lost'])
    expect(await mortal.ended).toContain('ended')
  })

  it('that is stopped leaves no call waiting', async () => {
    const mortal = await start()
    const under = call(mortal, 'Get-Sleep')

    await mortal.stop()

    expect((await under).kind).toBe('lost')
  })

  it.each([
    ['a program that only starts it', starter],
    ['the .NET tool', () => (existsSync(TOOL) ? TOOL : starter())],
  ])('that is stopped is gone, though it was started by %s', async (_, program) => {
    const mortal = await start(process.env, program())
    const id = await idOf(mortal)
    await hang(mortal)

    await mortal.stop()

    expect(() => process.kill(id, 0)).toThrow('ESRCH')
  })

  it.each([
    ['itself', () => executable],
    ['by a program that only starts it', starter],
  ])('goes with the bot: it ends when nobody is left to write to it, started %s', async (_, program) => {
    const orphan = spawn(program(), ['-NoProfile', '-NonInteractive', '-NoExit', '-Command', '-'], {
      env: { ...process.env, ...ENGINE_ENV },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const closed = once(orphan, 'close')
    const lines = createInterface({ input: orphan.stdout })[Symbol.asyncIterator]()
    orphan.stdin.write(`${startLine('mark')}\n`)
    await lines.next()
    orphan.stdin.write(`${openLine('one', { kind: 'local', module: join(dir, 'Odd') })}\n`)
    orphan.stdin.write(`${callLine('1', { session: 'one', command: 'Get-Id', parameters: {} })}\n`)
    const { value } = (await lines.next()) as { value: string }

    orphan.stdin.end()

    expect(value).toMatch(/^mark 1 ok /)
    expect(await closed).toEqual([0, null])
  })

  it('serves on after a Ctrl+C, which is for the bot to answer', async () => {
    const mortal = await start()
    const id = await idOf(mortal)
    await hang(mortal)
    process.kill(id, 'SIGINT')
    const answers = []
    for (let n = 0; n < 20; n += 1) answers.push(await call(mortal, 'Get-Id'))
    await mortal.stop()

    expect(answers.map(({ kind }) => kind)).toEqual(Array(20).fill('ok'))
  })

  it('that is stopped leaves nothing in the folder for temporary files', async () => {
    const temporary = join(dir, 'temporary')
    mkdirSync(temporary)
    const mortal = await start({ ...process.env, TMPDIR: temporary })
    const alive = await call(mortal, 'Get-Id')

    await mortal.stop()

    expect(alive.kind).toBe('ok')
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('a program that is no PowerShell', () => {
  const tempDir = useTempDirs()
  const deaf = (): string => {
    const script = join(tempDir(), 'deaf')
    writeFileSync(script, '#!/bin/sh\nexec tail -f /dev/null\n', { mode: 0o755 })
    return script
  }
  const starting = (executable: string) =>
    startEngine({ executable, clock: patientClock, env: process.env, noise: () => undefined })

  it('is refused when it is not there', async () => {
    await expect(starting('/no/such/pwsh')).rejects.toMatchObject({ code: 'config' })
  })

  it('is refused when it says nothing, and ended though it does not end with its input', async () => {
    const impatient = { ...patientClock, sleep: () => Promise.resolve() }
    const program = { clock: impatient, env: process.env, noise: () => undefined }

    await expect(startEngine({ ...program, executable: deaf() })).rejects.toThrow(/no answer within/)
  })

  it('is the one that was named, whatever NODE_POWERSHELL says, which node-powershell would start', async () => {
    process.env['NODE_POWERSHELL'] = process.execPath
    const refused = starting('/no/such/pwsh')

    await expect(refused.finally(() => delete process.env['NODE_POWERSHELL'])).rejects.toThrow(
      /no\/such\/pwsh: .*(not found|No such file)/s,
    )
  })

  it('is refused when it ends at once', async () => {
    await expect(starting(process.execPath)).rejects.toMatchObject({ code: 'config' })
  })
})
