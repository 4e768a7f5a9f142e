import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import Draft04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { strFromU8, unzipSync } from 'fflate'
import { z } from 'zod'
import { KINDS, specOf, type CommandKind } from '../../src/core/command/command'
import { parse } from '../../src/core/grammar/parse'
import { useTempDirs } from '../fakes/temp'

const here = (path: string): string => join(__dirname, '../..', path)
const APP_ID = '1b4e28ba-2fa1-4d2e-883f-b9a761bde3fb'

const command = z.object({ title: z.string(), description: z.string() })
const manifest = z.looseObject({
  manifestVersion: z.string(),
  id: z.string(),
  developer: z.object({ websiteUrl: z.string() }).loose(),
  validDomains: z.array(z.string()),
  icons: z.object({ color: z.string(), outline: z.string() }),
  bots: z.tuple([
    z.looseObject({
      botId: z.string(),
      scopes: z.array(z.string()),
      commandLists: z.tuple([z.object({ scopes: z.array(z.string()), commands: z.array(command) })]),
    }),
  ]),
})

const file = manifest.parse(JSON.parse(readFileSync(here('manifests/teams/manifest.json'), 'utf8')))
const [bot] = file.bots

describe('the manifest of the Teams app', () => {
  const validate = addFormats(new Draft04({ allErrors: true, strict: false })).compile(
    JSON.parse(
      readFileSync(
        here(
          `node_modules/@microsoft/app-manifest/build/json-schemas/teams/v${file.manifestVersion}/MicrosoftTeams.schema.json`,
        ),
        'utf8',
      ),
    ) as object,
  )

  test('is as Microsoft’s schema wants it', () => {
    expect([validate(file), validate.errors]).toEqual([true, null])
    expect(validate({ ...file, id: 'no GUID' })).toBe(false)
    expect(validate({ ...file, surprise: true })).toBe(false)
  })

  test('has the bot in chats, group chats and channels', () => {
    expect(bot.scopes.toSorted()).toEqual(['groupChat', 'personal', 'team'])
    expect(bot.commandLists[0].scopes.toSorted()).toEqual(['groupChat', 'personal', 'team'])
  })

  test('asks for no more than to know who is speaking and to answer them alone', () => {
    expect(file['permissions']).toEqual(['identity', 'messageTeamMembers'])
    // Without tabs, signing in by a web page or links of its own it shows no page of any domain.
    expect(file.validDomains).toEqual([])
    const wider = [
      'webApplicationInfo',
      'authorization',
      'devicePermissions',
      'staticTabs',
      'composeExtensions',
    ]
    expect(Object.keys(file).filter((key) => wider.includes(key))).toEqual([])
    expect(bot['supportsFiles']).toBe(false)
  })

  test.each(bot.commandLists[0].commands)(
    'offers $title in the words of the grammar',
    ({ title, description }) => {
      const kind = title as CommandKind

      expect(KINDS).toContain(title)
      expect(description).toBe(specOf(kind).says.replaceAll('`', ''))
      expect(parse(specOf(kind).examples[0])).toMatchObject({ ok: true, value: { kind } })
    },
  )

  test('names each command once, and no more of them than Teams lists', () => {
    const titles = bot.commandLists[0].commands.map(({ title }) => title)

    expect(new Set(titles).size).toBe(titles.length)
    expect(titles.length).toBeLessThanOrEqual(10)
  })
})

const tempDir = useTempDirs()
const SCRIPT = here('scripts/package-teams.mjs')

const packaged = (...args: string[]): Record<string, Uint8Array> => {
  const out = join(tempDir(), 'app.zip')
  execFileSync(process.execPath, [SCRIPT, '--app-id', APP_ID, '--out', out, ...args])
  return unzipSync(readFileSync(out))
}
const manifestIn = (files: Record<string, Uint8Array>) =>
  manifest.parse(JSON.parse(strFromU8(files['manifest.json']!)))

const sizeOf = (png: Uint8Array): [number, number] => {
  const view = new DataView(png.buffer, png.byteOffset)
  return [view.getUint32(16), view.getUint32(20)]
}

describe('the package of the Teams app', () => {
  test('is a zip of manifest and icons, with the ids filled in', () => {
    const files = packaged('--domain', 'gpu.contoso.com')
    const inside = manifestIn(files)

    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png'])
    expect([inside.id, inside.bots[0].botId]).toEqual([APP_ID, APP_ID])
    expect(inside.developer.websiteUrl).toBe('https://gpu.contoso.com/')
    expect(sizeOf(files['color.png']!)).toEqual([192, 192])
    expect(sizeOf(files['outline.png']!)).toEqual([32, 32])
  })

  test('needs no domain, and keeps no placeholder', () => {
    const text = strFromU8(packaged()['manifest.json']!)

    expect(text).not.toMatch(/YOUR-|00000000-0000/)
  })

  test('is the same for the same input', () => expect(packaged()).toEqual(packaged()))

  describe('made of sources that are not right', () => {
    /** The script in a tree of its own, whose sources may be changed. */
    const copied = (): { readonly script: string; readonly sources: string } => {
      const root = tempDir()
      cpSync(here('manifests'), join(root, 'manifests'), { recursive: true })
      cpSync(here('scripts'), join(root, 'scripts'), { recursive: true })
      symlinkSync(here('node_modules'), join(root, 'node_modules'), 'junction')
      return { script: join(root, 'scripts/package-teams.mjs'), sources: join(root, 'manifests/teams') }
    }
    const refusal = (script: string) =>
      spawnSync(process.execPath, [script, '--app-id', APP_ID], { encoding: 'utf8' })

    test('says what the schema has against the manifest', () => {
      const { script, sources } = copied()
      writeFileSync(join(sources, 'manifest.json'), JSON.stringify({ ...file, accentColor: 'green' }))

      const { status, stderr } = refusal(script)

      expect(status).toBe(2)
      expect(stderr).toMatch(/not as the schema wants it:\n {2}\/accentColor must match pattern/)
    })

    test('says which icon has not its size', () => {
      const { script, sources } = copied()
      copyFileSync(join(sources, 'color.png'), join(sources, 'outline.png'))

      const { status, stderr } = refusal(script)

      expect(status).toBe(2)
      expect(stderr).toContain('outline.png is not a PNG of 32 by 32 pixels')
    })
  })

  test.each([
    { args: [], words: /--app-id is missing/ },
    { args: ['--app-id', 'my-bot'], words: /my-bot is not the id of an application/ },
    { args: ['--app-id', '00000000-0000-0000-0000-000000000000'], words: /is not the id of an application/ },
    { args: ['--app-id', APP_ID, '--domain', 'https://gpu.contoso.com/'], words: /is not a host name alone/ },
    { args: ['--app-id', APP_ID, '--domain', 'localhost'], words: /is not a host name alone/ },
    { args: ['--app-id', APP_ID, '--domain', 'a.b"c.com'], words: /is not a host name alone/ },
    { args: ['--app-id', APP_ID, '--out', 'app.exe'], words: /does not end in \.zip/ },
    { args: ['--app', APP_ID], words: /Unknown option '--app'/ },
  ])('is refused with the reason and the usage for $args', ({ args, words }) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' })

    expect(status).toBe(2)
    expect(stderr).toMatch(words)
    expect(stderr).toContain('Usage: npm run package:teams')
    expect([stdout, stderr.includes('    at ')]).toEqual(['', false])
  })
})
