import type { MessageRef } from '../../core/ports/chat'

/** How a message is referred to: by its conversation and its id. */
export const refOf = (conversation: string, id: string): MessageRef => JSON.stringify([conversation, id])

export const partsOf = (ref: MessageRef): [conversation: string, id: string] =>
  JSON.parse(ref) as [string, string]

/** The message of a press. That which begins a thread was posted into the channel, and is pressed in its thread. */
export const pressedRef = (conversation: string, id: string): MessageRef => {
  const [channel = '', root] = conversation.split(';messageid=')
  return refOf(root === id ? channel : conversation, id)
}
