/** Environment and YAML file to one valid configuration, or every error at once. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { TeamsConfig } from '../chat/teams/config'
import { Fault } from '../core/errors'
import { policyFile } from '../core/policy/schema'
import { fromFolder, hostsSchema, type HostConfig } from '../host/powershell/config'
import { issueText, readYaml, type Read } from './yaml'

const CHANNEL_ID =
  'a Slack channel id looks like C012ABCDEF (channel details, at the bottom), one of Teams like 19:...@thread.tacv2'
const channelId = z
  .string()
  .regex(/^(?:[CG][A-Z0-9]{2,20}|19:[\w-]{10,100}@thread\.(?:tacv2|skype|v2))$/, CHANNEL_ID)
const channelIds = z
  .union([channelId, z.array(channelId)], CHANNEL_ID)
  .transform((ids) => [...new Set([ids].flat())])
const minutes = z
  .number()
  .positive()
  .max(7 * 24 * 60)

const SHAPE = 'must hold settings, of which `policy` is one (see README, "Connect it to Slack")'

const fileSchema = z
  .strictObject(
    {
      policy: policyFile,
      channels: z
        .strictObject({
          /** Where every request is shown, one channel or several: of Slack, of Teams, of both. */
          requests: channelIds.optional(),
          changes: channelId.optional(),
        })
        .default({}),
      health: z
        .strictObject({
          everyMinutes: minutes.min(1),
          /** Absent: no temperature is told. */
          hotCelsius: z.number().min(30).max(120).optional(),
        })
        .optional(),
      /** Four hours outlive a lunch and a long meeting. */
      requests: z.strictObject({ expireMinutes: minutes.default(240) }).default({ expireMinutes: 240 }),
      /** Hyper-V hosts behind PowerShell. Without them the fleet is simulated. */
      hosts: hostsSchema(process.platform).optional(),
      /** The PowerShell program for every host; absent: host/powershell/programs.ts finds one for each way in. */
      powershell: z.string().min(1).optional(),
      /** A file that describes a simulated fleet; the built-in one when absent. */
      fleet: z.string().optional(),
    },
    SHAPE,
  )
  .refine(({ hosts, fleet }) => hosts === undefined || fleet === undefined, {
    message: 'describes a simulated fleet, and `hosts` names real ones: keep one of the two',
    path: ['fleet'],
  })
export type ConfigFile = z.infer<typeof fileSchema>

const BOT_TOKEN = 'a bot token, starting with xoxb- (OAuth & Permissions, Bot User OAuth Token)'
const APP_TOKEN = 'an app token, starting with xapp- (Basic Information, App-Level Tokens)'

const ROTATES =
  'is a token that expires (xoxe...), and the bot does not renew tokens: make the app from manifests/slack.json, where ' +
  'token rotation is off, and use its Bot User OAuth Token, starting with xoxb-'

const slackSchema = z.object({
  SLACK_BOT_TOKEN: z
    .string(`is missing: set it to ${BOT_TOKEN}`)
    .refine((token) => !token.startsWith('xoxe'), { message: ROTATES, abort: true })
    .startsWith('xoxb-', `is not ${BOT_TOKEN}`),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(16, 'is too short: copy the whole Signing Secret (Basic Information)')
    .optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', `is not ${APP_TOKEN}`).optional(),
  SLACK_API_URL: z.url('is not an address such as https://slack.com/api/').default('https://slack.com/api/'),
})

const guid = (what: string) =>
  z
    .string(`is missing: set it to ${what}`)
    .pipe(z.guid(`is not ${what}`))
    .transform((id) => id.toLowerCase())

const CLOUDS =
  'is not one of public, gcc: Microsoft signs for GCC High, DoD and 21Vianet in other places, and this bot takes no tokens from there'

const teamsSchema = z.object({
  MicrosoftAppId: guid('the Microsoft App ID of the Azure Bot (Configuration)'),
  MicrosoftAppPassword: z
    .string('is missing: set it to the value of a client secret of the app (Certificates & secrets)')
    .min(16, 'is too short: copy the whole value of the client secret'),
  MicrosoftAppTenantId: guid('the App Tenant ID of the Azure Bot (Configuration)'),
  MicrosoftAppType: z
    .literal(
      'SingleTenant',
      'must be SingleTenant: the bot serves one tenant, and knows no managed identity; Microsoft makes no new MultiTenant bots',
    )
    .default('SingleTenant'),
  MicrosoftTeamsCloud: z.enum(['public', 'gcc'], CLOUDS).default('public'),
})

const A_PORT = 'is not a port: a whole number from 0 to 65535'

const commonSchema = z.object({
  DATA_DIR: z.string().default('./data'),
  PORT: z
    .string()
    .regex(/^\d+$/, A_PORT)
    .transform(Number)
    .pipe(z.number().max(65_535, A_PORT))
    .default(3978),
  HOST: z.string().optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], 'is not one of debug, info, warn, error')
    .default('info'),
})
type Common = z.infer<typeof commonSchema>

const AN_ORIGIN = 'is not the address of a client on this machine, such as http://localhost:56150'
const playgroundSchema = commonSchema.extend({
  /** Microsoft 365 Agents Playground as a further client of the local Teams: docs/teams.md. */
  AGENTS_PLAYGROUND: z
    .string()
    .regex(/^http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\d{1,5}\/?$/, AN_ORIGIN)
    .transform((address) => new URL(address).origin)
    .nullable()
    .default(null),
})

export interface SlackSettings {
  readonly botToken: string
  readonly signingSecret: string | null
  readonly appToken: string | null
  readonly apiUrl: string
}

export type Config =
  | ({ readonly kind: 'playground' } & z.infer<typeof playgroundSchema>)
  /** At least one chat is there. */
  | ({
      readonly kind: 'server'
      readonly slack: SlackSettings | null
      readonly teams: TeamsConfig | null
      /** Where `file` was read, for reading it again. */
      readonly path: string
      readonly file: ConfigFile
    } & Common)

const SLACK_NAMES = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'] as const
const TEAMS_NAMES = [
  'MicrosoftAppId',
  'MicrosoftAppPassword',
  'MicrosoftAppTenantId',
  'MicrosoftAppType',
  'MicrosoftTeamsCloud',
] as const

type Env = Readonly<Record<string, string | undefined>>
type Section<T> = { readonly value: T | null } | { readonly problems: readonly string[] }

/** No Slack without its variables, unless Teams is not there either: then it is Slack that is missing. */
const slackIn = (env: Env): Section<SlackSettings> => {
  if (!names(env, SLACK_NAMES) && names(env, TEAMS_NAMES)) return { value: null }
  const read = slackSchema.safeParse(env)
  const modes = env['SLACK_SIGNING_SECRET'] === undefined && env['SLACK_APP_TOKEN'] === undefined
  if (!read.success || modes)
    return { problems: [...(read.success ? [] : issuesOf(read.error)), ...(modes ? [NO_MODE] : [])] }
  const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL } = read.data
  return {
    value: {
      botToken: SLACK_BOT_TOKEN,
      signingSecret: SLACK_SIGNING_SECRET ?? null,
      appToken: SLACK_APP_TOKEN ?? null,
      apiUrl: SLACK_API_URL,
    },
  }
}

const teamsIn = (env: Env): Section<TeamsConfig> => {
  if (!names(env, TEAMS_NAMES)) return { value: null }
  const read = teamsSchema.safeParse(env)
  if (!read.success) return { problems: issuesOf(read.error) }
  const { MicrosoftAppId, MicrosoftAppPassword, MicrosoftAppTenantId, MicrosoftTeamsCloud } = read.data
  return {
    value: {
      appId: MicrosoftAppId,
      tenantId: MicrosoftAppTenantId,
      cloud: {
        kind: 'microsoft',
        appPassword: MicrosoftAppPassword,
        ...(MicrosoftTeamsCloud === 'gcc' ? { government: 'gcc' } : {}),
      },
    },
  }
}

const names = (env: Env, of: readonly string[]): boolean => of.some((name) => env[name] !== undefined)
const problemsOf = (section: Section<unknown>): readonly string[] =>
  'problems' in section ? section.problems : []

/** With none of the server's variables set it is the playground. Throws Fault('config') that lists every error. */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => {
  const env = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  if (!names(env, [...SLACK_NAMES, ...TEAMS_NAMES, 'GPU_CHATOPS_CONFIG'])) {
    const playground = playgroundSchema.safeParse(env)
    if (playground.success) return { kind: 'playground', ...playground.data }
    throw wrong(issuesOf(playground.error))
  }
  const common = commonSchema.safeParse(env)
  const slack = slackIn(env)
  const teams = teamsIn(env)
  const path = env['GPU_CHATOPS_CONFIG']
  const file = path === undefined ? { problems: [NO_FILE] } : readFile(path)
  const problems = [
    ...(common.success ? [] : issuesOf(common.error)),
    ...problemsOf(slack),
    ...problemsOf(teams),
    ...problemsOf(file),
    ...(env['AGENTS_PLAYGROUND'] === undefined ? [] : [NO_AGENTS]),
  ]
  if (
    !common.success ||
    path === undefined ||
    'problems' in slack ||
    'problems' in teams ||
    'problems' in file ||
    problems.length > 0
  )
    throw wrong(problems)
  return { kind: 'server', ...common.data, slack: slack.value, teams: teams.value, path, file: file.value }
}

const NO_FILE = 'GPU_CHATOPS_CONFIG: is missing: set it to the path of the YAML file with your policy'
const NO_AGENTS = 'AGENTS_PLAYGROUND: is for the playground, which signs for that client: unset it'
const NO_MODE =
  'SLACK_SIGNING_SECRET (HTTP mode) or SLACK_APP_TOKEN (Socket Mode) is missing: set one of them'

/** The configuration file alone, as `policy check` and a reload read it. */
export const readFile = (path: string): Read<ConfigFile> => {
  if (!existsSync(path)) return { problems: [`GPU_CHATOPS_CONFIG: there is no file ${path}`] }
  const read = readYaml(path, fileSchema)
  return 'value' in read ? { value: fromFile(read.value, dirname(path)) } : read
}

/** Where the bot keeps its data, whatever else is wrong with the settings. */
export const dataDirOf = (env: NodeJS.ProcessEnv): string =>
  commonSchema.shape.DATA_DIR.parse(env['DATA_DIR'] === '' ? undefined : env['DATA_DIR'])

/** The channels that the file names, by chat. */
export const channelsIn = ({ channels: { requests, changes } }: ConfigFile) => {
  const ids = [...new Set([requests ?? [], changes ?? []].flat())]
  return { slack: ids.filter((id) => !isOfTeams(id)), teams: ids.filter(isOfTeams) }
}
export const isOfTeams = (channel: string): boolean => channel.startsWith('19:')

export interface HostsPart {
  readonly hosts: readonly HostConfig[]
  /** The PowerShell program for every host; null: whichever is found. */
  readonly powershell: string | null
}

/**
 * What the file says about hosts, whatever else is wrong with it: a host is set up before there is a policy. Null where
 * it names none, or they are wrong, which `readConfig` then tells.
 */
export const readHosts = (path: string): HostsPart | null => {
  const read = readYaml(path, hostsPart)
  return 'value' in read
    ? {
        hosts: read.value.hosts.map((host) => fromFolder(host, dirname(path))),
        powershell: read.value.powershell ?? null,
      }
    : null
}
const hostsPart = z.object({ hosts: hostsSchema(process.platform), powershell: z.string().min(1).optional() })

/** Paths in the file are meant from where the file is. */
const fromFile = ({ fleet, hosts, ...rest }: ConfigFile, folder: string): ConfigFile => ({
  ...rest,
  ...(fleet === undefined ? {} : { fleet: resolve(folder, fleet) }),
  ...(hosts === undefined ? {} : { hosts: hosts.map((host) => fromFolder(host, folder)) }),
})

const issuesOf = (error: z.ZodError): string[] => error.issues.map((issue) => issueText(issue, 'environment'))

const wrong = (problems: readonly string[]): Fault =>
  new Fault(
    'config',
    `the configuration has ${problems.length} error${problems.length === 1 ? '' : 's'}:\n${problems.map((each) => `  - ${each}`).join('\n')}`,
  )
