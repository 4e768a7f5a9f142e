/** The log writes to the standard error of the process, so each test is a process of its own. */
import { describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const LOG = join(__dirname, '..', 'dist', 'log.js')
const TOKEN = 'xoxb-12-34-hushhush'
const AWKWARD = 'first "half"\nsecond \\ half \u0007'

interface Options {
  readonly level?: string
  readonly terminal?: boolean
  readonly secrets?: readonly string[]
}

/** What the process writes; `code` sees the log as `log` and the first secret as `secret`. */
const written = async (code: string, options: Options = {}): Promise<string> => {
  const { level = 'info', terminal = false, secrets = [TOKEN] } = options
  const program = `
    const [path, given] = process.argv.slice(1)
    const options = JSON.parse(given)
    const log = require(path).openLog(options)
    const secret = options.secrets[0]
    ${code}`
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['-e', program, LOG, JSON.stringify({ level, terminal, secrets })],
    { env: {} },
  )
  if (stdout !== '') throw new Error(`on the standard output: ${stdout}`)
  return stderr
}
const entriesOf = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

const MANY = `
  log.info({ request: 'R-1' }, 'posting with ' + secret)
  log.warn({ token: secret, deep: { list: [1, 'Bearer ' + secret] } }, 'a field')
  log.warn({ [secret]: 'as a name' }, 'a key')
  log.error(new Error('refused: ' + secret), 'an error')
  log.error({ err: new Error('outer', { cause: new Error('cause ' + secret) }) }, 'a cause')
  log.error({ error: secret }, secret + secret)
`

describe.each([false, true])('a log with terminal: %j', (terminal) => {
  it('has no secret in a message, a field, a name or a stack, and says where one was', async () => {
    const text = await written(MANY, { terminal })

    expect(text).not.toContain(TOKEN)
    expect(text).toContain('posting with [redacted]')
    expect(text).toContain('Bearer [redacted]')
    expect(text).toContain('Error: refused: [redacted]')
    expect(text).toContain('cause [redacted]')
    expect(text).toContain('[redacted][redacted]')
  })

  it('has nothing of a secret with quotes, backslashes and line breaks in it', async () => {
    const text = await written(MANY, { terminal, secrets: [AWKWARD] })

    expect(text).not.toMatch(/first|half|second/)
    expect(text).toContain('posting with [redacted]')
    expect(text).toContain('Error: refused: [redacted]')
  })

  it('takes nothing for a secret that is too short to be one, or empty', async () => {
    const text = await written(`log.info({ request: 'R-1' }, 'hello there')`, {
      terminal,
      secrets: ['', 'hello'],
    })

    expect(text).toContain('hello there')
    expect(text).not.toContain('[redacted]')
  })

  it('has every one of several secrets taken out', async () => {
    const text = await written(
      `log.info({ all: options.secrets.join(' and ') }, options.secrets.join(' or '))`,
      { terminal, secrets: [TOKEN, 'a-signing-secret', 'xapp-1-2-3'] },
    )

    expect(text).toContain('[redacted] and [redacted] and [redacted]')
    expect(text).toContain('[redacted] or [redacted] or [redacted]')
  })

  it('has nothing left of a secret that begins like another one', async () => {
    const text = await written(`log.info({}, 'the longer one is ' + options.secrets[1])`, {
      terminal,
      secrets: ['hushhush', 'hushhush-and-tail'],
    })

    expect(text).toContain('the longer one is [redacted]')
    expect(text).not.toContain('tail')
  })

  it('keeps below its level', async () => {
    const text = await written(
      `for (const level of ['debug', 'info', 'warn', 'error']) log[level]({}, 'said as ' + level)`,
      { terminal, level: 'warn' },
    )

    expect(text.match(/said as \w+/g)).toEqual(['said as warn', 'said as error'])
  })
})

describe('off a terminal', () => {
  it('each entry is one line of JSON, whatever was taken out of it', async () => {
    const entries = entriesOf(await written(MANY, { secrets: [AWKWARD] }))

    expect(entries).toHaveLength(6)
    expect(entries[0]).toMatchObject({ level: 30, request: 'R-1', msg: 'posting with [redacted]' })
    expect(entries[1]).toMatchObject({
      level: 40,
      token: '[redacted]',
      deep: { list: [1, 'Bearer [redacted]'] },
      msg: 'a field',
    })
  })

  it('what was said last is written even when the process ends at once', async () => {
    const text = await written(`log.error({}, 'the last words'); process.exit(0)`)

    expect(entriesOf(text)).toMatchObject([{ level: 50, msg: 'the last words' }])
  })
})

describe('on a terminal', () => {
  it('an entry is for reading: its level as a word, its message as it is', async () => {
    const text = await written(`log.warn({ request: 'R-1' }, 'a "quoted" word')`, { terminal: true })

    expect(text).toContain('WARN')
    expect(text).toContain('a "quoted" word')
    expect(text).toContain('R-1')
  })
})
