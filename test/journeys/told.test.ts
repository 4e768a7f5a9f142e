/** Who is told what: each row of the table in docs/notifications.md, over both chats, once and to the right person. */
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { steppedClock, type SteppedClock } from '../fakes/stepped-clock'
import type { Shown } from './drivers'
import { MEMBERS, type Who } from './people'
import { CHATS, policyOf, startWorkplace, type ChatName, type Workplace } from './workplace'

const HOUR = 3_600_000

interface Scene {
  readonly chat: ChatName
  readonly workplace: Workplace
  readonly clock: SteppedClock
  /** Types it where everybody reads the cards, and lets all happen that it leads to. */
  says(who: Who, text: string): Promise<void>
  /** The same in the chat that they have with the bot. */
  saysAlone(who: Who, text: string): Promise<void>
  /** Refuses the next step of this kind on hv01. */
  refuses(step: 'attachDevice' | 'enableDevice' | 'dismountDevice'): void
}

/** Who is told, and by what words, in the place where they read it. */
interface Told {
  readonly who: Who
  readonly words: RegExp
}
interface Situation {
  readonly leads: (scene: Scene) => Promise<void>
  readonly told: readonly Told[]
}

/** Approvals that lapse within a test. */
const TERSE = { ...policyOf(1), approvalLasts: '1h' }
const ASK = 'assign hv01/gpu0 to train-01'
const ALONE = /See its card ?\./
const given = async (scene: Scene): Promise<void> => {
  await scene.says('maya', ASK)
  await scene.says('jonas', 'approve R-1')
}
/** Jonas holds a GPU in train-02, which Maya's request would stop, or from which it would take one. */
const jonasHolds = async (scene: Scene): Promise<void> => {
  await scene.says('jonas', 'assign hv01/gpu1 to train-02 --shutdown')
  await scene.says('priya', 'approve R-1')
}
const wouldStop = async (scene: Scene): Promise<void> => {
  await jonasHolds(scene)
  await scene.says('maya', 'assign hv01/gpu0 to train-02 --shutdown because a demo')
}
const wouldTake = async (scene: Scene): Promise<void> => {
  await jonasHolds(scene)
  await scene.says('maya', 'release hv01/gpu1 --shutdown because a demo')
}
const halfWay = async (scene: Scene): Promise<void> => {
  await given(scene)
  scene.refuses('enableDevice')
  scene.refuses('dismountDevice')
  await scene.says('maya', 'release hv01/gpu0 --shutdown')
}

/** What repairs that, by hand. */
const enabled = ({ workplace: { world } }: Scene): void => {
  const { instanceId, locationPath } = world.facts('hv01').gpus.find(({ slot }) => slot === 'gpu0')!
  world.act('hv01', { kind: 'enableDevice', gpu: { alias: 'hv01/gpu0', instanceId, locationPath } })
}

/** By the first cell of its row. */
const SITUATIONS: Readonly<Record<string, Situation>> = {
  'a request is asked for': {
    leads: (scene) => scene.says('maya', `${ASK} because a demo`),
    told: [
      { who: 'jonas', words: /^(?:Maya Chen asks: |Waiting Waits for ).*Assign hv01\/gpu0 to train-01/ },
    ],
  },
  'it is asked for elsewhere': {
    leads: (scene) => scene.saysAlone('maya', ASK),
    told: [{ who: 'maya', words: /The card of R-1 is in the channel for requests/ }],
  },
  'it is approved': { leads: given, told: [{ who: 'maya', words: /R-1 was approved by Jonas Weber/ }] },
  'it is denied': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.says('jonas', 'deny R-1 because not now')
    },
    told: [{ who: 'maya', words: /R-1 was denied by Jonas Weber \(not now\).*Nothing was done/ }],
  },
  'somebody else cancels it': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.says('priya', 'cancel R-1')
    },
    told: [{ who: 'maya', words: /R-1 was cancelled by Priya Nair/ }],
  },
  'nobody decides it': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.clock.pass(HOUR)
    },
    told: [{ who: 'maya', words: /R-1 has expired without a decision/ }],
  },
  'a fact changes before it begins': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      scene.workplace.world.setVmState('hv01', 'train-01', 'Running')
      await scene.says('jonas', 'approve R-1')
    },
    told: [{ who: 'maya', words: /R-1 is void.*power state was Off and is now Running.*Nothing was done/ }],
  },
  'the policy judges it otherwise': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      scene.workplace.writesPolicy({ ...TERSE, leases: { longest: '9d' } })
      await scene.says('priya', 'reload')
    },
    told: [
      {
        who: 'maya',
        words: /R-1 is void.*The policy has changed.*The longest lease.*is now 9d.*Nothing was done/,
      },
    ],
  },
  'its approval lapses': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.says('priya', 'pause hv01')
      await scene.says('jonas', 'approve R-1')
      await scene.clock.pass(HOUR)
    },
    told: [{ who: 'maya', words: /R-1 Assign hv01\/gpu0 to train-01.*has lapsed, and nothing was done/ }],
  },
  'it is done': { leads: given, told: [{ who: 'maya', words: /R-1 is done ?: Assign hv01\/gpu0/ }] },
  'it fails and is undone': {
    leads: async (scene) => {
      scene.refuses('attachDevice')
      await given(scene)
    },
    told: [{ who: 'maya', words: /R-1 failed and was undone ?: Assign.*Add hv01\/gpu0 to train-01/ }],
  },
  'it needs attention': {
    leads: halfWay,
    told: [
      { who: 'maya', words: /R-2 stopped half way and waits for an administrator/ },
      { who: 'priya', words: /Needs an administrator .*R-2 stopped half way/ },
    ],
  },
  'its undo is tried again': {
    leads: async (scene) => {
      await halfWay(scene)
      scene.workplace.world.setVmState('hv01', 'train-01', 'Off')
      await scene.says('priya', 'retry R-2')
    },
    told: [{ who: 'maya', words: /R-2 failed and was undone ?: Release/ }],
  },
  'it is repaired by hand': {
    leads: async (scene) => {
      const { world } = scene.workplace
      const { settings } = world.facts('hv01').vms.find(({ name }) => name === 'train-01')!
      await halfWay(scene)
      enabled(scene)
      world.setVmState('hv01', 'train-01', 'Off')
      world.setVmSettings('hv01', 'train-01', settings)
      world.setVmState('hv01', 'train-01', 'Running')
      await scene.says('priya', 'resolve R-2')
    },
    told: [{ who: 'maya', words: /R-2 is done, repaired by hand by Priya Nair.*found as planned/ }],
  },
  'it is left as it is': {
    leads: async (scene) => {
      await halfWay(scene)
      enabled(scene)
      await scene.says('priya', 'resolve R-2 --as-found')
    },
    told: [{ who: 'maya', words: /R-2 was resolved by Priya Nair.*in another state, and left so/ }],
  },
  'it would stop a VM': {
    leads: wouldStop,
    told: [{ who: 'jonas', words: /R-2 would stop a VM in which you hold hv01\/gpu1 in train-02/ }],
  },
  'that one is decided': {
    leads: async (scene) => {
      await wouldStop(scene)
      await scene.says('priya', 'deny R-2')
    },
    told: [{ who: 'jonas', words: /R-2 was denied by Priya Nair.*It stops a VM in which you hold a GPU/ }],
  },
  'that one ends': {
    leads: async (scene) => {
      await wouldStop(scene)
      await scene.says('priya', 'approve R-2')
      await scene.clock.pass(HOUR / 4)
    },
    told: [{ who: 'jonas', words: /R-2 is done ?: Assign.*It stops a VM in which you hold a GPU/ }],
  },
  'it would take a GPU': {
    leads: wouldTake,
    told: [{ who: 'jonas', words: /R-2 would (?:take|stop).*hv01\/gpu1/ }],
  },
  'that one is not to be': {
    leads: async (scene) => {
      await wouldTake(scene)
      await scene.says('priya', 'deny R-2')
    },
    told: [{ who: 'jonas', words: /R-2 was denied by Priya Nair.*It takes a GPU from you/ }],
  },
}

const counts = { situations: 0, told: 0, untold: 0, twice: 0 }
let workplace: Workplace | null = null
afterEach(async () => {
  await workplace?.end()
  workplace = null
})
afterAll(() => {
  const { situations, told, untold, twice } = counts
  process.stdout.write(
    `notices: ${situations} situations, ${told} told, ${untold} untold, ${twice} told twice\n`,
  )
})

const open = async (chat: ChatName): Promise<Scene> => {
  const clock = steppedClock({ strideMs: HOUR / 60 })
  const opened = await startWorkplace({
    ...{ clock, requests: [chat], changes: chat, policy: TERSE },
    limits: { requestExpiresMs: HOUR, pollMs: HOUR / 4 },
  })
  workplace = opened
  const calm = (): Promise<void> => clock.pass(HOUR / 60)
  return {
    ...{ chat, workplace: opened, clock },
    says: async (who, text) => {
      await opened.in[chat].types(who, text)
      await calm()
    },
    saysAlone: async (who, text) => {
      await opened.alone(who)[chat].types(who, text)
      await calm()
    },
    refuses: (step) => opened.world.inject({ host: 'hv01', step, times: 1, kind: 'refuse' }),
  }
}

/** It is for this person: nobody else reads it, or it calls them by their name, which Teams may not have told yet. */
const isFor = (who: Who, { to, text }: Shown): boolean =>
  to === who || (to === null && (text.includes(MEMBERS[who].name) || text.includes(`<at>${who}</at>`)))

const rowsOfDocument = (): string[] => {
  const document = readFileSync(join(__dirname, '..', '..', 'docs', 'notifications.md'), 'utf8')
  const [, table = ''] = document.split('## Who is told, asked or not')
  return [...table.split('\n## ')[0]!.matchAll(/^\| (?!-)([^|]+?) +\|/gm)].map(([, cell]) => cell!).slice(1)
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
