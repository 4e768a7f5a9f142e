// A bot over a simulated fleet without latencies, in a directory of its own.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TIME_LIMITS, startBot } from '../dist/bot.js'
import { systemClock } from '../dist/clock.js'
import { policyOfLists } from '../dist/core/policy/policy.js'
import { fixedPolicy } from '../dist/policy-source.js'
import { openSimulatedFleet } from '../dist/host/simulated/fleet.js'
import { openStore } from '../dist/store/database.js'
import { openAwaited } from '../dist/work/context/awaited.js'
import { account, APPROVER, instantChat, silent, temporaryDirectory, USER } from './fixture.mjs'

const nothing = () => undefined

const open = async (onSend) => {
  const directory = temporaryDirectory()
  const file = fileURLToPath(new URL('../dist/host/simulated/fleets/default.yaml', import.meta.url))
  const fleet = openSimulatedFleet({
    file,
    stateFile: join(directory.path, 'fleet.json'),
    clock: systemClock,
    latency: 'none',
  })
  const store = await openStore(directory.path)
  const options = {
    clock: systemClock,
    chat: instantChat(onSend),
    log: silent,
    limits: { ...TIME_LIMITS, pollMs: 3_600_000 },
    hosts: new Map(fleet.hosts.map((host) => [host.name, host])),
    requestsChannels: [],
    changesChannel: null,
    policy: fixedPolicy(policyOfLists({ ask: [account(USER)], approve: [account(APPROVER)], admin: [] })),
  }
  const close = async () => {
    await store.close()
    directory.remove()
  }
  return { fleet, store, options, close }
}

export const startBenchBot = async (onSend) => {
  const { fleet, store, options, close } = await open(onSend)
  const bot = await startBot({ store, ...options })
  return {
    bot,
    fleet,
    close: async () => {
      await bot.stop()
      await close()
    },
  }
}

/** What its workers share, without the workers. */
export const openBenchContext = async () => {
  const { store, options, close } = await open()
  const wake = { intake: nothing, run: nothing, deliver: nothing, hosts: nothing }
  return {
    context: { db: store.db, ...options, awaited: openAwaited(systemClock), rush: () => 0, wake },
    close,
  }
}
