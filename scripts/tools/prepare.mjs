// Everything that suites need beside what npm installs: found on this machine, or fetched. What was found is left for the
// suites in .tools/found.json; what is missing is said, and they skip.
import { prepareChromium } from './chromium.mjs'
import { preparePester } from './pester.mjs'
import { preparePwsh } from './pwsh.mjs'
import { prepareSshd } from './sshd.mjs'
import { leaveFound } from './tools.mjs'

export const prepareTools = (say) => {
  say('Looking for PowerShell, Pester, an SSH server and Chromium; what is missing is fetched ...')
  const { pwsh, stubs, why } = preparePwsh(say)
  if (pwsh === null) say(`No PowerShell (${why}): the suites that need it are skipped.`)
  else preparePester()
  const noSshd = prepareSshd()
  if (noSshd !== null) say(`No OpenSSH server (${noSshd}): the suites that need one are skipped.`)
  const { chromium, noChromium } = prepareChromium()
  if (chromium === null) say(`No Chromium (${noChromium}): the suites that need one are skipped.`)
  leaveFound({ pwsh, stubs, why, chromium, noChromium })
}
