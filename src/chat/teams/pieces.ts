// A line as the pieces that it is made of: text in one style each, and moments.
import type { Run } from '../../core/notice/notice'
import { accountText } from '../person'
import { cut, oneLine, plain } from '../text'
import type { TextRun } from './card'
import { limits } from './limits'

export type Style = Partial<Omit<TextRun, 'type' | 'text'>>
/** The name by which people know an account, where the adapter has learned it. */
export type NameOf = (account: string) => string | null

export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly style: Style }
  | { readonly kind: 'time'; readonly time: number }

const shown = (text: string): string => cut(plain(text), limits.run)

type PersonRun = Extract<Run, { person: string }>

/** A name, never a mention: those notify. Where none is known, the one in the policy, or the id. */
export const personText = ({ person: account, name: known }: PersonRun, nameOf: NameOf): string => {
  const name = nameOf(account)
  return name === null
    ? cut(accountText(account, 'teams', known), limits.run)
    : cut(oneLine(name), limits.name)
}

const pieceOf = (run: Run, nameOf: NameOf): Piece => {
  if (typeof run === 'string') return { kind: 'text', text: shown(run), style: {} }
  if ('time' in run) return { kind: 'time', time: run.time }
  const loud = { kind: 'text', style: { weight: 'Bolder' } } as const
  if ('person' in run) return { ...loud, text: personText(run, nameOf) }
  if ('about' in run) return { kind: 'text', text: shown(run.about), style: {} }
  if ('link' in run) {
    const selectAction = { type: 'Action.OpenUrl', url: run.link } as const
    return { kind: 'text', text: shown(run.words), style: { selectAction } }
  }
  if ('strong' in run) return { ...loud, text: shown(run.strong) }
  return { kind: 'text', text: shown(run.code), style: { fontType: 'Monospace' } }
}

/** The lines of the runs; those without text are left out. */
export const pieceLines = (runs: readonly Run[], nameOf: NameOf): Piece[][] => {
  const lines: Piece[][] = [[]]
  for (const run of runs) {
    const piece = pieceOf(run, nameOf)
    if (piece.kind === 'time') {
      lines.at(-1)?.push(piece)
      continue
    }
    piece.text.split('\n').forEach((text, index) => {
      if (index > 0) lines.push([])
      if (text !== '') lines.at(-1)?.push({ ...piece, text })
    })
  }
  return lines.filter((line) => line.length > 0)
}
