/**
 * The playground's side of the HTTP server: the page, its live state, and what a person does on it. It drives the local
 * chats and the simulated fleet only; the bot itself is reached by what these sign.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { z } from 'zod'
import { Fault, messageOf } from '../core/errors'
import { begin, enter, readJson, sendJson } from './gate'
import { type Stage, streamState } from './live'
import { agentsActivity, fromAgents } from './teams-agents'
import { pressInTeams, typeInTeams } from './teams-view'
import { befall, bringAbout } from './world'

export type { PlaygroundState, Stage } from './live'

const id = z.string().min(1).max(100)
const typed = z.object({ person: id, channel: id, text: z.string().trim().min(1).max(20_000) })
const conversation = z.string().min(1).max(200)
const typedInTeams = z.object({ person: id, conversation, text: typed.shape.text })
const pressedInTeams = z.object({
  person: id,
  conversation,
  id,
  action: z.object({
    type: z.enum(['Action.Execute', 'Action.Submit']),
    verb: z.string().max(200).optional(),
    data: z.unknown(),
  }),
})
const pressed = z.object({ person: id, channel: id, ts: id, action: z.string().min(1).max(255) })

interface Done {
  readonly status: number
  readonly body: unknown
}
const done = (body: unknown): Done => ({ status: 200, body })
const wrong = (status: 400 | 404 | 409, why: string): Done => ({ status, body: { error: why } })

type Deed = (stage: Stage, body: unknown) => Done | Promise<Done>

/** Parses, then acts; what does not parse is answered 400 with the place of each mistake. */
const act =
  <T>(schema: z.ZodType<T>, perform: (stage: Stage, input: T) => Done | Promise<Done>): Deed =>
  (stage, body) => {
    const parsed = schema.safeParse(body)
    return parsed.success ? perform(stage, parsed.data) : wrong(400, z.prettifyError(parsed.error))
  }

const NO_AGENTS =
  'Start the playground with AGENTS_PLAYGROUND set to the address of Microsoft 365 Agents Playground, such as http://localhost:56150.'

const DEEDS: Readonly<Record<string, Deed>> = {
  '/playground/command': act(typed, async ({ slack }, { person, channel, text }) => {
    if (/^\/gpu(\s|$)/.test(text)) return done(await slack.command(person, channel, text))
    if (text.startsWith('/'))
      return wrong(404, `${text.split(/\s/)[0] ?? text} is not a command of this workspace. Try /gpu help.`)
    return done((await slack.say(person, channel, text)) ?? { status: 200, body: '' })
  }),
  '/playground/press': act(pressed, async ({ slack }, { person, channel, ts, action }) =>
    done(await slack.press(person, channel, ts, action)),
  ),
  '/playground/teams/say': act(typedInTeams, async ({ teams }, said) => done(await typeInTeams(teams, said))),
  '/playground/teams/press': act(pressedInTeams, async ({ teams }, press) =>
    done(await pressInTeams(teams, press)),
  ),
  '/playground/agents/messages': act(agentsActivity, ({ teams, agents }, activity) =>
    agents ? fromAgents(teams, activity) : wrong(404, NO_AGENTS),
  ),
  '/playground/world': act(befall, ({ world, connected }, what) => {
    const effect = bringAbout(world, what)
    if (what.kind === 'reconnect') connected()
    return effect.kind === 'happened' ? done({}) : wrong(409, effect.why)
  }),
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface Asset {
  readonly type: string
  readonly content: Buffer
}

/** The page's files by their paths, and Microsoft's renderer of cards; nothing else in the folder tree can be reached. */
const loadPage = (): ReadonlyMap<string, Asset> => {
  const folder = join(__dirname, 'page')
  const assets = new Map<string, Asset>()
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    assets.set(name === 'index.html' ? '/' : `/${name}`, { type, content: readFileSync(join(folder, name)) })
  }
  const renderer = require.resolve('adaptivecards/dist/adaptivecards.min.js')
  assets.set('/adaptivecards.js', { type: TYPES['.js'] ?? '', content: readFileSync(renderer) })
  return assets
}

const readAndDo = async (stage: Stage, deed: Deed, request: IncomingMessage): Promise<Done> => {
  const body = await readJson(request)
  if (body.kind === 'unreadable') return { status: body.status, body: { error: body.why } }
  try {
    return await deed(stage, body.value)
  } catch (error) {
    // A name that the workspace does not know, or a message that is gone: the page may have been a moment behind.
    if (error instanceof Fault && error.code === 'chat') return wrong(404, error.message)
    throw error
  }
}

const answerWith = (response: ServerResponse, answer: Promise<Done>): void => {
  answer.then(
    ({ status, body }) => sendJson(response, status, body),
    (error: unknown) => {
      if (!response.headersSent) sendJson(response, 500, { error: messageOf(error) })
    },
  )
}

/**
 * Serves `/`, the page's assets and `/playground/...`; false, and the response untouched, for any other path. Requests
 * from other sites or for other host names are refused.
 */
export const playgroundHandler = (
  stage: Stage,
): ((request: IncomingMessage, response: ServerResponse) => boolean) => {
  const page = loadPage()
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const asset = page.get(path)
    const deed = Object.hasOwn(DEEDS, path) ? DEEDS[path] : undefined
    if (!asset && !path.startsWith('/playground/')) return false

    const entry = enter(request, deed ? 'POST' : 'GET')
    if (entry.kind === 'turned-away') sendJson(response, entry.status, { error: entry.why })
    else if (asset) begin(response, 200, asset.type).end(asset.content)
    else if (deed) answerWith(response, readAndDo(stage, deed, request))
    else if (path === '/playground/events') streamState(stage, response)
    else sendJson(response, 404, { error: `Nothing is at ${path}.` })
    return true
  }
}
