import { describe, expect, it } from '@jest/globals'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMessageLog } from '../../src/playground/slack/message-log'
import { Messages } from '../../src/playground/slack/messages'
import { useTempDirs } from '../fakes/temp'

const tempDir = useTempDirs()
const clock = () => 1_700_000_000_000
const draft = (text: string) => ({ user: 'U0MAYA', text, blocks: [{ type: 'section' }] })
const textsIn = (file: string): string[] =>
  new Messages(clock, openMessageLog(file)).of('C1').map((message) => message.text)

describe('the messages of the local workspace outlive a restart', () => {
  it('as they were last: posted, edited, removed', () => {
    const file = join(tempDir(), 'slack.jsonl')
    const messages = new Messages(clock, openMessageLog(file))
    const first = messages.post('C1', draft('first'))
    const second = messages.post('C1', draft('second'))
    messages.post('C1', draft('third'))
    messages.edit('C1', first.ts, { text: 'first, edited', blocks: [] })
    messages.remove('C1', second.ts)

    const again = new Messages(clock, openMessageLog(file))

    expect(again.of('C1')).toEqual(messages.of('C1'))
  })

  it('and ids that were given out are not given out again', () => {
    const file = join(tempDir(), 'slack.jsonl')
    const before = new Messages(clock, openMessageLog(file)).post('C1', draft('before'))

    const after = new Messages(clock, openMessageLog(file)).post('C1', draft('after'))

    expect(after.blocks[0]?.['block_id']).not.toBe(before.blocks[0]?.['block_id'])
  })

  it('even when the last line was cut off', () => {
    const file = join(tempDir(), 'slack.jsonl')
    new Messages(clock, openMessageLog(file)).post('C1', draft('whole'))
    appendFileSync(file, '{"channel":"C1","ids"')

    expect(textsIn(file)).toEqual(['whole'])
    expect(textsIn(file)).toEqual(['whole'])
  })
})
