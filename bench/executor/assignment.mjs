// A whole assignment to a VM that runs, over a host with the default latencies: by the bot, from the approval to "done",
// with everything it checks, journals, posts and reads back; and the very script that the bot shows, in a bare session.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { account, APPROVER, instantChat, silent, temporaryDirectory, USER } from '../fixture.mjs'
import { median, timed } from './measure.mjs'
import { bareSession } from './sessions.mjs'
import typescript from './typescript.cjs'

const { TIME_LIMITS, startBot } = typescript('src/bot.ts')
const { systemClock } = typescript('src/clock.ts')
const { hostName } = typescript('src/core/inventory/inventory.ts')
const { planAssign } = typescript('src/core/planner/planner.ts')
const { policyOfLists } = typescript('src/core/policy/policy.ts')
const { startEngine } = typescript('src/host/powershell/engine/engine.ts')
const { powerShellHost } = typescript('src/host/powershell/host.ts')
const { openDeviceMemory } = typescript('src/host/powershell/memory.ts')
const { fleetFile } = typescript('src/host/simulated/fleet.ts')
const { fixedPolicy } = typescript('src/policy-source.ts')
const { openStore } = typescript('src/store/database.ts')
const { openFleet } = typescript('test/contract/over-powershell.ts')
const { scriptHere } = typescript('test/host/powershell/stubs/scripts.ts')
const { startWindows } = typescript('test/host/powershell/stubs/windows.ts')

/** What each command takes: the latencies of the fleet's file, that of an inventory once for each. */
const [{ latencies }] = parse(readFileSync(fleetFile('default'), 'utf8')).hosts
const LATENCIES = {
  'Get-VMHost': latencies.inventory,
  'Stop-VM': latencies.shutdown,
  'Start-VM': latencies.startVm,
  'Set-VM': latencies.setVm,
  'Disable-PnpDevice': latencies.disableDevice,
  'Dismount-VMHostAssignableDevice': latencies.dismountDevice,
  'Add-VMAssignableDevice': latencies.attachDevice,
}
const takeTime = ({ command }) => systemClock.sleep(LATENCIES[command] ?? 0)

const isGiven = (world) =>
  world.facts('hv01').vms.some(({ name, assigned }) => name === 'train-02' && assigned.length > 0)

export const assignment = async (found, { rounds }) => {
  const { world, simulated } = openFleet('hv01')
  const windows = await startWindows({
    world,
    host: simulated,
    stubs: found.stubs,
    flavour: '2022',
    before: takeTime,
  })
  const env = { ...process.env, ...windows.env, NO_COLOR: '1', TERM: 'dumb' }
  const engine = await startEngine({
    executable: found.program,
    clock: systemClock,
    env,
    noise: () => undefined,
  })
  const bare = bareSession({ program: found.program, env })
  const host = powerShellHost({
    name: hostName.parse('hv01'),
    target: { kind: 'local', module: windows.module },
    notes: { forceDismount: false, unsupportedPartitioning: false, guests: {} },
    guests: new Map(),
    engine: () => Promise.resolve(engine),
    memory: openDeviceMemory(join(windows.dir, 'devices.json')),
  })
  const renew = () => {
    const fresh = openFleet('hv01')
    windows.become(fresh.world, fresh.simulated)
    return fresh.world
  }
  const must = (world) => {
    if (!isGiven(world)) throw new Error('the GPU was not assigned')
  }
  const byBot = async () => {
    const world = renew()
    const ms = await assignedByBot(host)
    must(world)
    return ms
  }
  const byScript = async () => {
    const world = renew()
    const file = join(windows.dir, 'assign.ps1')
    writeFileSync(file, scriptHere(planFor(await host.inventory())))
    let end = ''
    const ms = await timed(async () => {
      end = await bare.ask(`try { . '${file}' *> $null; 'done' } catch { "$_" }`)
    })
    if (end !== 'done') throw new Error(end)
    must(world)
    return ms
  }
  try {
    await bare.ask("Import-Module Hyper-V, PnpDevice; 'ready'")
    const times = []
    for (let round = 0; round < rounds; round++) times.push({ bot: await byBot(), script: await byScript() })
    return {
      ratios: { 'assign-vs-script': median(times.map(({ bot, script }) => bot / script)) },
      figures: {
        'assign-by-bot-ms': median(times.map(({ bot }) => bot)),
        'assign-by-script-ms': median(times.map(({ script }) => script)),
      },
    }
  } finally {
    await engine.stop()
    await bare.close()
    await windows.close()
  }
}

const planFor = (facts) => {
  const planned = planAssign({
    host: facts,
    gpu: facts.gpus.find(({ slot }) => slot === 'gpu0'),
    vm: facts.vms.find(({ name }) => name === 'train-02'),
    consents: { shutdown: true, powerOff: false, noStart: false },
    baselines: new Map(),
    peers: [],
  })
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusals))
  return planned.value
}

/** From the approval to the post that says done; milliseconds. */
const assignedByBot = async (host) => {
  let seen = () => undefined
  const until = (words) =>
    new Promise((resolve, reject) => {
      seen = ({ summary }) => {
        if (summary.endsWith(words)) resolve()
        if (/: (void|failed|needs attention)/.test(summary)) reject(new Error(summary))
      }
    })
  const directory = temporaryDirectory()
  const store = await openStore(directory.path)
  const bot = await startBot({
    store,
    clock: systemClock,
    chat: instantChat((notice) => seen(notice)),
    log: silent,
    limits: TIME_LIMITS,
    hosts: new Map([[host.name, host]]),
    requestsChannels: [],
    changesChannel: null,
    policy: fixedPolicy(policyOfLists({ ask: [account(USER)], approve: [account(APPROVER)], admin: [] })),
  })
  const say = (user, text) =>
    bot.inbox.accept({
      id: text,
      at: Date.now(),
      from: account(user),
      channel: { kind: 'channel', chat: 'slack', channel: 'C0BENCH' },
      said: { kind: 'text', text },
      back: { kind: 'private', chat: 'slack', channel: 'C0BENCH', user, replyUrl: null, replyUntil: 0 },
    })
  try {
    const asked = until('(R-1)')
    await say(USER, 'assign hv01/gpu0 to train-02 --shutdown')
    await asked
    return await timed(async () => {
      const done = until(': done')
      await say(APPROVER, 'approve R-1')
      await done
    })
  } finally {
    await bot.stop()
    await store.close()
    directory.remove()
  }
}
