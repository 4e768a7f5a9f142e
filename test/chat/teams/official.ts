import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'

const shown = z.object({
  /** What the renderer holds against the card: unknown elements, wrong values, what the version does not have. */
  complaints: z.array(z.string()),
  /** The card as the renderer understood it: whatever it does not know is missing. */
  understood: z.unknown(),
  /** All text on the screen, after the presses. */
  text: z.string(),
  /** The names of the elements on the screen. */
  tags: z.array(z.string()),
  /** What each press sent to the bot, if anything. */
  sent: z.array(z.object({ verb: z.string(), data: z.unknown() }).nullable()),
})
export type Shown = z.infer<typeof shown>

export interface ToShow {
  readonly card: object
  /** Labels of buttons to press, one after the other. */
  readonly press?: readonly string[]
}

/** Shows cards as Microsoft's renderer would. */
export const show = (cards: readonly ToShow[]): Shown[] =>
  z.array(shown).parse(
    JSON.parse(
      execFileSync(process.execPath, [join(__dirname, 'official-renderer.mjs')], {
        input: JSON.stringify(cards),
        encoding: 'utf8',
        maxBuffer: 64 * 2 ** 20,
      }),
    ),
  )
