// `npm start`: compiles what changed, then runs the program here, with the same arguments.
import { build } from './build.mjs'
import { here } from './tools/tools.mjs'

await build(here('.'), { say: (text) => process.stderr.write(`${text}\n`) })
await import('../dist/main.js')
