import { expect, it, jest } from '@jest/globals'
import type * as App from '../../src/app'
import { MEMBERS, TEAMS_CHANNEL } from '../../src/playground/members'
import type { LocalTeams, ShownMessage } from '../../src/playground/teams/local-teams'
import { useTempDirs } from '../fakes/temp'

const tempDir = useTempDirs()
const nothing = (): undefined => undefined
const log = { info: nothing, warn: nothing, error: nothing }

const shown = (teams: LocalTeams, holds: (message: ShownMessage) => boolean): Promise<ShownMessage> =>
  new Promise((resolve) => {
    const look = (): void => {
      const found = teams.messages.find(holds)
      if (!found) return
      stop()
      resolve(found)
    }
    const stop = teams.onChange(look)
    look()
  })

/** As in a process of its own: the SDK remembers the keys that it once read. */
const startPlayground = (dir: string) => {
  jest.resetModules()
  const app = jest.requireActual<typeof App>('../../src/app')
  return app.startPlayground(
    {
      kind: 'playground',
      DATA_DIR: dir,
      PORT: 0,
      HOST: undefined,
      LOG_LEVEL: 'error',
      AGENTS_PLAYGROUND: null,
    },
    log,
    { latency: 'none', ackMs: null },
  )
}

interface Action {
  readonly title: string
  readonly card?: { readonly actions: readonly { readonly data: unknown }[] }
}
const approveIn = ({ message }: ShownMessage): unknown => {
  const actions = (message.attachments[0]?.content.actions ?? []) as unknown as Action[]
  return actions.find(({ title }) => title === 'Approve')?.card?.actions[0]?.data
}

it('a card in Teams outlives the playground, and is edited in its place after the next start', async () => {
  const [maya, jonas] = MEMBERS.map(({ teams }) => teams)
  const channel = { id: TEAMS_CHANNEL.id, type: 'channel' } as const
  const dir = tempDir()
  const first = await startPlayground(dir)
  await first.teams.say(maya!, channel, 'assign hv01/gpu0 to train-02 --shutdown')
  const before = await shown(first.teams, (message) => approveIn(message) !== undefined)
  await first.stop()

  const second = await startPlayground(dir)
  const answer = await second.teams.press(jonas!, channel, before, approveIn(before))
  expect(answer.status).toBe(200)

  const after = await shown(second.teams, (message) => /verified/.test(JSON.stringify(message)))
  await second.stop()
  expect([after.conversation, after.id]).toEqual([before.conversation, before.id])
})
