// One call of one function of the module, which asks the host two things: through the bot's engine, through a bare
// session of the same engine, and through a process of its own. Blocks alternate, so that noise meets all.
import { bareSession, processes } from './sessions.mjs'
import { each, median } from './measure.mjs'
import typescript from './typescript.cjs'

const { systemClock } = typescript('src/clock.ts')
const { startEngine } = typescript('src/host/powershell/engine/engine.ts')
const { startWindows } = typescript('test/host/powershell/stubs/windows.ts')
const { openFleet } = typescript('test/contract/over-powershell.ts')

export const calls = async (found, { rounds, warm, cold }) => {
  const { world, simulated } = openFleet('hv01')
  const windows = await startWindows({ world, host: simulated, stubs: found.stubs, flavour: '2022' })
  const env = { ...process.env, ...windows.env, NO_COLOR: '1', TERM: 'dumb' }
  const { module } = windows
  const { program } = found
  const engine = await startEngine({ executable: program, clock: systemClock, env, noise: () => undefined })
  const bare = bareSession({ program, env })
  const { id } = world.facts('hv01').vms[0]
  const ours = async () => {
    const answer = await engine.call({
      session: { name: 'bench', target: { kind: 'local', module } },
      command: 'Get-GuestAddress',
      parameters: { VmId: id },
      timeoutMs: 60_000,
    })
    if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer))
    return answer.json
  }
  const command = `Get-GuestAddress -VmId '${id}'`
  const theirs = () => bare.ask(command)
  const alone = processes({ program, env, module, dir: windows.dir })
  try {
    const first = [
      await ours(),
      await bare.ask(`Import-Module '${module}'; ${command}`),
      await alone(command),
    ]
    if (new Set(first).size !== 1) throw new Error(`they answer differently: ${first.join(' / ')}`)
    const blocks = []
    for (let round = 0; round < rounds; round++) {
      const sides = { ours: 0, theirs: 0 }
      const order = round % 2 === 0 ? { ours, theirs } : { theirs, ours }
      for (const [side, ask] of Object.entries(order)) {
        await each(warm / 5, ask)
        sides[side] = await each(warm, ask)
      }
      blocks.push(sides)
    }
    const warmMs = median(blocks.map((block) => block.ours))
    const coldMs = await each(cold, () => alone(command))
    return {
      ratios: {
        'executor-warm-call': median(blocks.map((block) => block.ours / block.theirs)),
        'executor-spawn-speedup': coldMs / warmMs,
      },
      figures: {
        'executor-warm-call-ms': warmMs,
        'bare-session-call-ms': median(blocks.map((block) => block.theirs)),
        'process-per-command-ms': coldMs,
      },
    }
  } finally {
    await engine.stop()
    await bare.close()
    await windows.close()
  }
}
