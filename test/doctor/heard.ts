/** What the commands for whoever sets a host up say, and what they do to a host. */
import type { Terminal } from '../../src/doctor/doctor'

/** What was printed, and whether all is well. */
export const heard = async (work: (terminal: Terminal) => Promise<boolean>) => {
  const printed: string[] = []
  const sound = await work({ print: (text) => printed.push(text), hint: () => undefined })
  return { sound, text: printed.join('') }
}

/** The same, for what takes long: what is printed and hinted can be waited for while it goes on. */
export const following = (work: (terminal: Terminal) => Promise<boolean>) => {
  let text = ''
  const waiting = new Set<() => void>()
  const hear = (more: string): void => {
    text += more
    for (const look of waiting) look()
  }
  const sound = work({ print: hear, hint: (line) => hear(`${line}\n`) })
  const until = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (text.includes(words)) resolve()
      }
      waiting.add(look)
      look()
      sound.then(() => reject(new Error(`it ended without "${words}": ${text}`)), reject)
    })
  return { sound, until, text: () => text }
}

/** Those of the calls that change a host. */
export const changesIn = (calls: readonly { readonly command: string }[]): string[] =>
  calls
    .map(({ command }) => command)
    .filter((command) => /^(Set|Add|Remove|Start|Stop|Mount|Dismount|Enable|Disable)-/.test(command))
