// Slash commands, signed as Slack signs them.
import { createHmac } from 'node:crypto'
import { acknowledgement } from '../acknowledgement.mjs'
import { SECRET, TEAM, USER } from '../fixture.mjs'

let count = 0
const signed = (request) => {
  const body = new URLSearchParams({
    team_id: TEAM,
    user_id: USER,
    user_name: 'bench',
    channel_id: 'C0BENCH',
    channel_name: 'bench',
    command: '/gpu',
    text: 'whoami',
    trigger_id: `${process.pid}.${Date.now()}.${++count}`,
    response_url: 'https://hooks.slack.com/commands/T/1/x',
    api_app_id: 'A1',
    token: 'x',
  }).toString()
  const time = String(Math.floor(Date.now() / 1000))
  const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${time}:${body}`).digest('hex')}`
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': time,
    'x-slack-signature': signature,
  }
  return { ...request, method: 'POST', path: '/slack/events', headers, body }
}

export const slackAcknowledgement = (options) =>
  acknowledgement({ ...options, chat: 'slack', setupRequest: signed })
