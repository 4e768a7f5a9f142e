// The one file that knows the Bot Framework SDK. Of its CloudAdapter it uses the parts, not the pipeline: the pipeline
// answers 500 to a forged token, and repeats a post four times when the answer is 429 or 5xx.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Activity, ConfigurationBotFrameworkAuthentication } from 'botbuilder'
import type { ConnectorClient } from 'botframework-connector'
import { messageOf } from '../../core/errors'
import { callTimeoutMs, type TeamsConfig } from './config'

interface OutgoingMessage {
  readonly summary: string
  readonly card: object
}

export interface Sdk {
  /** Throws Forgery unless the token was made by Microsoft for this bot and this activity. */
  verify(
    authorization: string,
    activity: { readonly channelId: string; readonly serviceUrl: string },
  ): Promise<void>
  /** The id of the new message. */
  post(serviceUrl: string, conversation: string, message: OutgoingMessage): Promise<string | null>
  /** The members of the conversation see that the bot is writing. */
  typing(serviceUrl: string, conversation: string): Promise<void>
  edit(serviceUrl: string, conversation: string, id: string, message: OutgoingMessage): Promise<void>
  /** The conversation of the bot with this person alone. */
  open(serviceUrl: string, user: string): Promise<string>
  /** What Teams knows about a member of a conversation, unread. */
  member(serviceUrl: string, conversation: string, user: string): Promise<unknown>
  /** Gets a token for the Bot Connector. Throws what Microsoft has against the credentials. */
  signIn(): Promise<void>
  /** Reads who is in the conversation, which only a bot may that is in it. */
  reach(serviceUrl: string, conversation: string): Promise<void>
  /** Where Microsoft says which keys its tokens are signed with. */
  openIdMetadataUrl(): Promise<string>
}

/** The token is wrong; any other error of `verify` means that it could not be checked. */
export class Forgery extends Error {
  override readonly name = 'Forgery'
}

/** Microsoft answered, and did not do what it was asked for. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly status: number
  /** Its reason; null where the answer names none: then it is somebody's on the way, and final for nothing. */
  readonly code: string | null
  readonly retryAfter: string | null

  constructor(cause: RestError) {
    super(cause.message, { cause })
    const retryAfter = cause.response?.headers?.get?.('retry-after')
    this.status = cause.statusCode
    this.code = typeof cause.code === 'string' && /^\w{1,60}$/.test(cause.code) ? cause.code : null
    this.retryAfter = typeof retryAfter === 'string' ? retryAfter : null
  }
}

/** As the SDK throws it where there was an answer. */
interface RestError extends Error {
  readonly statusCode: number
  readonly code?: unknown
  readonly response?: { readonly headers?: { readonly get?: (name: string) => unknown } }
}

const isAnswer = (error: unknown): error is RestError =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'

/** It takes longer to load than all else together: a server loads it before it listens, else the first use waits for it. */
export const loadSdk = async () => {
  const { ConfigurationBotFrameworkAuthentication } = await import('botbuilder')
  return { ConfigurationBotFrameworkAuthentication, ...(await import('botframework-connector')) }
}

type Loaded = Awaited<ReturnType<typeof loadSdk>>

const isForgery = ({ AuthenticationError }: Loaded, error: unknown): boolean =>
  error instanceof AuthenticationError
    ? error.statusCode < 500
    : error instanceof Error &&
      ['JsonWebTokenError', 'TokenExpiredError', 'NotBeforeError', 'SyntaxError'].includes(error.name)

/** The bot of the configuration and no other; authentication is never off. */
const ownCredentials = (loaded: Loaded, { appId, tenantId, cloud }: TeamsConfig) => {
  class OwnCredentials extends loaded.ServiceClientCredentialsFactory {
    isValidAppId(id: string): Promise<boolean> {
      return Promise.resolve(id === appId)
    }

    isAuthenticationDisabled(): Promise<boolean> {
      return Promise.resolve(false)
    }

    createCredentials(_appId: string, audience: string) {
      return Promise.resolve(
        cloud.kind === 'local'
          ? new loaded.TokenCredentials(cloud.botToken)
          : new loaded.MicrosoftAppCredentials(appId, cloud.appPassword, tenantId, audience),
      )
    }
  }
  return new OwnCredentials()
}

const metadataUrl = ({ AuthenticationConstants }: Loaded, { cloud }: TeamsConfig): string =>
  cloud.kind === 'local' ? cloud.openIdMetadataUrl : AuthenticationConstants.ToBotFromChannelOpenIdMetadataUrl

/** All of it is named: the SDK takes a configuration with one address in it for complete. */
const authenticationFor = (loaded: Loaded, config: TeamsConfig): ConfigurationBotFrameworkAuthentication => {
  const { AuthenticationConstants } = loaded
  return new loaded.ConfigurationBotFrameworkAuthentication(
    {
      ValidateAuthority: true,
      ToChannelFromBotLoginUrl: AuthenticationConstants.ToChannelFromBotLoginUrl,
      ToChannelFromBotOAuthScope: AuthenticationConstants.ToChannelFromBotOAuthScope,
      ToBotFromChannelTokenIssuer: AuthenticationConstants.ToBotFromChannelTokenIssuer,
      OAuthUrl: AuthenticationConstants.OAuthUrl,
      ToBotFromChannelOpenIdMetadataUrl: metadataUrl(loaded, config),
      ToBotFromEmulatorOpenIdMetadataUrl: AuthenticationConstants.ToBotFromEmulatorOpenIdMetadataUrl,
    },
    ownCredentials(loaded, config),
  )
}

const verifying = new AsyncLocalStorage<true>()

type Print = (...said: unknown[]) => void

const hushed = (print: Print): Print =>
  Object.assign((...said: unknown[]) => (verifying.getStore() ? undefined : print(...said)), { hushed: true })

/** While it checks a token the SDK prints stack traces and keys; who asked logs the refusal, in one line. */
const hushSdk = (): void => {
  const output: { error: Print } = globalThis.console
  if (!('hushed' in output.error)) output.error = hushed(output.error)
}

type Conversations = ConnectorClient['conversations']

interface Pipeline {
  removePolicy(policy: { name: string }): unknown
}

/** The outbox decides about repeating, and a redirect must not lead the bot's token elsewhere. */
const sendOnce = (connector: ConnectorClient): ConnectorClient => {
  const { pipeline } = Reflect.get(connector, 'client') as { pipeline: Pipeline }
  for (const name of ['defaultRetryPolicy', 'redirectPolicy']) pipeline.removePolicy({ name })
  return connector
}

const activityOf = ({ summary, card }: OutgoingMessage): Partial<Activity> => ({
  type: 'message',
  summary,
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
})

/** The types want a token, which the first page has none of; of a page there are no fewer than fifty. */
const FIRST_PAGE = { timeout: callTimeoutMs, pageSize: 50 } as {
  timeout: number
  pageSize: number
  continuationToken: string
}

interface Opened {
  readonly loaded: Loaded
  readonly authentication: ConfigurationBotFrameworkAuthentication
}

/** Opens the SDK for one bot. Nothing is sent, fetched or loaded yet. */
export const openSdk = (config: TeamsConfig): Sdk => {
  hushSdk()
  const connectors = new Map<string, Promise<ConnectorClient>>()
  const options = { timeout: callTimeoutMs }
  let opening: Promise<Opened> | undefined

  const opened = (): Promise<Opened> =>
    (opening ??= loadSdk().then((loaded) => ({ loaded, authentication: authenticationFor(loaded, config) })))

  const connect = async (serviceUrl: string): Promise<ConnectorClient> => {
    const { loaded, authentication } = await opened()
    const { AudienceClaim, ToChannelFromBotOAuthScope } = loaded.AuthenticationConstants
    const ourselves = new loaded.ClaimsIdentity([{ type: AudienceClaim, value: config.appId }], true)
    const factory = authentication.createConnectorFactory(ourselves)
    return sendOnce(await factory.create(serviceUrl, ToChannelFromBotOAuthScope))
  }

  const connectorOf = (serviceUrl: string): Promise<ConnectorClient> => {
    const known = connectors.get(serviceUrl)
    if (known) return known
    const connected = connect(serviceUrl)
    connectors.set(serviceUrl, connected)
    return connected
  }

  /** Throws ConnectorError where Microsoft answered; what the SDK throws where it did not. */
  const call = async <T>(
    serviceUrl: string,
    ask: (conversations: Conversations) => Promise<T>,
  ): Promise<T> => {
    const { conversations } = await connectorOf(serviceUrl)
    try {
      return await ask(conversations)
    } catch (error) {
      throw isAnswer(error) ? new ConnectorError(error) : error
    }
  }

  const aloneWith = (user: string) => ({
    isGroup: false,
    bot: { id: `28:${config.appId}`, name: '' },
    members: [{ id: user, name: '' }],
    tenantId: config.tenantId,
    channelData: { tenant: { id: config.tenantId } },
  })

  return {
    verify: async (authorization, activity) => {
      const { loaded, authentication } = await opened()
      try {
        await verifying.run(true, () =>
          authentication.authenticateRequest(activity as Activity, authorization),
        )
      } catch (error) {
        throw isForgery(loaded, error) ? new Forgery(messageOf(error), { cause: error }) : error
      }
    },
    post: (serviceUrl, conversation, message) =>
      call(serviceUrl, async (conversations) => {
        const sent = await conversations.sendToConversation(conversation, activityOf(message), options)
        return sent.id || null
      }),
    typing: (serviceUrl, conversation) =>
      call(serviceUrl, async (conversations) => {
        await conversations.sendToConversation(conversation, { type: 'typing' }, options)
      }),
    edit: (serviceUrl, conversation, id, message) =>
      call(serviceUrl, async (conversations) => {
        await conversations.updateActivity(conversation, id, { ...activityOf(message), id }, options)
      }),
    open: (serviceUrl, user) =>
      call(serviceUrl, async (conversations) => {
        const opened = await conversations.createConversation(aloneWith(user), options)
        return opened.id
      }),
    member: (serviceUrl, conversation, user) =>
      call(serviceUrl, (conversations) => conversations.getConversationMember(conversation, user, options)),
    reach: (serviceUrl, conversation) =>
      call(serviceUrl, async (conversations) => {
        await conversations.getConversationPagedMembers(conversation, FIRST_PAGE)
      }),
    signIn: async () => {
      const { loaded } = await opened()
      const { ToChannelFromBotOAuthScope } = loaded.AuthenticationConstants
      const { appId, tenantId, cloud } = config
      if (cloud.kind === 'local') return
      const scope = ToChannelFromBotOAuthScope
      await new loaded.MicrosoftAppCredentials(appId, cloud.appPassword, tenantId, scope).getToken()
    },
    openIdMetadataUrl: async () => metadataUrl((await opened()).loaded, config),
  }
}
