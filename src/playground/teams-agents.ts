/**
 * Microsoft 365 Agents Playground as one more client of the local Teams. It knows no tokens and no tenants: what it sends
 * is signed here as Microsoft signs it, and what the bot posts into its conversations is handed on to it. So the bot
 * itself serves nobody but the local Bot Connector.
 */
import { z } from 'zod'
import { homeServiceUrl } from '../chat/teams/service-url'
import { Fault, messageOf } from '../core/errors'
import { TENANT } from './members'
import { wrong, type ConnectorAnswer } from './teams/connector'
import type { Beyond, LocalTeams } from './teams/local-teams'

/** The conversations of that client, as `manifests/teams/.m365agentsplayground.yml` names them. */
export const AGENTS = {
  personal: 'agents-playground-personal',
  group: 'agents-playground-group',
  channel: '19:agentsplaygroundgpus@thread.tacv2',
} as const

const OURS: readonly string[] = Object.values(AGENTS)

/** Threads of its channel are its own too. */
const isOfAgents = (conversation: string): boolean => OURS.includes(conversation.split(';')[0] ?? '')

const party = z.looseObject({ id: z.string().min(1).max(300) })
export const agentsActivity = z.looseObject({
  type: z.string().min(1),
  recipient: party.optional(),
  conversation: party.refine(({ id }) => isOfAgents(id), {
    message:
      'is none of manifests/teams/.m365agentsplayground.yml: start the client with M365_AGENTS_PLAYGROUND_CONFIG_PATH',
  }),
  entities: z.array(z.unknown()).nullish(),
})
export type AgentsActivity = z.infer<typeof agentsActivity>

/** Sends it on as Teams would send it: of this tenant, to this bot, by way of this Bot Connector. */
export const fromAgents = async (
  teams: LocalTeams,
  { recipient, entities, ...rest }: AgentsActivity,
): Promise<ConnectorAnswer> => {
  const bot = `28:${teams.config.appId}`
  const answer = await teams.deliver({
    ...rest,
    channelId: 'msteams',
    serviceUrl: homeServiceUrl(teams.config),
    conversation: { ...rest.conversation, tenantId: TENANT.id },
    channelData: { tenant: { id: TENANT.id } },
    recipient: { ...recipient, id: bot },
    entities: (entities ?? []).map((each) => toBot(each, recipient?.id, bot)),
  })
  return { status: answer.status, body: bodyOf(await answer.text()) }
}

const bodyOf = (text: string): object => (text === '' ? {} : (JSON.parse(text) as object))

const mention = z.looseObject({ type: z.literal('mention'), mentioned: z.looseObject({ id: z.string() }) })

const toBot = (entity: unknown, from: string | undefined, bot: string): unknown => {
  const read = mention.safeParse(entity).data
  return read?.mentioned.id === from ? { ...read, mentioned: { ...read?.mentioned, id: bot } } : entity
}

/** That client at `origin`, as the local Teams hands calls on to it. It is told nothing of the bot's token. */
export const agentsAt = (origin: string): Beyond => ({
  holds: isOfAgents,
  answer: async (method, path, body) => {
    try {
      const answer = await fetch(`${origin}/_connector${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body,
      })
      return { status: answer.status, body: bodyOf(await answer.text()) }
    } catch (error) {
      return wrong(502, messageOf(new Fault('chat', `Agents Playground at ${origin}`, error)))
    }
  },
})
