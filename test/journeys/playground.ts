/** A playground for one test: the real bot, a local workspace, a fleet without latencies, a directory of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlayground, type Playground } from '../../src/app'
import type { LocalSlack, SlackMessage } from '../../src/playground/slack/local-slack'

export const MAYA = 'U0MAYA'
export const JONAS = 'U0JONAS'
export const PRIYA = 'U0PRIYA'
export const GPU = 'C0GPU'
export const CHANGES = 'C0GPUCHANGES'

const nothing = (): undefined => undefined
const silent = { info: nothing, warn: nothing, error: nothing }

export interface Journey extends Playground {
  /** Types a command and resolves with the first message it leads to, as that person sees it. */
  says(person: string, text: string): Promise<SlackMessage>
  /** Presses the button with this label on the newest message that has it. */
  presses(person: string, label: string): Promise<{ status: number }>
  /** The first message in a channel, old or to come, of which the test holds. */
  sees(channel: string, holds: (message: SlackMessage) => boolean): Promise<SlackMessage>
  end(): Promise<void>
}

/** All the text of a message, blocks included, as one string; a person is `@` and the id. */
export const textOf = (message: SlackMessage): string => {
  const texts: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk)
    else if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'text' && typeof inner === 'string') texts.push(inner)
        else if (key === 'user_id') texts.push(`@${String(inner)}`)
        else walk(inner)
      }
  }
  walk({ text: message.text, blocks: message.blocks })
  return texts.join(' ')
}

interface Button {
  readonly action_id: string
  readonly text: { readonly text: string }
}
const buttonsOf = (message: SlackMessage): Button[] =>
  (message.blocks as unknown as { type: string; elements?: unknown[] }[])
    .filter((block) => block.type === 'actions')
    .flatMap((block) => block.elements as Button[])

/** The action id of the button with this label. */
export const buttonNamed = (message: SlackMessage, label: string): string | undefined =>
  buttonsOf(message).find((button) => button.text.text === label)?.action_id

/** Resolves with the first message, old or to come, of which `holds` is true. */
export const firstMessage = (slack: LocalSlack, channel: string, holds: (message: SlackMessage) => boolean) =>
  once(slack, () => slack.messages(channel).find(holds))

const once = (slack: LocalSlack, find: () => SlackMessage | undefined): Promise<SlackMessage> =>
  new Promise((resolve) => {
    const look = (): void => {
      const found = find()
      if (!found) return
      stop()
      resolve(found)
    }
    const stop = slack.onChange(look)
    look()
  })

export const startJourney = async (): Promise<Journey> => {
  const dir = mkdtempSync(join(tmpdir(), 'gpu-chatops-journey-'))
  const playground = await startPlayground(
    { kind: 'playground', DATA_DIR: dir, PORT: 0, HOST: undefined, LOG_LEVEL: 'error' },
    silent,
    'none',
  )
  const { slack } = playground

  const first = (find: () => SlackMessage | undefined) => once(slack, find)

  return {
    ...playground,
    says: async (person, text) => {
      const before = new Set(
        slack.channels.flatMap((channel) => slack.messages(channel.id).map((message) => message.ts)),
      )
      const typed = slack.command(person, GPU, text)
      const answer = await first(() =>
        slack.messages(GPU).find((message) => !before.has(message.ts) && message.user !== person),
      )
      await typed
      return answer
    },
    presses: async (person, label) => {
      const message = await first(() =>
        slack.messages(GPU).findLast((each) => buttonNamed(each, label) !== undefined),
      )
      return slack.press(person, GPU, message.ts, buttonNamed(message, label) ?? '')
    },
    sees: (channel, holds) => first(() => slack.messages(channel).find(holds)),
    end: async () => {
      await playground.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
