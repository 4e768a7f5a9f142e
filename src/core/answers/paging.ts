/** One page of many lines, and the buttons to the others: chats limit a message to some 13,000 characters. */
import type { Part } from '../notice/notice'

export interface Page<T> {
  readonly lines: readonly T[]
  readonly page: number
  readonly pages: number
}

/** Which of so many lines are on a page. A page past the end is the last one. */
export const placeOfPage = (count: number, page: number, size: number) => {
  const pages = Math.max(1, Math.ceil(count / size))
  const within = Math.min(Math.max(1, page), pages)
  return { page: within, pages, from: (within - 1) * size }
}

export const pageOf = <T>(all: readonly T[], page: number, size: number): Page<T> => {
  const { from, ...place } = placeOfPage(all.length, page, size)
  return { ...place, lines: all.slice(from, from + size) }
}

/** `command` is the text that shows page n. */
export const pageParts = ({ page, pages }: Page<unknown>, command: (page: number) => string): Part[] => {
  if (pages === 1) return []
  const go = (label: string, to: number) => ({
    label,
    style: 'plain' as const,
    press: { kind: 'say' as const, text: command(to) },
  })
  const buttons = [
    ...(page > 1 ? [go('Previous', page - 1)] : []),
    ...(page < pages ? [go('Next', page + 1)] : []),
  ]
  return [
    { kind: 'note', runs: [`Page ${page} of ${pages}`] },
    { kind: 'buttons', buttons },
  ]
}
