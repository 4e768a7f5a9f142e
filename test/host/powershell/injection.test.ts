/** No text is altered: the corpus of test/pester over the real wire, and in the scripts that the bot shows. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { z } from 'zod'
import { systemClock } from '../../../src/clock'
import { quoted } from '../../../src/core/plan/steps/row'
import { startEngine, type Engine } from '../../../src/host/powershell/engine/engine'
import type { EngineAnswer, Parameters } from '../../../src/host/powershell/engine/wire'
import { withEngine } from './pwsh'

const TEXTS = join(__dirname, 'injection', 'Texts.psm1')
/** Not text at all: half of a pair. */
const HALVES = ['\ud800', '\udfff', 'a\udc00b', '\ud83d', '\udc00\ud800']

const listed = z.array(z.string())
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

withEngine('text', ({ program }) => {
  let engine: Engine
  let strings: string[]

  const ask = (command: string, parameters: Parameters): Promise<EngineAnswer> =>
    engine.call({
      session: { name: 'texts', target: { kind: 'local', module: TEXTS } },
      command,
      parameters,
      timeoutMs: 60_000,
    })
  const listOf = async (command: string, parameters: Parameters): Promise<string[]> => {
    const answer = await ask(command, parameters)
    return answer.kind === 'ok' ? listed.parse(JSON.parse(answer.json)) : [answer.kind]
  }

  beforeAll(async () => {
    engine = await startEngine({
      executable: program,
      clock: systemClock,
      env: process.env,
      noise: () => undefined,
    })
    const encoded = await listOf('Get-EncodedCorpus', { Trace: '/no/such/folder' })
    strings = encoded.map((text) => Buffer.from(text, 'base64').toString('utf8'))
  })
  afterAll(() => engine.stop())

  it('comes over the wire byte for byte', async () => {
    expect(strings.length).toBeGreaterThanOrEqual(300)
    expect(await listOf('Get-Echo', { Texts: strings })).toEqual(strings.map(base64))
    for (const text of strings) expect(await listOf('Get-Echo', { Texts: text })).toEqual([base64(text)])
  })

  it.each(HALVES)('that is half a character is refused before it is sent: %j', async (text) => {
    expect(await ask('Get-Echo', { Texts: text })).toMatchObject({ kind: 'error', code: 'NotText' })
  })

  it('in the script that people copy is one literal, and says the same', async () => {
    expect(await listOf('Get-Literal', { Scripts: strings.map(quoted) })).toEqual(strings.map(base64))
  })
})
