// A botbuilder app that acknowledges and does nothing else. What a web framework would do for it is done here, and no more.
import { createServer } from 'node:http'
import botbuilder from 'botbuilder'
import connector from 'botframework-connector'
import { APP, TENANT } from '../fixture.mjs'

const { openIdMetadataUrl } = JSON.parse(process.argv[2])
const { AuthenticationConstants } = connector
const adapter = new botbuilder.CloudAdapter(
  new botbuilder.ConfigurationBotFrameworkAuthentication({
    MicrosoftAppId: APP,
    MicrosoftAppPassword: 'bench',
    MicrosoftAppTenantId: TENANT,
    MicrosoftAppType: 'SingleTenant',
    // The SDK takes a configuration with one address in it for complete.
    ValidateAuthority: true,
    ToChannelFromBotLoginUrl: AuthenticationConstants.ToChannelFromBotLoginUrl,
    ToChannelFromBotOAuthScope: AuthenticationConstants.ToChannelFromBotOAuthScope,
    ToBotFromChannelTokenIssuer: AuthenticationConstants.ToBotFromChannelTokenIssuer,
    OAuthUrl: AuthenticationConstants.OAuthUrl,
    ToBotFromChannelOpenIdMetadataUrl: openIdMetadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: AuthenticationConstants.ToBotFromEmulatorOpenIdMetadataUrl,
  }),
)
adapter.onTurnError = async (_, error) => console.error(error)

const bodyOf = async (request) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

/** As the adapter wants it, which was written for web frameworks. */
const answerOf = (response) => ({
  socket: response.socket,
  status: (code) => (response.statusCode = code),
  header: (name, value) => response.setHeader(name, value),
  send: (body) => response.write(typeof body === 'string' ? body : JSON.stringify(body)),
  end: () => response.end(),
})

const nothing = async () => undefined
const server = createServer(async (request, response) => {
  const { method, headers } = request
  await adapter.process({ method, headers, body: await bodyOf(request) }, answerOf(response), nothing)
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('SIGTERM', () => process.exit())
