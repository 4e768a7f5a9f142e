/** The page's state as server-sent events: the whole state at the start and after each change, changes close together as one. */
import type { ServerResponse } from 'node:http'
import { begin } from './gate'
import type { LocalSlack } from './slack/local-slack'
import type { LocalTeams } from './teams/local-teams'
import { teamsView } from './teams-view'
import { fleetView, type PlaygroundWorld } from './world'

export interface Stage {
  readonly slack: LocalSlack
  readonly teams: LocalTeams
  readonly world: PlaygroundWorld
  /** Microsoft 365 Agents Playground is a client too. */
  readonly agents: boolean
  /** Somebody has connected a host: the bot had better look. */
  readonly connected: () => void
}

/** Older messages stay in the workspace and off the page. */
const SHOWN_MESSAGES = 120
const COALESCE_MS = 40

const stateOf = ({ slack, teams, world }: Stage) => ({
  team: slack.team,
  people: slack.people.map(({ id, name, title, role }) => ({ id, name, title, role })),
  channels: slack.channels.map(({ id, name, topic, only }) => ({
    id,
    name,
    topic,
    only,
    messages: slack.messages(id).slice(-SHOWN_MESSAGES),
  })),
  teams: teamsView(teams),
  fleet: fleetView(world),
})
export type PlaygroundState = ReturnType<typeof stateOf>

/** Keeps the response open until the browser leaves. A slow browser gets the newest state once it has read the last one. */
export const streamState = (stage: Stage, response: ServerResponse): void => {
  begin(response, 200, 'text/event-stream')
  let timer: NodeJS.Timeout | undefined
  let waitsForDrain = false
  /** Something changed while the browser was not ready for it. */
  let missed = false

  const send = (): void => {
    timer = undefined
    waitsForDrain = !response.write(`data: ${JSON.stringify(stateOf(stage))}\n\n`)
  }
  const soon = (): void => {
    if (waitsForDrain) missed = true
    else timer ??= setTimeout(send, COALESCE_MS)
  }
  const endings = [stage.slack.onChange(soon), stage.teams.onChange(soon), stage.world.onChange(soon)]

  response.on('drain', () => {
    waitsForDrain = false
    if (missed) soon()
    missed = false
  })
  response.on('close', () => {
    clearTimeout(timer)
    endings.forEach((end) => end())
  })
  send()
}
