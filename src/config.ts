/** Environment and YAML file to one valid configuration, or every error at once. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { Fault } from './core/errors'
import { policyFile } from './core/policy/schema'
import { fromFolder, hostsSchema } from './host/powershell/config'
import { issueText, readYaml, type Read } from './yaml'

const channelId = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,20}$/, 'a Slack channel id looks like C012ABCDEF (channel details, at the bottom)')
const minutes = z
  .number()
  .positive()
  .max(7 * 24 * 60)

const SHAPE = 'must hold settings, of which `policy` is one (see README, "Connect it to Slack")'

const fileSchema = z
  .strictObject(
    {
      policy: policyFile,
      channels: z.strictObject({ requests: channelId.optional(), changes: channelId.optional() }).default({}),
      requests: z.strictObject({ expireMinutes: minutes.default(30) }).default({ expireMinutes: 30 }),
      /** Hyper-V hosts behind PowerShell. Without them the fleet is simulated. */
      hosts: hostsSchema(process.platform).optional(),
      /** The PowerShell program; absent: pwsh on the path, or powershell on Windows. */
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

const environmentSchema = z.object({
  SLACK_BOT_TOKEN: z.string(`is missing: set it to ${BOT_TOKEN}`).startsWith('xoxb-', `is not ${BOT_TOKEN}`),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(16, 'is too short: copy the whole Signing Secret (Basic Information)')
    .optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', `is not ${APP_TOKEN}`).optional(),
  SLACK_API_URL: z.url('is not an address such as https://slack.com/api/').default('https://slack.com/api/'),
  GPU_CHATOPS_CONFIG: z.string('is missing: set it to the path of the YAML file with your policy'),
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

export interface SlackSettings {
  readonly botToken: string
  readonly signingSecret: string | null
  readonly appToken: string | null
  readonly apiUrl: string
}

export type Config =
  | ({ readonly kind: 'playground' } & Common)
  | ({
      readonly kind: 'server'
      readonly slack: SlackSettings
      /** Where `file` was read, for reading it again. */
      readonly path: string
      readonly file: ConfigFile
    } & Common)

const SERVER_NAMES = [
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_APP_TOKEN',
  'GPU_CHATOPS_CONFIG',
] as const

/** With none of the server's variables set it is the playground. Throws Fault('config') that lists every error. */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => {
  const env = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const common = commonSchema.safeParse(env)
  if (SERVER_NAMES.every((name) => env[name] === undefined)) {
    if (common.success) return { kind: 'playground', ...common.data }
    throw wrong(issuesOf(common.error))
  }
  const server = environmentSchema.safeParse(env)
  const path = env['GPU_CHATOPS_CONFIG']
  const file = path === undefined ? null : readFile(path)
  const problems = [
    ...(common.success ? [] : issuesOf(common.error)),
    ...(server.success ? [] : issuesOf(server.error)),
    ...(env['SLACK_SIGNING_SECRET'] === undefined && env['SLACK_APP_TOKEN'] === undefined ? [NO_MODE] : []),
    ...(file && 'problems' in file ? file.problems : []),
  ]
  if (
    !common.success ||
    !server.success ||
    path === undefined ||
    !file ||
    'problems' in file ||
    problems.length > 0
  )
    throw wrong(problems)
  const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL } = server.data
  return {
    kind: 'server',
    ...common.data,
    slack: {
      botToken: SLACK_BOT_TOKEN,
      signingSecret: SLACK_SIGNING_SECRET ?? null,
      appToken: SLACK_APP_TOKEN ?? null,
      apiUrl: SLACK_API_URL,
    },
    path,
    file: file.value,
  }
}

const NO_MODE =
  'SLACK_SIGNING_SECRET (HTTP mode) or SLACK_APP_TOKEN (Socket Mode) is missing: set one of them'

/** The configuration file alone, as `policy check` and a reload read it. */
export const readFile = (path: string): Read<ConfigFile> => {
  if (!existsSync(path)) return { problems: [`GPU_CHATOPS_CONFIG: there is no file ${path}`] }
  const read = readYaml(path, fileSchema)
  return 'value' in read ? { value: fromFile(read.value, dirname(path)) } : read
}

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
