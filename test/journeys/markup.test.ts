/**
 * What people type and hosts call things is shown as text: no message of the bot holds markup, a mention or a link that
 * came from outside, however long the text or the fleet is.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { SlackMessage } from '../../src/playground/slack/local-slack'
import { expectHarmlessInSlack as expectHarmless, nodesOf, type Json } from './harmless'
import {
  alteredAction,
  buttonNamed,
  CHANGES,
  GPU,
  MAYA,
  PRIYA,
  startServed,
  textOf,
  type Served,
  type ServedOptions,
} from './playground'
import { isTold } from './told'

/** Stands in every attack, so that a test knows where the text came out. */
const MARK = 'zqx'

/** What becomes of it as a reason. */
type Fate = 'shown' | 'hides' | 'too long'
const REFUSALS = { hides: /cannot be seen/, 'too long': /has [\d,]+ characters/ } as const

const CORPUS: readonly [string, string, Fate][] = [
  ['a call to the channel', '<!channel>', 'shown'],
  ['a call to who is here', '<!here>', 'shown'],
  ['a call to a group', '<!subteam^S0TEAM|@all>', 'shown'],
  ['a mention', '<@U0JONAS>', 'shown'],
  ['a channel', '<#C0GPU>', 'shown'],
  ['a link under another name', '<http://evil|good>', 'shown'],
  ['a link that runs something', '<javascript:alert(1)|hv01>', 'shown'],
  ['a date', '<!date^0^{date}^https://evil.example|now>', 'shown'],
  ['bold', '*bold*', 'shown'],
  ['italic', '_i_', 'shown'],
  ['struck through', '~s~', 'shown'],
  ['code', '`code`', 'shown'],
  ['a code block', '```block```', 'shown'],
  ['a quote', '> quoted', 'shown'],
  ['markup that was escaped once', '&lt;!channel&gt;', 'shown'],
  ['markup that was escaped twice', '&amp;lt;!channel&amp;gt;', 'shown'],
  ['a line that turns round', 'abc\u202Edef', 'hides'],
  ['a zero-width space in a call', '<!chan\u200Bnel>', 'hides'],
  ['a zero-width joiner in a call', '<!chan\u200Dnel>', 'shown'],
  ['several lines', 'one\n<!channel>\r\n*two*', 'shown'],
  ['a NUL', 'a\u0000b', 'hides'],
  ['half a character', 'a\uD83Db', 'shown'],
  ['an emoji code', ':tada:', 'shown'],
  ['a long reason', '<!channel>'.repeat(45), 'shown'],
  ['10,000 characters', '<!channel>'.repeat(1_000), 'too long'],
]

/** Every text that people read, one by one. */
const textsIn = ({ blocks }: SlackMessage): string[] =>
  nodesOf(blocks).flatMap(({ text }) => (typeof text === 'string' ? [text] : []))

let bot: Served
let earlier: ReadonlySet<string>
/** One bot for all the tests of a group: each looks at what is new. */
const withOneBot = (options: ServedOptions = {}): void => {
  beforeAll(async () => {
    bot = await startServed(options)
  })
  beforeEach(() => {
    earlier = new Set(fromBot().map(({ ts }) => ts))
  })
  afterAll(() => bot.end())
}

const fromBot = (): SlackMessage[] =>
  [GPU, CHANGES].flatMap((channel) => bot.slack.messages(channel).filter(({ user }) => user === 'U0GPUBOT'))
const isNew = ({ ts }: SlackMessage): boolean => !earlier.has(ts)
const allHarmless = (people: readonly string[]): void => {
  const messages = fromBot().filter(isNew)
  expect(messages).not.toEqual([])
  for (const message of messages) expectHarmless(message, people)
}
/** What Maya reads when she presses the newest button with this label. */
const pressLeadsTo = async (label: string): Promise<SlackMessage> => {
  const before = new Set(fromBot().map(({ ts }) => ts))
  await bot.presses(MAYA, label)
  return bot.sees(GPU, (message) => !before.has(message.ts) && !isTold(textOf(message)))
}

test.each<[string, Json]>([
  ['a section of mrkdwn', { type: 'section', text: { type: 'mrkdwn', text: 'x' } }],
  ['a link', { type: 'rich_text', elements: [{ type: 'link', url: 'https://evil.example' }] }],
  ['a mention', { type: 'rich_text', elements: [{ type: 'user', user_id: 'U0JONAS' }] }],
  ['an emoji code that is read', { type: 'header', text: { type: 'plain_text', text: ':x:', emoji: true } }],
])('these tests would notice %s', (_, block) => {
  const message = { ts: '1', user: 'U0GPUBOT', text: 'x', blocks: [{ type: '', ...block }] }

  expect(() => expectHarmless(message, [MAYA])).toThrow()
})

/** What is asked for and approved, and what then is asked for and denied: one attack assigns, the next releases. */
const ASSIGN = 'assign hv01/gpu0 to train-01 --shutdown'
const RELEASE = 'release hv01/gpu0 --power-off'
let assigned = false
const idOf = (card: SlackMessage): string => /R-\d+/.exec(textOf(card))?.[0] ?? 'no request'

const attacked = (attack: string, reason: Fate): void => {
  const text = `${MARK} ${attack}`
  const quoted = `"${text}"`

  test('as a name of anything is answered to who typed it, as text', async () => {
    const commands = [
      ...[`assign ${quoted} to train-01`, `assign hv01/gpu0 to ${quoted}`, quoted, attack + MARK],
      ...[`show ${quoted}`, `list --host ${quoted}`, `history ${quoted}`, `approve ${quoted}`],
      ...[`help ${quoted}`, `list --${attack}`],
    ]
    for (const command of commands) {
      const answer = await bot.says(MAYA, command)
      expect(answer.ephemeralFor).toBe(MAYA)
    }

    allHarmless([MAYA, PRIYA])
    const answers = fromBot().filter(isNew).map(textOf)
    if (reason !== 'too long') for (const answer of answers.slice(0, 3)) expect(answer).toContain(MARK)
  })

  test('as a reason is shown to everybody as text, or refused', async () => {
    const because = `because ${text}`
    const [first, second] = assigned ? ([RELEASE, ASSIGN] as const) : ([ASSIGN, RELEASE] as const)
    const asked = await bot.says(MAYA, `${first} ${because}`)

    if (reason !== 'shown') {
      expect(asked.ephemeralFor).toBe(MAYA)
      expect(textOf(asked)).toMatch(REFUSALS[reason])
      expect(await bot.says(MAYA, 'requests').then(textOf)).not.toMatch(/R-\d/)
      allHarmless([MAYA])
      return
    }
    const read = text
      .replace(/\s+/g, ' ')
      .replaceAll('\u200D', '')
      .replace(/\p{Surrogate}/gu, '\uFFFD')
    expect(textsIn(asked)).toContainEqual(expect.stringContaining(read))
    await bot.slack.command(PRIYA, GPU, `approve ${idOf(asked)} ${because}`)
    await bot.sees(CHANGES, (message) => isNew(message) && textOf(message).includes('hv01/gpu0'))
    if (!assigned)
      await bot.sees(GPU, (message) => isNew(message) && textOf(message).includes('nvidia-smi in train-01'))
    assigned = !assigned
    const next = await bot.says(MAYA, `${second} ${because}`)
    const nextId = idOf(next)
    await bot.slack.command(PRIYA, GPU, `deny ${nextId} ${because}`)
    const denied = await bot.sees(
      GPU,
      (message) => isNew(message) && textOf(message).includes(`${nextId} · denied`),
    )
    expect(textsIn(denied).filter((each) => each.includes(read))).toHaveLength(2)
    for (const command of [`show ${idOf(asked)}`, `show ${nextId}`, 'requests --all', 'history'])
      await bot.says(MAYA, command)

    allHarmless([MAYA, PRIYA])
  })
}

describe('what people type', () => {
  withOneBot()
  describe.each(CORPUS)('%s', (_, attack, reason) => attacked(attack, reason))

  test('half a character in a button is refused as a reason and replaced in a name', async () => {
    await bot.says(MAYA, 'assign hv01/gpu1 to train-02 --shutdown')
    for (const said of ['assign hv01/gpu0 to train-01 because a\uD83Db', 'show a\uD83Db', 'a\uD83Db']) {
      // A form cannot carry half a character; the JSON of a button can.
      const value = JSON.stringify({ kind: 'say', text: said })
      bot.onTheWay((sent) => bot.signs(alteredAction(sent, { value })))
      const answer = await pressLeadsTo('Whole script')
      expect(answer.ephemeralFor).toBe(MAYA)
      expect(textOf(answer)).toContain('D83D')
    }
    bot.onTheWay((sent) => sent)

    allHarmless([MAYA])
  })
})

describe('1,000 GPUs of 125 hosts, with the longest names there are and markup in those that are free text', () => {
  const HOSTS = Array.from({ length: 125 }, (_, host) => `hv${host}-`.padEnd(63, 'x'))
  const SLOTS = [0, 1, 2, 3, 4, 5, 6, 7]
  const pathOf = (slot: number): string => `PCIROOT(${slot})#PCI(0200)#PCI(0000)`
  const attackOf = (number: number): string => CORPUS[number % CORPUS.length]![1]

  /** Every other GPU is held by a VM. */
  const hostFile = (name: string, host: number): Json => ({
    ...{ name, physicalAddressBits: 46, forceDismount: false },
    os: { caption: attackOf(host), edition: 'server', release: '2022' },
    gpus: SLOTS.map((slot) => ({
      slot: `gpu${slot}`,
      instanceId: `PCI\\VEN_10DE&DEV_20B5\\4&2A8C1F0B&0&${host * SLOTS.length + slot}`,
      ...{ locationPath: pathOf(slot), model: attackOf(host + slot), driver: '32.0.15.7261' },
      bars: [{ size: '128GiB', bits: 64 }],
    })),
    vms: SLOTS.filter((slot) => slot % 2 === 1).map((slot) => ({
      id: `00000000-0000-4000-8000-${String(host * SLOTS.length + slot).padStart(12, '0')}`,
      ...{ name: attackOf(host + slot + 9).padEnd(100, '"'), state: 'Running', guest: 'linux' },
      ...{ memory: { startup: '8GiB' }, assigned: [pathOf(slot)] },
    })),
  })
  const aliases = (slots: readonly number[]): string[] =>
    HOSTS.flatMap((host) => slots.map((slot) => `${host}/gpu${slot}`))

  // Every JSON text is YAML.
  withOneBot({ fleet: JSON.stringify({ fleet: 'large', hosts: HOSTS.map(hostFile) }) })

  test.each<[string, number, string, string[]]>([
    ['all', 50, 'list', aliases(SLOTS)],
    ['the free ones', 25, 'list --free', aliases(SLOTS.filter((slot) => slot % 2 === 0))],
    ['those of the last host', 1, `list --host ${HOSTS[124]!}`, aliases(SLOTS).slice(-SLOTS.length)],
  ])('are listed each once and uncut: %s, on pages: %i', async (_, count, command, wanted) => {
    const pages = [await bot.says(MAYA, command)]
    while (buttonNamed(pages.at(-1)!, 'Next') !== undefined) pages.push(await pressLeadsTo('Next'))

    const texts = pages.map(textOf)
    expect(texts.flatMap((text) => text.match(/hv[\w-]+\/gpu\d+/g) ?? [])).toEqual(wanted)
    expect(pages).toHaveLength(count)
    for (const text of texts) expect(text).not.toContain('… cut')
    allHarmless([])
  })

  test('can each be shown and checked, and so can their hosts', async () => {
    const last = aliases(SLOTS).at(-1)!

    for (const command of [`show ${last}`, `check ${last}`, `show ${HOSTS[124]!}`])
      expect(textOf(await bot.says(MAYA, command))).toContain(HOSTS[124])
    allHarmless([])
  })
})
