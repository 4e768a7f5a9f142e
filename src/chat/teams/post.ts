import { messageOf } from '../../core/errors'
import type { Chat, MessageRef, SendResult } from '../../core/ports/chat'
import type { TeamsAddress } from '../../core/ports/address'
import type { TeamsConfig } from './config'
import { accountLookup, type Accounts } from './identify'
import type { Runtime } from '../log'
import type { Repeatable } from '../retry'
import { outcomeOf } from './outcome'
import { partsOf, refOf } from './ref'
import { renderTeams, type TeamsMessage } from './render'
import { openSdk, type Sdk } from './sdk'
import { isAllowedServiceUrl } from './service-url'

const attempt = async (
  repeatable: Repeatable,
  call: () => Promise<MessageRef | null>,
): Promise<SendResult> => {
  try {
    return { kind: 'sent', ref: await call() }
  } catch (error) {
    return outcomeOf(error, repeatable)
  }
}

const edit = (sdk: Sdk, to: TeamsAddress, ref: MessageRef, message: TeamsMessage): Promise<SendResult> =>
  attempt('edit', async () => {
    const [conversation, id] = partsOf(ref)
    await sdk.edit(to.serviceUrl, conversation, id, message)
    return ref
  })

const post = (
  sdk: Sdk,
  { serviceUrl, conversation }: Pick<TeamsAddress, 'serviceUrl' | 'conversation'>,
  message: TeamsMessage,
): Promise<SendResult> =>
  attempt('post', async () => {
    const id = await sdk.post(serviceUrl, conversation, message)
    return id === null ? null : refOf(conversation, id)
  })

/** Channels alone have threads. */
const hasThreads = (conversation: string): boolean => /^19:[^;]+@thread\.(?:tacv2|skype)/.test(conversation)

/** Who is in a thread already stays in it. */
const inThread = (conversation: string, under: MessageRef | null): string =>
  under !== null && hasThreads(conversation) && !conversation.includes(';')
    ? `${conversation};messageid=${partsOf(under)[1]}`
    : conversation

/** Nothing in a channel is for one person's eyes: a private answer goes to the chat that the person has with the bot. */
const answerPrivately = async (
  sdk: Sdk,
  to: Extract<TeamsAddress, { kind: 'private' }>,
  message: TeamsMessage,
): Promise<SendResult> => {
  let conversation: string
  try {
    conversation = await sdk.open(to.serviceUrl, to.user)
  } catch (error) {
    // Opening twice gives the same chat, so nothing is in doubt yet.
    return outcomeOf(error, 'edit')
  }
  return post(sdk, { serviceUrl: to.serviceUrl, conversation }, message)
}

/**
 * Microsoft, "Deep link to Teams chat". Of channels it names the id of the team, too, which the bot does not know; whether
 * the link opens without it is not documented.
 */
const linkTo = ({ cloud, tenantId }: TeamsConfig, ref: MessageRef): string => {
  const [conversation, id] = partsOf(ref)
  const [chat = '', root = id] = conversation.split(';messageid=')
  const teams = cloud.kind === 'local' ? cloud.serviceUrl : 'https://teams.microsoft.com'
  const at = `${teams}/l/message/${encodeURIComponent(chat)}/${encodeURIComponent(id)}`
  return hasThreads(chat)
    ? `${at}?${new URLSearchParams({ tenantId, parentMessageId: root }).toString()}`
    : `${at}?${new URLSearchParams({ context: JSON.stringify({ contextType: 'chat' }) }).toString()}`
}
/** A `Chat`, and the names that it has learned. */
export type TeamsChat = Chat<TeamsAddress> & Pick<Accounts, 'nameOf'>

/** The Teams side of `Chat`. When to try again is left to the outbox; the bot's token leaves for Microsoft alone. */
export const teamsChat = (config: TeamsConfig, { log, clock }: Runtime): TeamsChat => {
  const sdk = openSdk(config)
  const accounts = accountLookup(config, sdk, clock)
  return {
    nameOf: accounts.nameOf,
    send: async (to, notice, ref, under = null) => {
      if (!isAllowedServiceUrl(config, to.serviceUrl))
        return { kind: 'impossible', code: 'foreign_service_url', next: 'Ask again in Teams' }
      try {
        const message = renderTeams(notice, accounts.nameOf)
        if (ref !== null) return await edit(sdk, to, ref, message)
        return to.kind === 'private'
          ? await answerPrivately(sdk, to, message)
          : await post(sdk, { ...to, conversation: inThread(to.conversation, under) }, message)
      } catch (error) {
        log.error({ error: messageOf(error) }, 'teams: a notice could not be rendered')
        return { kind: 'impossible', code: 'unrenderable', next: 'Report it with the request id' }
      }
    },
    linkTo: (_, ref) => Promise.resolve(linkTo(config, ref)),
    identify: (account, seenAt, how = { afresh: false }) =>
      isAllowedServiceUrl(config, seenAt.serviceUrl)
        ? accounts.identify(account, seenAt, how)
        : Promise.resolve({ kind: 'stranger', why: 'was not seen by Microsoft' }),
    typing: (to) => {
      if (!isAllowedServiceUrl(config, to.serviceUrl) || to.kind === 'private' || hasThreads(to.conversation))
        return
      sdk.typing(to.serviceUrl, to.conversation).catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'teams: could not show that the bot is writing')
      })
    },
  }
}
