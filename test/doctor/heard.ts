/** What the commands for whoever sets a host up say, and what they do to a host. */
import type { Terminal } from '../../src/doctor/doctor'

/** What was printed, and whether all is well. */
export const heard = async (work: (terminal: Terminal) => Promise<boolean>) => {
  const printed: string[] = []
  const sound = await work({ print: (text) => printed.push(text), hint: () => undefined })
  return { sound, text: printed.join('') }
}

/** Those of the calls that change a host. */
export const changesIn = (calls: readonly { readonly command: string }[]): string[] =>
  calls
    .map(({ command }) => command)
    .filter((command) => /^(Set|Add|Remove|Start|Stop|Mount|Dismount|Enable|Disable)-/.test(command))
