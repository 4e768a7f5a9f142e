// `npm run package:teams -- --app-id GUID [--domain D] [--out FILE]`: the Teams app as a zip to upload, made of
// manifests/teams with the ids filled in, and checked against Microsoft's schema first.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Draft04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { zipSync } from 'fflate'

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const SOURCES = here('manifests/teams/')
const ICONS = { 'color.png': 192, 'outline.png': 32 }
const USAGE = 'npm run package:teams -- --app-id GUID [--domain HOST.EXAMPLE.COM] [--out FILE.zip]'
/** For the links to a website that the store page of every app has; reserved for such use (RFC 2606). */
const NO_DOMAIN = 'example.com'
/** So that the same input makes the same file. */
const MADE = new Date(1980, 0, 1)

class Refused extends Error {}

const optionsOf = (args) => {
  const { values } = (() => {
    try {
      return parseArgs({
        args,
        options: { 'app-id': { type: 'string' }, domain: { type: 'string' }, out: { type: 'string' } },
      })
    } catch (error) {
      throw new Refused(error.message)
    }
  })()
  const { 'app-id': appId, domain, out = here('dist/gpu-chatops-teams.zip') } = values
  if (appId === undefined)
    throw new Refused('--app-id is missing: the application (client) id of the Azure Bot')
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(appId) || /^[0-]+$/.test(appId))
    throw new Refused(
      `--app-id ${appId} is not the id of an application, such as 1b4e28ba-2fa1-4d2e-883f-b9a761bde3fb`,
    )
  if (
    domain !== undefined &&
    !/^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i.test(domain)
  )
    throw new Refused(`--domain ${domain} is not a host name alone, such as gpu.example.com`)
  if (!out.endsWith('.zip')) throw new Refused(`--out ${out} does not end in .zip`)
  return { appId: appId.toLowerCase(), domain, out }
}

const manifestFor = ({ appId, domain }) => {
  const text = readFileSync(`${SOURCES}manifest.json`, 'utf8')
    .replaceAll('00000000-0000-0000-0000-000000000000', appId)
    .replaceAll('YOUR-DOMAIN', domain ?? NO_DOMAIN)
  return JSON.parse(text)
}

/** The schema of the version that the manifest names. */
const check = (manifest) => {
  const schema = createRequire(import.meta.url)(
    `@microsoft/app-manifest/build/json-schemas/teams/v${manifest.manifestVersion}/MicrosoftTeams.schema.json`,
  )
  const validate = addFormats(new Draft04({ allErrors: true, strict: false })).compile(schema)
  if (validate(manifest)) return
  const faults = validate.errors.map(({ instancePath, message }) => `  ${instancePath || '/'} ${message}`)
  throw new Refused(`manifest.json is not as the schema wants it:\n${faults.join('\n')}`)
}

/** The icon, once its header says that it is a PNG of the size that Teams wants. */
const iconOf = (name) => {
  const bytes = readFileSync(SOURCES + name)
  const isPng = bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  const [width, height] = isPng ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : []
  if (width !== ICONS[name] || height !== ICONS[name])
    throw new Refused(`${name} is not a PNG of ${ICONS[name]} by ${ICONS[name]} pixels`)
  return bytes
}

try {
  const options = optionsOf(process.argv.slice(2))
  const manifest = manifestFor(options)
  check(manifest)
  const files = {
    'manifest.json': Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
    ...Object.fromEntries(Object.keys(ICONS).map((name) => [name, iconOf(name)])),
  }
  mkdirSync(dirname(options.out), { recursive: true })
  writeFileSync(options.out, zipSync(files, { mtime: MADE }))
  console.log(
    `${relative('.', options.out)}: ${manifest.name.short} ${manifest.version}, app ${options.appId}`,
  )
} catch (error) {
  if (!(error instanceof Refused)) throw error
  console.error(`${error.message}\nUsage: ${USAGE}`)
  process.exitCode = 2
}
