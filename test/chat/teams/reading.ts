/** What a card holds, for tests. */
import type { TeamsMessage } from '../../../src/chat/teams/render'

export interface Node {
  readonly type?: string
  readonly text?: string
  readonly [key: string]: unknown
}

export const nodesOf = (value: unknown): Node[] => {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (typeof value !== 'object' || value === null) return []
  return [value as Node, ...Object.values(value).flatMap(nodesOf)]
}

/** The text of the card's body, a line for each block. */
export const linesOf = ({ card }: TeamsMessage): string[] =>
  nodesOf(card.body).flatMap((node) => {
    if (node.type === 'TextBlock') return [String(node.text)]
    if (node.type !== 'RichTextBlock') return []
    return [(node['inlines'] as Node[]).map(({ text }) => text).join('')]
  })

export const textOf = (message: TeamsMessage): string => linesOf(message).join('\n')

export const typesOf = (value: unknown): string[] => nodesOf(value).flatMap(({ type }) => type ?? [])
