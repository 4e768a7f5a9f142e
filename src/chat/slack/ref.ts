import type { MessageRef } from '../../core/ports'

/** How a message is referred to: `CHANNEL:TS`. */
export const refOf = (channel: string, ts: string): MessageRef => `${channel}:${ts}`
