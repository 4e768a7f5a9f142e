import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { KINDS, SPECS } from '../src/core/command/command'
import { parse } from '../src/core/grammar/parse'
import { brieflyIn } from '../src/core/grammar/usage'
import { policyFrom } from '../src/core/policy/policy'
import { policyFile } from '../src/core/policy/schema'

const DOCS = [
  'CONTRIBUTING.md',
  'README.md',
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? join('docs', name) : [])),
  ...readdirSync('docs/decisions').map((name) => join('docs/decisions', name)),
]
const textOf = (file: string): string => readFileSync(file, 'utf8')
const fenced = /```(\w*)\n([^]*?)```/g

const commandsIn = (text: string): string[] =>
  text
    .replaceAll(fenced, '')
    .split('\n')
    .flatMap((line) => /^ {4}(?:\/gpu )?(\w+\b.*)$/.exec(line)?.[1] ?? [])
    .filter((line) => KINDS.some((kind) => kind === line.split(' ')[0]))

describe.each(DOCS)('%s', (file) => {
  const text = textOf(file)

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, to = '']) =>
      join(dirname(file), to),
    )
    const named = [...text.matchAll(/`(docs\/[\w/-]+\.md)`/g)].map(([, path = '']) => path)

    expect([...links, ...named].filter((path) => !existsSync(path))).toEqual([])
  })
})

it('the index of decisions lists each by its title', () => {
  const index = textOf('docs/decisions/README.md')
  const titles = readdirSync('docs/decisions')
    .filter((name) => name !== 'README.md')
    .map((name) => `- [${textOf(join('docs/decisions', name)).split('\n')[0]?.slice(2) ?? ''}](${name})`)

  expect(titles.filter((line) => !index.includes(line))).toEqual([])
})

const TABLE = /(?<=<!-- commands -->\n)[^]*?(?=<!-- \/commands -->)/
const tableOfCommands = (): string =>
  [
    '| command | does |',
    '| --- | --- |',
    ...SPECS.map((spec) => `| \`${brieflyIn(spec).replaceAll('|', '\\|')}\` | ${spec.says} |`),
  ].join('\n')
const plain = (table: string | undefined): string =>
  (table ?? '').replace(/ +/g, ' ').replace(/-+/g, '---').trim()

it('README lists every command as help does; UPDATE_GOLDEN=1 writes it anew', () => {
  const readme = textOf('README.md')
  if (process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true')
    writeFileSync(
      'README.md',
      readme.replace(TABLE, () => `\n${tableOfCommands()}\n\n`),
    )

  expect(plain(TABLE.exec(textOf('README.md'))?.[0])).toBe(plain(tableOfCommands()))
})

const COMMANDS = DOCS.flatMap((file) => commandsIn(textOf(file)).map((command) => [file, command] as const))

describe('a command in the docs', () => {
  it.each(COMMANDS)('of %s is one that the bot understands: %s', (_, command) => {
    expect(parse(command)).toMatchObject({ ok: true })
  })
})

type Sections = Readonly<Record<string, unknown>>
const isSections = (value: unknown): value is Sections =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** A part of a policy, put where it belongs in a whole one. */
const within = (whole: Sections, part: Sections): Sections => ({
  ...whole,
  ...Object.fromEntries(
    Object.entries(part).map(([name, value]) => {
      const before = whole[name]
      return [name, isSections(before) && isSections(value) ? { ...before, ...value } : value]
    }),
  ),
})
const policyIn = (yaml: string): Sections => {
  const read = parseYaml(yaml) as Sections
  return isSections(read['policy']) ? read['policy'] : read
}

const WHOLE = policyIn(/```yaml\n([^]*?)```/.exec(textOf('docs/policy.md'))?.[1] ?? '')
const POLICIES = DOCS.flatMap((file) =>
  [...textOf(file).matchAll(fenced)].flatMap(([, language, yaml = '']) =>
    language === 'yaml' ? [[file, Object.keys(policyIn(yaml)).join(', '), policyIn(yaml)] as const] : [],
  ),
)

describe('a part of a policy in the docs', () => {
  it.each(POLICIES)('of %s, %s, is taken by the bot', (_, __, part) => {
    const read = policyFile.safeParse(within(WHOLE, part))
    expect(read.error).toBeUndefined()

    const policy = policyFrom(read.data!, {
      slackTeam: 'T012TEAM',
      teamsTenant: '6e0a4c3e-0d57-4c0b-9f3a-5d1c2b7a9e10',
    })
    expect(policy.ok ? [] : policy.refusals.map(({ reason }) => reason)).toEqual([])
  })
})
