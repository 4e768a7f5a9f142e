// `node --expose-gc rounds.mjs HOSTS ROUNDS`: what a round of reading every host costs, and how fast people are answered; as JSON.
// In a process of its own, so that its memory is its own.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { systemClock } from '../../dist/clock.js'
import { policyOfLists } from '../../dist/core/policy/policy.js'
import { fixedPolicy } from '../../dist/policy-source.js'
import { openStore } from '../../dist/store/database.js'
import { respond } from '../../dist/work/commands/respond.js'
import { refreshHost } from '../../dist/work/readings/reading.js'
import { TIME_LIMITS } from '../../dist/bot.js'
import { each } from '../executor/measure.mjs'
import { account, instantChat, silent, temporaryDirectory, USER } from '../fixture.mjs'
import { fleetOf } from './fleet.mjs'

const [count, rounds] = process.argv.slice(2).map(Number)
const directory = temporaryDirectory()
const { hosts, change } = fleetOf(count, directory.path)
const store = await openStore(directory.path)
const nothing = () => undefined
const context = {
  db: store.db,
  clock: systemClock,
  chat: instantChat(),
  hosts,
  policy: fixedPolicy(policyOfLists({ ask: [account(USER)], approve: [], admin: [] })),
  limits: TIME_LIMITS,
  requestsChannels: [],
  changesChannel: null,
  log: silent,
  rush: () => 0,
  wake: { intake: nothing, run: nothing, deliver: nothing },
}
const channel = { kind: 'channel', chat: 'slack', channel: 'C0BENCH' }
const caller = { account: account(USER), name: 'Bench', channel, back: channel }

const readAll = async () => {
  for (const host of hosts.values()) await refreshHost(context, host)
}
const bytes = async () => {
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  return statSync(join(directory.path, 'gpu-chatops.db')).size
}

// What it took to make the fleet is no figure of the bot's.
globalThis.gc()
await readAll()
const sizeBefore = await bytes()
const cpuBefore = process.cpuUsage()
for (let round = 0; round < rounds; round++) {
  change(round)
  await readAll()
}
const { user, system } = process.cpuUsage(cpuBefore)
const rss = process.memoryUsage.rss()
const grown = (await bytes()) - sizeBefore
const name = [...hosts.keys()].at(-1)
const ask = (command) => async () => (await respond(context, command, caller))(null)
const list = ask({ kind: 'list', free: false, mine: false, page: 1 })
await list()
const listMs = await each(21, list)
const showMs = await each(21, ask({ kind: 'show', name: `${name}/gpu7` }))
globalThis.gc()
const { heapUsed } = process.memoryUsage()
await store.close()
directory.remove()
console.log(
  JSON.stringify({
    cpuMs: (user + system) / 1000 / rounds,
    rssMiB: rss / 2 ** 20,
    heapMiB: heapUsed / 2 ** 20,
    dbKiB: grown / 1024 / rounds,
    listMs,
    showMs,
  }),
)
