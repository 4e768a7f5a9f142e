/** The channels' messages: unique increasing timestamps, block ids filled in as Slack does, edits and removals. */
import type { Block, Json } from './block-limits'
import { NO_LOG, type MessageLog } from './message-log'

export interface StoredMessage {
  /** `seconds.micros`, unique and increasing in the workspace; it names the message within its channel. */
  readonly ts: string
  readonly user: string
  readonly text: string
  readonly blocks: readonly Block[]
  readonly edited?: { readonly user: string; readonly ts: string }
  /** Only this person sees it, and no method finds it again. */
  readonly ephemeralFor?: string
  /** The message under which it stands. */
  readonly thread?: string
}

export interface MessageDraft {
  readonly user: string
  readonly text: string
  readonly blocks: readonly Block[]
  readonly ephemeralFor?: string
  readonly thread?: string
}

/** Oldest messages of a channel fall off beyond this. */
const KEPT = 500

export class Messages {
  readonly #clock: () => number
  readonly #byChannel = new Map<string, StoredMessage[]>()
  #lastMicros = 0
  #ids = 0

  readonly #log: MessageLog

  constructor(clock: () => number, log: MessageLog = NO_LOG) {
    this.#clock = clock
    this.#log = log
    for (const { channel, ids, message } of log.saved) {
      if (message) this.#byChannel.set(channel, [...this.of(channel), message].slice(-KEPT))
      this.#ids = Math.max(this.#ids, ids)
    }
  }

  /** The next timestamp: now, or just after the last one. */
  stamp(): string {
    this.#lastMicros = Math.max(Math.floor(this.#clock() * 1000), this.#lastMicros + 1)
    const digits = String(this.#lastMicros).padStart(7, '0')
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`
  }

  of(channel: string): readonly StoredMessage[] {
    return this.#byChannel.get(channel) ?? []
  }

  find(channel: string, ts: string): StoredMessage | undefined {
    return this.of(channel).find((message) => message.ts === ts)
  }

  post(channel: string, draft: MessageDraft): StoredMessage {
    const message = { ...draft, blocks: this.#withIds(draft.blocks), ts: this.stamp() }
    this.#byChannel.set(channel, [...this.of(channel), message].slice(-KEPT))
    this.#save(channel, message.ts, message)
    return message
  }

  /** Replaces text and blocks; blocks that are not given are gone. */
  edit(
    channel: string,
    ts: string,
    change: { readonly text: string; readonly blocks: readonly Block[] },
  ): StoredMessage | undefined {
    const before = this.find(channel, ts)
    if (!before) return undefined
    const after: StoredMessage = {
      ...before,
      text: change.text,
      blocks: this.#withIds(change.blocks),
      edited: { user: before.user, ts: this.stamp() },
    }
    this.#byChannel.set(
      channel,
      this.of(channel).map((message) => (message === before ? after : message)),
    )
    this.#save(channel, ts, after)
    return after
  }

  remove(channel: string, ts: string): void {
    this.#byChannel.set(
      channel,
      this.of(channel).filter((message) => message.ts !== ts),
    )
    this.#save(channel, ts, null)
  }

  #save(channel: string, ts: string, message: StoredMessage | null): void {
    this.#log.append({
      channel,
      ts,
      ids: this.#ids,
      message: message && { ...message, blocks: [...message.blocks] },
    })
  }

  #newId(): string {
    this.#ids += 1
    return this.#ids.toString(36).padStart(5, '0')
  }

  #withIds(blocks: readonly Block[]): readonly Block[] {
    const element = (each: unknown): unknown => {
      const known = each as Json
      return known['type'] === 'button' && known['action_id'] === undefined
        ? { ...known, action_id: this.#newId() }
        : each
    }
    return blocks.map((block) => ({
      ...block,
      block_id: block['block_id'] ?? this.#newId(),
      ...(block.type === 'actions' ? { elements: (block['elements'] as unknown[]).map(element) } : {}),
    }))
  }
}
