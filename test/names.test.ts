/** A word means one thing: what is exported has a name of its own, wherever it is imported. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const SRC = join(__dirname, '..', 'src')
const EXPORT = /^export (?:async )?(?:const|function|(?:abstract )?class|interface|type|enum) (\w+)/gm

/** The members of a port have the names that it gives them: one for each chat. */
const portOf = (file: string): string => file.replace(/^chat\/(?:slack|teams)\/.*/, 'chat')
/** A command's spec and what it does are called as the command. */
const isSpec = (file: string): boolean => file.startsWith('core/command/specs/')

const homes = new Map<string, string[]>()
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
for (const name of files)
  for (const [, exported = ''] of readFileSync(join(SRC, name), 'utf8').matchAll(EXPORT))
    homes.set(exported, [...(homes.get(exported) ?? []), name.replaceAll('\\', '/')])

describe('an exported name', () => {
  it('is exported from one place, but for commands and the members of a port', () => {
    const several = [...homes]
      .filter(([, where]) => !where.some(isSpec) && new Set(where.map(portOf)).size > 1)
      .map(([name, where]) => `${name}: ${where.join(', ')}`)

    expect(several).toEqual([])
    expect(homes.size).toBeGreaterThan(1_000)
  })
})
