// What scripts/mutants.mjs changes, and by which suites each change ought to be noticed.
import jestConfig from './jest.config.cjs'

const folder = (name) => ({
  mutate: [`src/core/${name}/**/*.ts`],
  tests: [`core/${name}/**/*`],
})
export const SECTIONS = {
  plan: { mutate: ['src/core/{plan,planner}/**/*.ts'], tests: ['core/plan/**/*', 'core/planner/**/*'] },
  policy: folder('policy'),
  lease: folder('lease'),
  request: folder('request'),
  queue: folder('queue'),
  journal: {
    mutate: ['src/core/operation/progress.ts', 'src/store/journal.ts'],
    tests: ['core/operation/progress', 'store/journal', 'work/order'],
  },
}
export const MUTANTS = '.tools/mutants.json'

const { mutate, tests } = SECTIONS[process.env.SECTION ?? 'journal']
const [fast] = jestConfig.projects

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate,
  // Words are held by the texts in test/chat/golden, which change with each of them.
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 2,
  jest: {
    projectType: 'custom',
    enableFindRelatedTests: false,
    config: {
      ...fast,
      displayName: undefined,
      testMatch: tests.map((path) => `<rootDir>/test/${path}.test.ts`),
      // They try whole years and many histories, for seconds each time.
      testPathIgnorePatterns: ['/core/.*/(year|properties|fairness)'],
      testTimeout: 60_000,
    },
  },
  reporters: ['json'],
  jsonReporter: { fileName: MUTANTS },
  tempDirName: '.tools/mutants',
  ignorePatterns: ['dist', 'docs', '.tools', 'bench'],
}
