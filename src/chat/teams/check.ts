/** What Teams needs of Microsoft, tried without posting anything. */
import { z } from 'zod'
import { accepted, messageOf, refusal, refused, type Outcome } from '../../core/errors'
import type { ChatCheck } from '../check'
import { callTimeoutMs, type TeamsConfig } from './config'
import { outcomeOf } from './outcome'
import { openSdk, type Sdk } from './sdk'
import { homeServiceUrl } from './service-url'

/** The credentials, the keys that messages of Teams are checked with, and whether the bot is in these channels. Never throws. */
export const checkTeams = async (config: TeamsConfig, channels: readonly string[]): Promise<ChatCheck[]> => {
  const sdk = openSdk(config)
  const [credentials, keys] = await Promise.all([signIn(sdk), readKeys(sdk)])
  const first = [
    { what: 'credentials', outcome: credentials },
    { what: 'keys', outcome: keys },
  ]
  if (!credentials.ok) return first
  const inChannels = channels.map(async (id) => ({
    what: `channel ${id}`,
    outcome: await reach(sdk, homeServiceUrl(config), id),
  }))
  return [...first, ...(await Promise.all(inChannels))]
}

/** Microsoft may change its codes at any time: they choose the advice and nothing else. */
const ADVICE: Readonly<Record<string, string>> = {
  AADSTS7000215:
    'Set MicrosoftAppPassword to the value of a client secret of the app, not to its id (Certificates & secrets).',
  AADSTS7000222:
    'The client secret has expired: make a new one (Certificates & secrets), and set MicrosoftAppPassword.',
  AADSTS700016: 'Set MicrosoftAppId and MicrosoftAppTenantId to those of the Azure Bot (Configuration).',
  AADSTS90002: 'Set MicrosoftAppTenantId to the App Tenant ID of the Azure Bot (Configuration).',
}
const NO_SIGN_IN =
  'See that login.microsoftonline.com is reachable, and that the settings are those of docs/teams.md.'

const signIn = async (sdk: Sdk): Promise<Outcome<string>> => {
  try {
    await sdk.signIn()
    return accepted('Microsoft gives the bot a token')
  } catch (error) {
    const [said = messageOf(error), code = ''] =
      /(AADSTS\d+): .*?(?= (?:- )?(?:Trace|Correlation) ID|$)/m.exec(messageOf(error)) ?? []
    return refused(
      refusal('not-possible', `Microsoft gives the bot no token: ${said}`, ADVICE[code] ?? NO_SIGN_IN),
    )
  }
}

const metadata = z.object({ jwks_uri: z.url() })
const keySet = z.object({ keys: z.array(z.object({ kid: z.string() })).min(1) })

const readKeys = async (sdk: Sdk): Promise<Outcome<string>> => {
  const url = await sdk.openIdMetadataUrl()
  try {
    const { jwks_uri: keysUrl } = metadata.parse(await jsonAt(url))
    keySet.parse(await jsonAt(keysUrl))
    return accepted('messages of Teams can be checked')
  } catch (error) {
    return refused(
      refusal(
        'not-possible',
        `the keys that messages of Teams are checked with were not read: ${messageOf(error)}`,
        `Let the bot reach ${new URL(url).host} over HTTPS; until then it takes no message from Teams.`,
      ),
    )
  }
}

const jsonAt = async (url: string): Promise<unknown> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(callTimeoutMs), redirect: 'error' })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.json()
}

const reach = async (sdk: Sdk, serviceUrl: string, conversation: string): Promise<Outcome<string>> => {
  try {
    await sdk.reach(serviceUrl, conversation)
    return accepted('the bot is in it')
  } catch (error) {
    const result = outcomeOf(error, 'edit')
    return refused(
      result.kind === 'impossible'
        ? refusal('not-allowed', `the bot cannot post there: ${result.code}`, `${result.next}.`)
        : refusal(
            'unreachable',
            `nobody knows whether the bot can post there: ${'why' in result ? result.why : result.kind}`,
            'Try again in a while.',
          ),
    )
  }
}
