// For `npm run mutants` alone: the suites of a section as one, so that what they load is loaded once for each change.
const { join } = require('node:path')

for (const path of JSON.parse(process.env.SUITES ?? '[]')) require(join(__dirname, path))
