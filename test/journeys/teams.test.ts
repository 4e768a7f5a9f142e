import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startServer, type App } from '../../src/app'
import { fleetFile } from '../../src/host/simulated/fleet'
import { startLocalTeams, type LocalTeams, type ShownMessage } from '../../src/playground/teams/local-teams'
import { issuerKey } from '../fakes/issuer-key'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { APP, guest, jonas, lena, maya, outsider, team, TENANT } from '../chat/teams/people'

let dir: string
let teams: LocalTeams
let app: App
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

beforeEach(async () => {
  dir = makeTempDir()
  writeFileSync(
    join(dir, 'fleet.yaml'),
    readFileSync(fleetFile('default'), 'utf8').replace(/^( {6}\w+: )\d{2,4}$/gm, '$10'),
  )
  teams = await startLocalTeams({
    appId: APP,
    tenantId: TENANT,
    botToken: 'the token of the bot',
    messagesUrl: () => `http://127.0.0.1:${app.port}/api/messages`,
    keys: [issuerKey()],
  })
  teams.people = [maya, jonas, lena, guest, outsider]
  app = await startServer(
    {
      kind: 'server',
      DATA_DIR: dir,
      PORT: 0,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      slack: null,
      teams: teams.config,
      path: join(dir, 'none.yaml'),
      file: {
        policy: {
          ask: [maya.objectId, guest.objectId],
          approve: [jonas.objectId, lena.objectId, maya.objectId],
          admin: [],
        },
        channels: {},
        requests: { expireMinutes: 30 },
        fleet: join(dir, 'fleet.yaml'),
      },
    },
    silent,
  )
})
afterEach(async () => {
  await app.stop()
  await teams.close()
  removeTempDir(dir)
})

const textOf = ({ message }: ShownMessage): string => JSON.stringify(message)

/** The first message, old or to come, that is like that. */
const shown = (what: RegExp, where?: (each: ShownMessage) => boolean): Promise<ShownMessage> =>
  new Promise((resolve) => {
    const look = (): void => {
      const found = teams.messages.find((each) => what.test(textOf(each)) && (where?.(each) ?? true))
      if (!found) return
      stop()
      resolve(found)
    }
    const stop = teams.onChange(look)
    look()
  })

interface Action {
  readonly title: string
  readonly data?: unknown
  readonly card?: { readonly actions: readonly Action[] }
}

const buttonOf = ({ message }: ShownMessage, label: RegExp): unknown => {
  const [first] = message.attachments
  const actions = (first?.content.actions ?? []) as unknown as Action[]
  const button = actions.find((each) => label.test(each.title))
  return button?.data ?? button?.card?.actions[0]?.data
}

const ask = async (): Promise<ShownMessage> => {
  const answer = await teams.say(maya, team, 'assign hv01/gpu0 to train-02 --shutdown because fine-tuning')
  expect(answer.status).toBe(200)
  return shown(/Approve/)
}

const press = async (by: typeof maya, card: ShownMessage, label: RegExp) => {
  const answer = await teams.press(by, team, card, buttonOf(card, label))
  expect(answer.status).toBe(200)
  return (await answer.json()) as { statusCode: number; type: string; value: string }
}

test('a GPU is asked for, approved by somebody else, assigned, and the card tells it to the end', async () => {
  const card = await ask()
  expect(card.conversation).toBe(team.id)

  const answer = await press(jonas, card, /Approve/)

  expect(answer).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.activity.message' })
  expect(answer.value).toBe('R-1: approved.')
  const done = await shown(/nvidia-smi/, (each) => each.id === card.id && /"good"/.test(textOf(each)))
  expect(done.edits).toBeGreaterThan(1)
  expect(textOf(done)).toContain('Jonas')
  expect(buttonOf(done, /Approve/)).toBeUndefined()
})

test('who asked cannot approve, and learns it alone', async () => {
  const card = await ask()

  const { value } = await press(maya, card, /Approve/)

  expect(value).toMatch(/your own|own request/i)
  expect(teams.messages).toHaveLength(1)
  expect(buttonOf(card, /Approve/)).toBeDefined()
})

test('who presses second is told privately who was first', async () => {
  const card = await ask()
  await press(jonas, card, /Approve/)
  await shown(/approved/i, (each) => each.id === card.id && each.edits > 0)

  const { value } = await press(lena, card, /Approve/)

  expect(value).toMatch(/already approved by Jonas/i)
})

test('a guest is refused, whatever the policy says', async () => {
  await teams.say(guest, team, 'assign hv01/gpu0 to train-02')

  expect(textOf(await shown(/full members/))).toContain('is a guest')
})
