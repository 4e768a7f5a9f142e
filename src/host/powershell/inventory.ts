/**
 * The inventory of a host. It is read every few seconds and is seldom another, and the transcript of the session keeps what
 * is sent: so the module is told the digest of the one that the bot has, and sends the next only where it differs. The
 * digest is over everything in it, so that `unchanged` is worth all of it, for what rests on a reading too.
 */
import { Fault } from '../../core/errors'
import type { HostName } from '../../core/inventory/inventory'
import type { Call } from './engine/engine'
import type { EngineAnswer } from './engine/wire'
import { rawInventory, rawUnchanged, type RawInventory } from './raw'

type Ask = (call: Omit<Call, 'session'>) => Promise<EngineAnswer>

export const READ_MS = 60_000

interface Known {
  readonly digest: string
  readonly raw: RawInventory
}

/** What a module answers that does not take the digest: an older one has no such parameter, another digests in another way. */
const NOT_TAKEN: readonly string[] = ['NamedParameterNotFound', 'ParameterArgumentValidationError']

/**
 * Reads the inventory of one host, and keeps the last one. A settled reading waits until no change is under way. Throws
 * Fault('host-unreachable').
 */
export const inventoryReader = (name: HostName, ask: Ask): ((settled: boolean) => Promise<RawInventory>) => {
  let last: Known | null = null

  const read = async (settled: boolean, known: Known | null): Promise<RawInventory> => {
    const parameters = { Settled: settled, ...(known === null ? {} : { Known: known.digest }) }
    const answer = await ask({ command: 'Get-GpuInventory', parameters, timeoutMs: READ_MS })
    if (known !== null && answer.kind === 'error' && NOT_TAKEN.includes(answer.code))
      return read(settled, null)
    const told = parse(name, answer)
    if ('unchanged' in told) {
      if (known === null) throw new Fault('host-unreachable', `${name} left out what it was not asked to`)
      return told.unchanged === known.digest ? known.raw : read(settled, null)
    }
    last = told.digest === null ? null : { digest: told.digest, raw: told }
    return told
  }
  return (settled) => read(settled, last)
}

const parse = (name: HostName, answer: EngineAnswer): RawInventory | { readonly unchanged: string } => {
  if (answer.kind === 'lost') throw new Fault('host-unreachable', `${name}: ${answer.why}`)
  if (answer.kind === 'error')
    throw new Fault('host-unreachable', `${name}: ${answer.code}: ${answer.message}`)
  try {
    const told: unknown = JSON.parse(answer.json)
    const short = rawUnchanged.safeParse(told)
    return short.success ? short.data : rawInventory.parse(told)
  } catch (error) {
    throw new Fault('host-unreachable', `${name} answered in a form that is not known`, error)
  }
}
