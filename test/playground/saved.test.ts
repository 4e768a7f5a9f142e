import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { openSaved } from '../../src/playground/teams/saved'
import { useTempDirs } from '../fakes/temp'

const tempDir = useTempDirs()
const said = { conversation: 'a:maya', id: '1', by: 'maya', text: 'list' }
const card = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock' }] } as const
const shown = (edits: number) => ({
  ...{ conversation: 'a:maya', id: '2', edits },
  message: {
    ...{ type: 'message', summary: 'The fleet' },
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
  } as never,
})

it('the tenant comes back with its port and each message as it was last', () => {
  const file = join(tempDir(), 'local-teams.jsonl')
  const before = openSaved(file)
  before.append({ kind: 'port', port: 4001 })
  before.append({ kind: 'said', ...said })
  before.append({ kind: 'shown', ...shown(0) })
  before.append({ kind: 'port', port: 4002 })
  before.append({ kind: 'shown', ...shown(1) })
  appendFileSync(file, '{"kind":"said","conv')

  const after = openSaved(file)

  expect([before.port, after.port]).toEqual([0, 4002])
  expect(after.said).toMatchObject([said])
  expect(after.shown).toMatchObject([shown(1)])
})
