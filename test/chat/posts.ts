/** Every notice as it is posted in both chats. */
import { renderSlack, type SlackMessage } from '../../src/chat/slack/render'
import { renderTeams, type TeamsMessage } from '../../src/chat/teams/render'
import type { Notice } from '../../src/core/notice/notice'
import { JONAS, MAYA, NOTICES } from './notices'

export interface Post {
  readonly slack: SlackMessage
  readonly teams: TeamsMessage
}

const NAMES: Readonly<Record<string, string>> = { [MAYA]: 'Maya Lind', [JONAS]: 'Jonas Berg' }

export const postOf = (notice: Notice): Post => ({
  slack: renderSlack(notice),
  teams: renderTeams(notice, (account) => NAMES[account] ?? null),
})

export const everyPost = (): (Post & { readonly name: string })[] =>
  Object.entries(NOTICES).map(([name, notice]) => ({ name, ...postOf(notice) }))
