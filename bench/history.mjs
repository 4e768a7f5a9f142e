// What commands cost after many requests that have ended, beside a few hundred: the past may not slow anybody down. A few
// hundred, since `history` has as many lines as it shows then.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const COMMANDS = fileURLToPath(new URL('./history/commands.mjs', import.meta.url))

/** By command, in milliseconds. */
const measured = (ended, rounds) =>
  JSON.parse(execFileSync(process.execPath, [COMMANDS, String(ended), String(rounds)], { encoding: 'utf8' }))

const FEW = 400

export const history = ({ rounds, most }) => {
  const few = measured(FEW, rounds)
  const many = measured(most, rounds)
  const grown = Object.entries(few).map(([command, ms]) => ({ command, ratio: many[command] / ms }))
  const worst = grown.reduce((a, b) => (a.ratio >= b.ratio ? a : b))
  return {
    ratios: { 'history-growth': worst.ratio },
    figures: Object.fromEntries(
      Object.entries(many).map(([command, ms]) => [
        `after-${most}-${command.replaceAll(/\W+/g, '-')}-ms`,
        ms,
      ]),
    ),
  }
}
