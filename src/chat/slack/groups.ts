import type { WebClient } from '@slack/web-api'
import { Fault } from '../../core/errors'
import type { SlackConfig } from './config'
import { platformCode } from './outcome'

/** The accounts in a user group of our workspace. Throws Fault('chat') with the cure. */
export const slackGroup =
  ({ teamId }: Pick<SlackConfig, 'teamId'>, client: WebClient) =>
  async (id: string): Promise<string[]> => {
    try {
      const { users = [] } = await client.usergroups.users.list({ usergroup: id })
      return users.map((user) => `slack:${teamId}/${user}`)
    } catch (error) {
      const cure =
        platformCode(error) === 'missing_scope'
          ? ' (give the app the bot scope usergroups:read, and reinstall it)'
          : ''
      throw new Fault('chat', `reading the Slack user group ${id}${cure}`, error)
    }
  }
