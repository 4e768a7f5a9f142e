// A reading of a host with 8 GPUs and 8 VMs in the session that ships for SSH: what its transcript keeps, and what Windows
// is asked, where the bot has that very inventory already and where it has another.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../fixture.mjs'
import { writeFleet } from '../polling/fleet.mjs'
import { timed } from './measure.mjs'
import typescript from './typescript.cjs'

const { systemClock } = typescript('src/clock.ts')
const { openSimulatedFleet } = typescript('src/host/simulated/fleet.ts')
const { startSshHost } = typescript('test/contract/ssh-host.ts')

/** The bot reads a host every 15 seconds. */
const READINGS_A_DAY = 5_760
const MIB = 2 ** 20

const sizeOf = (folder) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

export const readings = async (found, { count }) => {
  const directory = temporaryDirectory()
  const over = await startSshHost(found)
  const fleet = openSimulatedFleet({
    file: writeFleet(1, directory.path),
    stateFile: null,
    clock: systemClock,
    latency: 'none',
  })
  over.windows.become(fleet.world, fleet.hosts[0])
  const transcripts = join(over.windows.dir, 'C:', 'ProgramData', 'GpuChatOps', 'Transcripts')
  const read = async (parameters) => {
    const answer = await over.engine.call({
      session: { name: 'bench/read', target: over.target },
      command: 'Get-GpuInventory',
      parameters,
      timeoutMs: 60_000,
    })
    if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer))
    return JSON.parse(answer.json)
  }
  /** What one of them costs, of many in a row. */
  const cost = async (parameters) => {
    await read(parameters)
    const before = { bytes: sizeOf(transcripts), calls: over.windows.calls.length }
    const ms = await timed(async () => {
      for (let n = 0; n < count; n++) await read(parameters)
    })
    return {
      bytes: (sizeOf(transcripts) - before.bytes) / count,
      calls: (over.windows.calls.length - before.calls) / count,
      ms: ms / count,
    }
  }
  try {
    const { digest } = await read({})
    const changed = await cost({ Known: '0'.repeat(64) })
    const unchanged = await cost({ Known: digest })
    return {
      ratios: { 'reading-unchanged-transcript': unchanged.bytes / changed.bytes },
      figures: {
        'reading-changed-transcript-bytes': changed.bytes,
        'reading-unchanged-transcript-bytes': unchanged.bytes,
        'transcript-changed-mib-a-day': (changed.bytes * READINGS_A_DAY) / MIB,
        'transcript-unchanged-mib-a-day': (unchanged.bytes * READINGS_A_DAY) / MIB,
        'reading-changed-calls': changed.calls,
        'reading-unchanged-calls': unchanged.calls,
        'reading-changed-ms': changed.ms,
        'reading-unchanged-ms': unchanged.ms,
      },
    }
  } finally {
    await over.close()
    directory.remove()
  }
}
