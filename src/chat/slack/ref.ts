import type { MessageRef } from '../../core/ports/chat'

/** How a message is referred to: `CHANNEL:TS`. */
export const refOf = (channel: string, ts: string): MessageRef => `${channel}:${ts}`
