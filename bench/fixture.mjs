// What both sides of the bench share.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const SECRET = 'bench-signing-secret'
export const TEAM = 'T0BENCH'
export const USER = 'U0BENCH'
export const APPROVER = 'U0APPROVER'
export const APP = '11111111-2222-4333-8444-555555555555'
export const TENANT = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
export const PERSON = '11111111-0000-4000-8000-000000000000'

export const account = (user) => `slack:${TEAM}/${user}`
export const slackConfig = {
  botToken: 'xoxb-bench',
  signingSecret: SECRET,
  appToken: null,
  apiUrl: 'http://127.0.0.1:9/api/',
  teamId: TEAM,
  botId: 'B0BENCH',
  botUserId: 'U0BOT',
  command: '/gpu',
}
const nothing = () => undefined
export const silent = { info: nothing, warn: nothing, error: nothing }
export const runtime = { log: silent, clock: { now: () => Date.now() } }

/** A chat that takes everything at once: the bench measures the bot, not Slack. */
export const instantChat = (onSend = nothing) => ({
  send: async (_to, notice, ref) => (onSend(notice), { kind: 'sent', ref: ref ?? 'C:1' }),
  identify: async () => ({ kind: 'member', name: 'Bench' }),
  linkTo: async () => null,
})

export const temporaryDirectory = () => {
  const path = mkdtempSync(join(tmpdir(), 'gpu-chatops-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
