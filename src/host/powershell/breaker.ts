/**
 * A host that keeps failing is left alone for a while, so that nobody waits a minute for what failed a moment ago.
 * Steps always go through: whether one may be asked for is the runner's to judge, and it reads the host first.
 */
import { Fault, messageOf } from '../../core/errors'
import type { Clock } from '../../core/ports/clock'
import type { Host } from '../../core/ports/host'

/** So many failures in a row open the breaker. */
const PATIENCE = 3
const FIRST_PAUSE_MS = 15_000
const LONGEST_PAUSE_MS = 120_000

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`

export const withBreaker = (host: Host, clock: Clock): Host => {
  let failures = 0
  let why = ''
  let retryAt = 0

  const refusal = (): string | null => {
    const left = retryAt - clock.now()
    return left > 0
      ? `${host.name} failed ${failures} times in a row and is asked again in ${seconds(left)}: ${why}`
      : null
  }
  const failed = (error: unknown): void => {
    failures += 1
    why = messageOf(error)
    if (failures < PATIENCE) return
    retryAt = clock.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - PATIENCE))
  }
  return {
    name: host.name,
    run: (order) => host.run(order),
    adopt: (adoption) => host.adopt(adoption),
    forget: (gpu) => host.forget(gpu),
    inventory: async () => {
      const refused = refusal()
      if (refused !== null) throw new Fault('host-unreachable', refused)
      try {
        const facts = await host.inventory()
        failures = 0
        return facts
      } catch (error) {
        failed(error)
        throw error
      }
    },
    smi: async (target) => {
      const refused = refusal()
      return refused === null ? host.smi(target) : { kind: 'not-run', why: refused }
    },
    use: async (vm) => {
      const refused = refusal()
      const nothing = { processes: null, people: null }
      if (refused !== null) return { smi: { kind: 'not-run', why: refused }, ...nothing }
      return (
        (await host.use?.(vm)) ?? { smi: { kind: 'not-run', why: 'its guests are not asked' }, ...nothing }
      )
    },
  }
}
