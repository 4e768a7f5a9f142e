/** After success: nvidia-smi from inside the VM, posted in the channel. Verified, failed and why, or not checked; never an undo. */
import { smiNotice } from '../../core/answers/smi'
import { vmById, type VmId } from '../../core/inventory/inventory'
import type { Host, SmiAnswer } from '../../core/ports/host'
import type { RequestIn, Verification } from '../../core/request/request'
import { readSmi, type SmiReading } from '../../core/smi/smi'
import { hostViews } from '../../store/fleet'
import { post } from '../../store/outbox'
import { apply } from '../../store/requests'
import { refreshCard } from '../telling/card'
import { besideCards } from '../telling/copies'
import { heedGuest } from '../readings/failing'
import type { Parts } from '../context/parts'
import { vendorsIn } from '../readings/smi'

const RETRY_MS = 3_000

export const verify = async (
  parts: Parts,
  request: RequestIn<'succeeded'>,
  stopping: AbortSignal,
): Promise<boolean> => {
  const { plan } = request
  const host = parts.hosts.get(plan.host)
  if (!plan.to || !host) return false
  const answer = await askGuest(parts, host, { vm: plan.to.id, stopping })
  if (stopping.aborted) return false
  const [view] = await hostViews(parts.db, [plan.host])
  const reading = readSmi(answer, { vendors: view?.facts ? vendorsIn(view.facts, plan.to.id) : [] })
  await parts.db.transaction().execute(async (tx) => {
    const at = parts.clock.now()
    const next = await apply(tx, request, { kind: 'verify', at, verification: verificationOf(reading) })
    if (!next.ok) return
    const vm = plan.to && view?.facts ? vmById(view.facts, plan.to.id) : undefined
    if (vm && view?.facts) await heedGuest(tx, { facts: view.facts, vm, reading, at })
    const notice = smiNotice(`in ${plan.to?.name ?? ''} on ${plan.host}`, reading)
    for (const { to, under } of await besideCards(tx, request)) await post(tx, to, notice, { at, under })
    await refreshCard(tx, next.value, at)
  })
  parts.wake.deliver()
  return true
}

/** A guest that boots answers later: ask again until it does or patience ends. A VM that is off is not waited for. */
const askGuest = async (
  parts: Parts,
  host: Host,
  target: { vm: VmId; stopping: AbortSignal },
): Promise<SmiAnswer> => {
  const until = parts.clock.now() + parts.limits.guestPatienceMs
  for (;;) {
    const answer = await host.smi({ kind: 'guest', vm: target.vm })
    if (answer.kind === 'ran' || parts.clock.now() >= until || target.stopping.aborted) return answer
    if (!(await isUp(host, target.vm))) return answer
    await parts.clock.sleep(RETRY_MS, target.stopping)
  }
}

const isUp = async (host: Host, vm: VmId): Promise<boolean> => {
  try {
    const state = vmById(await host.inventory(), vm)?.state
    return state === 'Running' || state === 'Starting'
  } catch {
    return true
  }
}

const verificationOf = (reading: SmiReading): Verification => {
  switch (reading.verdict) {
    case 'verified':
      return { kind: 'verified' }
    case 'failed':
      return { kind: 'failed', why: reading.why, ...(reading.cure ? { cure: reading.cure } : {}) }
    case 'not-checked':
      return { kind: 'not-checked', why: reading.why }
  }
}
