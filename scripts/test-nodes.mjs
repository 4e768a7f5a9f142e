// `npm run test:nodes`: the fast suites on the other versions of Node.js that the bot runs on, from the packages of npm.
import { spawnSync } from 'node:child_process'
import { prepareNode } from './tools/node.mjs'
import { here } from './tools/tools.mjs'

const MAJORS = [20, 22, 24]
const own = Number(process.versions.node.split('.')[0])

for (const major of MAJORS.filter((each) => each !== own)) {
  console.log(`The fast suites on Node.js ${major}:`)
  const { status } = spawnSync(prepareNode(major), [here('scripts/test.mjs'), '--fast'], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
