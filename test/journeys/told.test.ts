/** Who is told what: each row of the table in docs/notifications.md, over both chats, once and to the right person. */
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Shown } from './drivers'
import { MEMBERS } from './people'
import { OF_LEASES } from './told-leases'
import { OF_REQUESTS } from './told-requests'
import { ASK, openScene, type Scene, type Told } from './told-scene'
import { CHATS, type ChatName } from './workplace'

const SITUATIONS = { ...OF_REQUESTS, ...OF_LEASES }
const ALONE = /See its card ?\./

const counts = { situations: 0, told: 0, untold: 0, twice: 0 }
let scene: Scene | null = null
afterEach(async () => {
  await scene?.workplace.end()
  scene = null
})
const open = async (chat: ChatName): Promise<Scene> => (scene = await openScene(chat))

afterAll(() => {
  const { situations, told, untold, twice } = counts
  process.stdout.write(
    `notices: ${situations} situations, ${told} told, ${untold} untold, ${twice} told twice\n`,
  )
})

/** It is for this person: nobody else reads it, or it calls them by their name, which Teams may not have told yet. */
const isFor = (who: Told['who'], { to, text }: Shown): boolean =>
  who === 'everybody'
    ? to === null
    : to === who || (to === null && (text.includes(MEMBERS[who].name) || text.includes(`<at>${who}</at>`)))

const rowsOfDocument = (): string[] => {
  const document = readFileSync(join(__dirname, '..', '..', 'docs', 'notifications.md'), 'utf8')
  const [, table = ''] = document.split('## Who is told, asked or not')
  return [...table.split('\n## ')[0]!.matchAll(/^\| (?!-)([^|]+?) +\|/gm)]
    .map(([, cell]) => cell!)
    .filter((cell) => cell !== 'what happens')
}

test('the table of the documents has these situations, each once', () => {
  expect(rowsOfDocument().sort()).toEqual(Object.keys(SITUATIONS).sort())
})

describe.each(CHATS)('in %s', (chat) => {
  test.each(Object.entries(SITUATIONS))('%s', async (_, { leads, told }) => {
    const scene = await open(chat)
    await leads(scene)
    counts.situations += 1
    const messages = scene.workplace.in[chat].messages()
    for (const { who, words } of told) {
      const found = messages.filter((message) => isFor(who, message) && words.test(message.text))
      counts.told += found.length > 0 ? 1 : 0
      counts.untold += found.length === 0 ? 1 : 0
      counts.twice += found.length > 1 ? 1 : 0
      expect(messages.filter(({ text }) => words.test(text)).map(({ text }) => text)).toEqual([
        expect.stringMatching(words),
      ])
      expect(found).toHaveLength(1)
    }
  })

  test('whoever asked elsewhere is told in their own chat, with a link to the card', async () => {
    const scene = await open(chat)
    await scene.saysAlone('maya', ASK)
    await scene.says('jonas', 'approve R-1')

    const alone = scene.workplace.in[chat].messages().filter(({ to }) => to === 'maya')
    const about = alone.filter(({ text }) => ALONE.test(text))

    expect(about.map(({ text }) => text)).toEqual([
      expect.stringMatching(/R-1 was approved/),
      expect.stringMatching(/R-1 is done/),
    ])
    for (const { links } of about) expect(links).toEqual([expect.stringMatching(LINKS[chat])])
  })
})

const LINKS: Readonly<Record<ChatName, RegExp>> = {
  slack: /^https:\/\/northwind-research\.slack\.com\/archives\/C0GPU\/p\d+$/,
  teams: /\/l\/message\/19%3Agpusgpusgpus%40thread\.tacv2\/\d+\?tenantId=.*&parentMessageId=\d+$/,
}
