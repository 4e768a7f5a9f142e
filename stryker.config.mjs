// What scripts/mutants.mjs changes, and by which suites (by how their paths begin) each change ought to be noticed.
import { readdirSync } from 'node:fs'
import jestConfig from './jest.config.cjs'

export const SECTIONS = {
  plan: {
    mutate: ['src/core/{change,plan,planner}/**/*.ts'],
    tests: ['core/change/', 'core/plan/', 'core/planner/', 'core/operation/'],
  },
  policy: { mutate: ['src/core/{policy,request}/**/*.ts'], tests: ['core/policy/', 'core/request/'] },
  lease: {
    mutate: ['src/core/machine.ts', 'src/core/{lease,time}/**/*.ts'],
    tests: ['core/lease/', 'core/time/', 'core/grammar/'],
  },
  queue: { mutate: ['src/core/queue/**/*.ts'], tests: ['core/queue/'] },
  journal: {
    mutate: ['src/core/operation/progress.ts', 'src/store/journal.ts'],
    tests: ['core/operation/progress', 'store/journal', 'work/order'],
  },
}
export const MUTANTS = '.tools/mutants.json'

const { mutate, tests } = SECTIONS[process.env.SECTION ?? 'journal']
const [fast] = jestConfig.projects

// They try whole years and many histories, for seconds each time.
const LONG = /\/core\/.*\/(year|properties|fairness)/
const suites = readdirSync('test', { recursive: true })
  .map((path) => `/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts') && !LONG.test(path))
  .filter((path) => tests.some((each) => path.startsWith(`/${each}`)))
process.env.SUITES = JSON.stringify(suites)

export default {
  mutate,
  // Words are held by the texts in test/chat/golden, which change with each of them.
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  // A machine that is busy with something else notices no change that way.
  timeoutMS: 60_000,
  concurrency: 2,
  jest: {
    projectType: 'custom',
    enableFindRelatedTests: false,
    config: {
      ...fast,
      displayName: undefined,
      testMatch: ['<rootDir>/test/together.cjs'],
      testTimeout: 60_000,
    },
  },
  reporters: ['json'],
  jsonReporter: { fileName: MUTANTS },
  tempDirName: '.tools/mutants',
  ignorePatterns: ['dist', 'docs', '.tools', 'bench'],
}
