// `npm run mutants [SECTION ...]`: changes the code that decides, one place at a time, and names each change that no test
// notices. Not a part of the tests: it takes an hour. Sections: plan, policy, lease, queue, journal.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { MUTANTS, SECTIONS } from '../stryker.config.mjs'
import { here } from './tools/tools.mjs'

const asked = process.argv.slice(2)
const unknown = asked.filter((each) => !(each in SECTIONS))
if (unknown.length > 0)
  throw new Error(`no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`)

const lineOf = (file, { location: { start }, mutatorName, replacement }) =>
  `${file}:${start.line}:${start.column} ${mutatorName} ${JSON.stringify(replacement?.slice(0, 100))}`

const report = (section) => {
  const { files } = JSON.parse(readFileSync(here(MUTANTS), 'utf8'))
  const all = Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ file, mutant })),
  )
  const tried = all.filter(({ mutant }) => mutant.status !== 'Ignored' && mutant.status !== 'CompileError')
  const those = (status) => tried.filter(({ mutant }) => mutant.status === status)
  const [unnoticed, unreached] = [those('Survived'), those('NoCoverage')]
  for (const { file, mutant } of unnoticed) console.log(lineOf(file, mutant))
  const unreachedFiles = [...new Set(unreached.map(({ file }) => file))]
  for (const file of unreachedFiles)
    console.log(
      `${file}: ${unreached.filter((each) => each.file === file).length} that the suites of this section do not reach`,
    )
  console.log(
    `mutants: ${section}: ${tried.length} tried, ${unnoticed.length} not noticed, ${unreached.length} not reached`,
  )
}

for (const section of asked.length > 0 ? asked : Object.keys(SECTIONS)) {
  const { status } = spawnSync(
    process.execPath,
    [here('node_modules/@stryker-mutator/core/bin/stryker.js'), 'run'],
    {
      cwd: here('.'),
      env: { ...process.env, SECTION: section },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  if (status !== 0) throw new Error(`${section}: stryker did not come to its end`)
  report(section)
}
