// The elements of Adaptive Cards 1.5 that posts are made of. Text that came from people stands in TextRuns alone: those
// are shown as they are, while Teams reads markdown, mentions and dates in a TextBlock and in a FactSet.
import type { PressData } from './press'

export interface TextRun {
  readonly type: 'TextRun'
  readonly text: string
  readonly weight?: 'Bolder'
  readonly size?: 'Small' | 'Large'
  readonly fontType?: 'Monospace'
  readonly isSubtle?: true
  readonly italic?: true
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string }
}

type Spacing = 'None' | 'Small'

export interface RichTextBlock {
  readonly type: 'RichTextBlock'
  readonly inlines: readonly TextRun[]
  readonly spacing?: Spacing
}

/** For text without anything that could be markup (see moments.ts), and for date functions. */
export interface TextBlock {
  readonly type: 'TextBlock'
  readonly text: string
  readonly wrap: true
  readonly style?: 'heading'
  readonly size?: 'Small' | 'Large'
  readonly weight?: 'Bolder'
  readonly isSubtle?: true
  readonly spacing?: Spacing
}

export type LineBlock = RichTextBlock | TextBlock

interface Column {
  readonly type: 'Column'
  readonly width: string
  readonly items: readonly LineBlock[]
}

export interface ColumnSet {
  readonly type: 'ColumnSet'
  readonly spacing: Spacing
  readonly columns: readonly Column[]
}

export interface Table {
  readonly type: 'Table'
  readonly firstRowAsHeader?: false
  readonly columns: readonly { readonly width: number }[]
  readonly rows: readonly {
    readonly type: 'TableRow'
    readonly cells: readonly { readonly type: 'TableCell'; readonly items: readonly RichTextBlock[] }[]
  }[]
}

export type ContainerStyle = 'emphasis' | 'accent' | 'good' | 'warning' | 'attention'

interface Container {
  readonly type: 'Container'
  readonly style: ContainerStyle
  readonly bleed?: true
  readonly items: readonly Element[]
}

export type Element = LineBlock | ColumnSet | Table | Container

type ActionStyle = 'positive' | 'destructive'

/** In a card of version 1.5 it needs no Action.Submit to fall back to: a client that shows the card knows it. */
export interface ExecuteAction {
  readonly type: 'Action.Execute'
  readonly title: string
  readonly style?: ActionStyle
  readonly verb: string
  readonly data: PressData
}

interface ShowCardAction {
  readonly type: 'Action.ShowCard'
  readonly title: string
  readonly style?: ActionStyle
  readonly card: {
    readonly type: 'AdaptiveCard'
    readonly body: readonly LineBlock[]
    readonly actions: readonly ExecuteAction[]
  }
}

export type Action = ExecuteAction | ShowCardAction

/** Whom `text` means, which stands in a TextBlock of the card. */
export interface Mention {
  readonly type: 'mention'
  readonly text: string
  readonly mentioned: { readonly id: string; readonly name: string }
}

export interface AdaptiveCard {
  readonly type: 'AdaptiveCard'
  readonly $schema: string
  readonly version: '1.5'
  readonly msteams: { readonly width: 'Full'; readonly entities?: readonly Mention[] }
  readonly fallbackText: string
  readonly speak: string
  readonly body: readonly Element[]
  readonly actions?: readonly Action[]
}

/** How many bytes it takes in a message. */
export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))
