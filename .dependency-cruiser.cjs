// The architecture as a rule: who may import whom. See README, "How it is built".
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only: ${allowed.join(', ')}`,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [from, ...allowed].map((folder) => `^src/${folder}/`) },
})

const outside = (name, packages, home) => ({
  name,
  severity: 'error',
  comment: `${packages} is for ${home} alone`,
  from: { path: '^src/', pathNot: `^src/${home}` },
  to: { path: `node_modules/(${packages})/` },
})

const VIEWS = '^src/core/(answers|cards|grammar)/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-circles-of-folders',
      scope: 'folder',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    only('core-imports-core', 'core', []),
    only('store-imports-core', 'store', ['core']),
    only('work-imports-core-and-store', 'work', ['core', 'store']),
    only('host-imports-core', 'host', ['core']),
    only('chat-imports-core', 'chat', ['core']),
    {
      name: 'domain-knows-no-view',
      severity: 'error',
      comment: 'cards, answers and the grammar are made of the domain, and not the other way round',
      from: { path: '^src/core/', pathNot: VIEWS },
      to: { path: VIEWS },
    },
    {
      name: 'guests-know-no-executor',
      severity: 'error',
      comment: 'how a guest is asked does not depend on how its host is reached',
      from: { path: '^src/host/guest/' },
      to: { path: '^src/host/', pathNot: ['^src/host/guest/', '^src/host/host-key\\.ts$'] },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'the core has no I/O: of packages only zod and a string distance, of Node only hashing',
      from: { path: '^src/core/' },
      to: { pathNot: ['^src/core/', 'node_modules/(zod|fastest-levenshtein)/', '^(node:)?crypto$'] },
    },
    outside('bolt-in-the-slack-adapter', '@slack', '(chat/slack|playground)/'),
    outside('bot-framework-in-the-teams-adapter', 'botbuilder|botframework-[a-z]+', 'chat/teams/'),
    {
      name: 'bot-framework-in-one-file',
      severity: 'error',
      comment: 'the SDK is archived: its successor shall have one file to replace',
      from: { path: '^src/chat/teams/', pathNot: '^src/chat/teams/sdk\\.ts$' },
      to: { path: 'node_modules/(botbuilder|botframework-[a-z]+)/' },
    },
    outside('powershell-in-its-folder', 'node-powershell', 'host/powershell/'),
    outside('drivers-in-the-store', 'kysely|libsql', 'store/'),
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['^src/main\\.ts$', '^src/playground/page/'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // It runs what was built, which need not be there yet.
    exclude: { path: '^test/journeys/week/program\\.mjs$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
}
