import type { UsersInfoResponse, WebClient } from '@slack/web-api'
import { Fault } from '../../core/errors'
import type { BotIdentity, Identity } from '../../core/ports'
import { oneLine } from '../text'
import { slackClient, slackScopes, type SlackConfig } from './config'
import { silent } from './log'
import { platformCode } from './outcome'
import { saysWrongToken, SlackDown } from './patience'

const cacheMs = 10 * 60_000
const cacheSize = 1_000

/**
 * Asks Slack once who the token is. Throws Fault('chat') with the cure when the token is wrong, is not a bot's, or lacks
 * a scope; SlackDown when Slack does not say.
 */
export const identifyBot = async (config: Pick<SlackConfig, 'botToken' | 'apiUrl'>): Promise<BotIdentity> => {
  const client = slackClient(config, silent)
  const answer = await client.auth.test().catch((error: unknown) => {
    if (!saysWrongToken(error))
      throw new SlackDown(`signing in to Slack (is ${config.apiUrl} reachable?)`, error)
    throw new Fault(
      'chat',
      'signing in to Slack (set SLACK_BOT_TOKEN to the Bot User OAuth Token, xoxb-..., from the app’s OAuth & ' +
        'Permissions page)',
      error,
    )
  })
  const scopes = answer.response_metadata?.scopes
  const missing = scopes ? slackScopes.filter((scope) => !scopes.includes(scope)) : []
  if (missing.length > 0)
    throw new Fault(
      'chat',
      `signing in to Slack: the token lacks ${missing.join(', ')}; ` +
        'update the app from manifests/slack.json and reinstall it',
    )
  const { team_id: teamId, bot_id: botId, user_id: botUserId, team } = answer
  if (!teamId || !botId || !botUserId)
    throw new Fault(
      'chat',
      'signing in to Slack: SLACK_BOT_TOKEN is not a bot’s token; it must begin with xoxb-',
    )
  return { teamId, botId, botUserId, teamName: team ?? teamId }
}

type SlackUser = NonNullable<UsersInfoResponse['user']>

const whyStranger = (user: SlackUser, teamId: string): string | null => {
  // In an organisation of Enterprise Grid a person may have no workspace of their own, but be in several.
  const teams = user.team_id === undefined ? user.enterprise_user?.teams : [user.team_id]
  if (!teams?.includes(teamId)) return 'belongs to another workspace'
  // Slackbot does not call itself a bot.
  if (user.is_bot || user.id === 'USLACKBOT' || Reflect.get(user, 'is_workflow_bot') === true)
    return 'is a bot'
  if (user.deleted) return 'has been deactivated'
  if (user.is_restricted || user.is_ultra_restricted) return 'is a guest'
  if (Reflect.get(user, 'is_stranger') === true) return 'belongs to another workspace'
  return null
}

const identityOf = (user: SlackUser, teamId: string): Identity => {
  const why = whyStranger(user, teamId)
  if (why !== null) return { kind: 'stranger', why }
  const name = [user.profile?.display_name, user.real_name, user.name, user.id].find((each) => each)
  return { kind: 'member', name: oneLine(name ?? 'someone') }
}

const lookUp = async (client: WebClient, user: string, teamId: string): Promise<Identity> => {
  try {
    const answer = await client.users.info({ user })
    return answer.user ? identityOf(answer.user, teamId) : { kind: 'stranger', why: 'is not known to Slack' }
  } catch (error) {
    const code = platformCode(error)
    if (code === 'user_not_found' || code === 'user_not_visible')
      return { kind: 'stranger', why: 'is not known to this workspace' }
    throw new Fault('chat', `asking Slack who ${user} is`, error)
  }
}

/**
 * Tells members of our workspace from everyone else. Answers are remembered for ten minutes; failures are not, and
 * people asked about at the same time share one call.
 */
export const accountLookup = (
  config: SlackConfig,
  client: WebClient,
): ((account: string) => Promise<Identity>) => {
  const known = new Map<string, { readonly until: number; readonly identity: Promise<Identity> }>()

  return (account) => {
    const [, team, user] = /^slack:([A-Z0-9]+)\/([A-Z0-9]+)$/.exec(account) ?? []
    if (!team || !user) return Promise.resolve({ kind: 'stranger', why: 'is not a Slack account' })
    if (team !== config.teamId)
      return Promise.resolve({ kind: 'stranger', why: 'belongs to another workspace' })

    const remembered = known.get(account)
    if (remembered && remembered.until > Date.now()) return remembered.identity

    const identity = lookUp(client, user, config.teamId)
    known.delete(account)
    known.set(account, { until: Date.now() + cacheMs, identity })
    const oldest = known.keys().next()
    if (known.size > cacheSize && !oldest.done) known.delete(oldest.value)
    identity.catch(() => {
      if (known.get(account)?.identity === identity) known.delete(account)
    })
    return identity
  }
}
