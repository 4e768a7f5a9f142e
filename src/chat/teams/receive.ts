// The door for Teams. A request is refused on what its head and its token say before its body means anything; then a
// delivery is durable in the inbox before it is acknowledged, and nothing here waits for the network.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { messageOf } from '../../core/errors'
import type { CameOf, Inbox } from '../../core/ports/delivery'
import { header, openBodies, refuse, Refused, refusedFor, refuseTooLong } from '../door'
import type { TeamsConfig } from './config'
import type { Runtime } from '../log'
import { readActivity, type Reading } from './payload'
import type { NameOf } from './pieces'
import { Forgery, openSdk, type Sdk } from './sdk'
import { sentenceOf, plainWords } from './sentence'
import { isAllowedServiceUrl } from './service-url'

const channelId = 'msteams'
const issuer = 'https://api.botframework.com'

export const answers = {
  slow: 'That takes a moment. The card, or your chat with me, says what comes of it.',
  more: 'The answer is in your chat with me.',
  notOurs: 'That button is not one of mine or is out of date, so I did nothing.',
  notRecorded: 'I could not record that, so nothing was done. Try again in a moment.',
} as const

interface Answer {
  readonly status: number
  readonly body?: object
  /** Called when it has left. */
  readonly read?: () => void
}

const jsonIn = (part: string | undefined): unknown => {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as unknown
  } catch {
    return null
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/**
 * The SDK chooses how to verify by what token and body claim to be: as a skill, as the emulator, as another channel. Only
 * one way is open here, so what does not claim to be of the Bot Connector for Teams never reaches it.
 */
const refuseToken = (authorization: string): void => {
  if (!/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/u.test(authorization)) throw new Refused(401, 'no token')
  const [head, payload] = authorization.slice('Bearer '.length).split('.')
  if (field(jsonIn(head), 'alg') !== 'RS256') throw new Refused(401, 'algorithm')
  if (field(jsonIn(payload), 'iss') !== issuer) throw new Refused(401, 'issuer')
  if (typeof field(jsonIn(payload), 'exp') !== 'number') throw new Refused(401, 'no end of validity')
}

const refuseHead = (request: IncomingMessage): void => {
  if (request.method !== 'POST') throw new Refused(405, 'method')
  if (!/^application\/json\b/iu.test(header(request, 'content-type'))) throw new Refused(415, 'content type')
  refuseTooLong(request)
  refuseToken(header(request, 'authorization'))
}

const activityIn = (rawBody: Buffer): object => {
  try {
    const body: unknown = JSON.parse(rawBody.toString())
    if (typeof body === 'object' && body !== null) return body
  } catch {
    // Refused below, like anything else that is no object.
  }
  throw new Refused(400, 'no activity')
}

const verify = async (config: TeamsConfig, sdk: Sdk, authorization: string, body: object): Promise<void> => {
  const serviceUrl = field(body, 'serviceUrl')
  if (field(body, 'channelId') !== channelId) throw new Refused(401, 'channel')
  if (typeof serviceUrl !== 'string' || serviceUrl === '') throw new Refused(401, 'no service URL')
  await sdk.verify(authorization, { channelId, serviceUrl }).catch((error: unknown) => {
    throw error instanceof Forgery
      ? new Refused(401, `token: ${messageOf(error)}`)
      : new Refused(503, `the token could not be checked: ${messageOf(error)}`)
  })
  if (!isAllowedServiceUrl(config, serviceUrl)) throw new Refused(403, 'service URL')
}

/** Teams shows the sentence to the one who pressed, and to nobody else. */
const toInvoke = (text: string, read?: () => void): Answer => ({
  status: 200,
  ...(read && { read }),
  body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text },
})

const toPresser = (came: CameOf | null, nameOf: NameOf): Answer => {
  if (came === null) return toInvoke(answers.slow)
  return came.kind === 'all'
    ? toInvoke(sentenceOf(came.notice, nameOf), came.read)
    : toInvoke(`${plainWords(came.summary)} ${answers.more}`)
}

type Taken = Extract<Reading, { kind: 'delivery' }>

/**
 * The listener for `POST /api/messages`, to be mounted in the application's own server. `nameOf`: the names by which the
 * answer to a press calls people.
 */
export const teamsMessages = (
  config: TeamsConfig,
  inbox: Inbox,
  { log, clock }: Runtime,
  nameOf: NameOf = () => null,
): RequestListener => {
  const sdk = openSdk(config)
  const readBody = openBodies()

  const answerAfter = async ({ delivery, invoke }: Taken): Promise<Answer> => {
    if (invoke) return toPresser(await inbox.acceptPress(delivery), nameOf)
    await inbox.accept(delivery)
    return { status: 200 }
  }

  const take = async (taken: Taken): Promise<Answer> => {
    const { id, from, said } = taken.delivery
    try {
      const answer = await answerAfter(taken)
      log.info({ delivery: id, from, said: said.kind }, 'teams: delivery recorded')
      return answer
    } catch (error) {
      log.error({ delivery: id, error: messageOf(error) }, 'teams: an activity was not recorded')
      return taken.invoke ? toInvoke(answers.notRecorded) : { status: 500 }
    }
  }

  const answerTo = async (reading: Reading): Promise<Answer> => {
    switch (reading.kind) {
      case 'delivery':
        return take(reading)
      case 'nothing':
        return { status: 200 }
      case 'malformed':
        throw new Refused(400, reading.why)
      case 'foreign':
        throw new Refused(403, `tenant ${reading.tenant}`)
      case 'not-ours':
        log.warn({ why: reading.why }, 'teams: an activity that is not ours')
        return reading.invoke ? toInvoke(answers.notOurs) : { status: 200 }
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<Answer> => {
    refuseHead(request)
    const body = activityIn(await readBody(request, response))
    await verify(config, sdk, header(request, 'authorization'), body)
    return answerTo(readActivity(config, body, clock.now()))
  }

  return (request, response) => {
    handle(request, response).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        const refused = refusedFor(error)
        log.warn({ status: refused.status, why: refused.message }, 'teams: a request was refused')
        refuse(request, response, refused)
      },
    )
  }
}

const send = (response: ServerResponse, { status, body, read }: Answer): void => {
  if (read) response.once('finish', read)
  if (body === undefined) response.writeHead(status).end()
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
