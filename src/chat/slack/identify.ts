import type { AuthTestResponse, UsersInfoResponse, WebClient } from '@slack/web-api'
import { Fault } from '../../core/errors'
import type { BotIdentity, Identity } from '../../core/ports/chat'
import type { Clock } from '../../core/ports/clock'
import { accountCache } from '../account-cache'
import { oneLine } from '../text'
import {
  eventScopes,
  neededScopes,
  slackClient,
  updateApp,
  type EventScope,
  type SlackConfig,
} from './config'
import { SILENT } from './log'
import { platformCode } from './outcome'
import { saysWrongToken, SlackDown } from './patience'

/** Who the bot is, and which of the scopes it lacks that it can do without. */
export interface SignedIn {
  readonly identity: BotIdentity
  readonly lacks: readonly EventScope[]
}

/** `cause`: what Slack said of the token, where it refused it. */
const wrongToken = (cure: string, cause?: unknown): Fault =>
  cause === undefined
    ? new Fault('chat', `signing in to Slack: ${cure}`)
    : new Fault('chat', `signing in to Slack (${cure})`, cause)

const COPY =
  'set SLACK_BOT_TOKEN to the Bot User OAuth Token, xoxb-..., from the app’s OAuth & Permissions page'
const ORGANISATION =
  'SLACK_BOT_TOKEN is of an organisation-wide installation, and the bot serves one workspace; install the app in ' +
  'that workspace alone, with org_deploy_enabled false as in manifests/slack.json, and use its Bot User OAuth Token'
const ROTATES =
  'SLACK_BOT_TOKEN expires, since token rotation is on for the app, and the bot does not renew tokens; make the app ' +
  'from manifests/slack.json, where token_rotation_enabled is false, and use its Bot User OAuth Token'

const saysExpired = (error: unknown): boolean => platformCode(error) === 'token_expired'

/** Throws for a token that the bot cannot serve with, although it is valid. */
const refuseKind = ({ is_enterprise_install: wide, expires_in: seconds }: AuthTestResponse): void => {
  if (wide === true) throw wrongToken(ORGANISATION)
  if (seconds !== undefined && seconds > 0) throw wrongToken(ROTATES)
}

/**
 * Asks Slack once who the token is. Throws Fault('chat') with the cure when the token is wrong, is not a bot's, is of an
 * organisation, expires, or lacks a scope that is needed; SlackDown when Slack does not say.
 */
export const identifyBot = async (config: Pick<SlackConfig, 'botToken' | 'apiUrl'>): Promise<SignedIn> => {
  const answer = await slackClient(config, SILENT)
    .auth.test()
    .catch((error: unknown) => {
      if (!saysWrongToken(error))
        throw new SlackDown(`signing in to Slack (is ${config.apiUrl} reachable?)`, error)
      throw wrongToken(saysExpired(error) ? ROTATES : COPY, error)
    })
  refuseKind(answer)
  const { team_id: teamId, bot_id: botId, user_id: botUserId, team } = answer
  if (!teamId || !botId || !botUserId)
    throw wrongToken('SLACK_BOT_TOKEN is not a bot’s token; it must begin with xoxb-')
  // Where Slack does not say which scopes there are, nothing is known to be missing.
  const granted = answer.response_metadata?.scopes
  const missing = granted ? neededScopes.filter((scope) => !granted.includes(scope)) : []
  if (missing.length > 0) throw wrongToken(`the token lacks ${missing.join(', ')}; ${updateApp}`)
  const optional = Object.keys(eventScopes) as EventScope[]
  return {
    identity: { teamId, botId, botUserId, teamName: team ?? teamId },
    lacks: granted ? optional.filter((scope) => !granted.includes(scope)) : [],
  }
}

type SlackUser = NonNullable<UsersInfoResponse['user']>

/**
 * In an organisation of Enterprise Grid a person may be in several workspaces, all of which are named; `team_id` may then
 * be another one of theirs, or the organisation, which is no workspace.
 */
const workspacesOf = ({ team_id: own, enterprise_user: grid }: SlackUser): readonly string[] => {
  const named = grid?.teams ?? []
  return named.length > 0 ? named : own === undefined ? [] : [own]
}

const whyStranger = (user: SlackUser, teamId: string): string | null => {
  if (!workspacesOf(user).includes(teamId)) return 'belongs to another workspace'
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
    if (answer.user) return identityOf(answer.user, teamId)
  } catch (error) {
    const code = platformCode(error)
    if (code === 'user_not_found' || code === 'user_not_visible')
      return { kind: 'stranger', why: 'is not known to this workspace' }
    throw new Fault('chat', `asking Slack who ${user} is`, error)
  }
  throw new Fault('chat', `asking Slack who ${user} is: it names nobody`)
}

/** Tells members of our workspace from everyone else. */
export const accountLookup = (
  config: SlackConfig,
  client: WebClient,
  clock: Clock,
): ((account: string, how: { readonly afresh: boolean }) => Promise<Identity>) => {
  const cache = accountCache(clock)

  return (account, { afresh }) => {
    const [, team, user] = /^slack:([A-Z0-9]+)\/([A-Z0-9]+)$/.exec(account) ?? []
    if (!team || !user) return Promise.resolve({ kind: 'stranger', why: 'is not a Slack account' })
    if (team !== config.teamId)
      return Promise.resolve({ kind: 'stranger', why: 'belongs to another workspace' })
    return cache.identify(account, afresh, () => lookUp(client, user, config.teamId))
  }
}
