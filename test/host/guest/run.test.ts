import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../src/core/ports/clock'
import { run, type GuestRun } from '../../../src/host/guest/run'
import { patientClock } from '../../fakes/patient-clock'
import { useTempDirs } from '../../fakes/temp'

const script = (text: string, more: Partial<GuestRun> = {}): GuestRun => ({
  program: process.execPath,
  args: ['-e', text],
  env: {},
  timeoutMs: 30_000,
  most: 1_000,
  clock: patientClock,
  ...more,
})

/** Time passes when the test says so: each sleep is over once its promise is. */
const clockOf = (
  ...sleeps: readonly Promise<void>[]
): { readonly clock: Clock; readonly slept: number[] } => {
  const slept: number[] = []
  const sleep: Clock['sleep'] = (ms) => {
    slept.push(ms)
    return sleeps[slept.length - 1] ?? Promise.resolve()
  }
  return { clock: { now: () => 0, sleep }, slept }
}

describe('a program is run', () => {
  const tempDir = useTempDirs()

  /** Resolves with its process id once the program has written it to the file. */
  const started = async (file: string): Promise<number> => {
    for (;;) {
      const text = read(file)
      if (text.endsWith('\n')) return Number(text)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      return ''
    }
  }
  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  }
  const announce = (file: string) => `fs.writeFileSync(${JSON.stringify(file)}, process.pid + '\\n');`

  it('and its output and exit code are kept', async () => {
    expect(await run(script(`console.log('out'); console.error('err'); process.exitCode = 7`))).toEqual({
      kind: 'ended',
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  it('with the given environment alone, and with nothing to read', async () => {
    const text = `process.stdout.write(Object.keys(process.env).join() + ':' + fs.readFileSync(0, 'utf8'))`

    expect(await run(script(text, { env: { LC_ALL: 'C' } }))).toMatchObject({ stdout: 'LC_ALL:' })
  })

  it('or is not there', async () => {
    expect(await run(script('', { program: '/no/such/program' }))).toEqual({ kind: 'not-started' })
  })

  it('and ended when it prints more than it may', async () => {
    expect(await run(script(`process.stdout.write('x'.repeat(1000))`))).toMatchObject({ kind: 'ended' })
    const forever = `const write = () => process.stdout.write('x'.repeat(1001), write); write()`
    expect(await run(script(forever))).toEqual({ kind: 'too-much' })
  })

  it('and what it says of errors is kept in part, however much it is', async () => {
    const ran = await run(script(`process.stderr.write('x'.repeat(100_000))`))

    expect(ran).toMatchObject({ kind: 'ended', code: 0, stderr: 'x'.repeat(16 * 1024) })
  })

  it('and ended when it is late', async () => {
    const file = join(tempDir(), 'pid')
    const running = started(file)
    const never = new Promise<void>(() => undefined)
    const { clock, slept } = clockOf(
      running.then(() => undefined),
      never,
    )

    const ran = await run(script(`${announce(file)} setInterval(() => {}, 1000)`, { clock }))

    expect(ran).toEqual({ kind: 'late' })
    expect(slept).toEqual([30_000, 2_000])
    expect(isGone(await running)).toBe(true)
  })

  it('and ended for good when it does not heed that', async () => {
    const file = join(tempDir(), 'pid')
    const running = started(file)
    const { clock } = clockOf(running.then(() => undefined))
    const deaf = `process.on('SIGTERM', () => {}); ${announce(file)} setInterval(() => {}, 1000)`

    expect(await run(script(deaf, { clock }))).toEqual({ kind: 'late' })
    expect(isGone(await running)).toBe(true)
  })
})
