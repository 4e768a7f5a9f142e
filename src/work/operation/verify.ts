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
import type { Context } from '../context/context'
import { vendorsIn } from '../readings/smi'

const RETRY_MS = 3_000

export const verify = async (
  context: Context,
  request: RequestIn<'succeeded'>,
  stopping: AbortSignal,
): Promise<boolean> => {
  const { plan } = request
  const host = context.hosts.get(plan.host)
  if (!plan.to || !host) return false
  const answer = await askGuest(context, host, { vm: plan.to.id, stopping })
  if (stopping.aborted) return false
  const [view] = await hostViews(context.db, [plan.host])
  const reading = readSmi(answer, { vendors: view?.facts ? vendorsIn(view.facts, plan.to.id) : [] })
  await context.db.transaction().execute(async (tx) => {
    const at = context.clock.now()
    const next = await apply(tx, request, { kind: 'verify', at, verification: verificationOf(reading) })
    if (!next.ok) return
    const vm = plan.to && view?.facts ? vmById(view.facts, plan.to.id) : undefined
    if (vm && view?.facts) await heedGuest(tx, { facts: view.facts, vm, reading, at })
    const notice = smiNotice(`in ${plan.to?.name ?? ''} on ${plan.host}`, reading)
    for (const { to, under } of await besideCards(tx, request)) await post(tx, to, notice, { at, under })
    await refreshCard(tx, next.value, at)
  })
  context.wake.deliver()
  return true
}

/** A guest that boots answers later: ask again until it does or patience ends. A VM that is off is not waited for. */
const askGuest = async (
  context: Context,
  host: Host,
  target: { vm: VmId; stopping: AbortSignal },
): Promise<SmiAnswer> => {
  const until = context.clock.now() + context.limits.guestPatienceMs
  for (;;) {
    const answer = await host.smi({ kind: 'guest', vm: target.vm })
    if (answer.kind === 'ran' || context.clock.now() >= until || target.stopping.aborted) return answer
    if (!(await isUp(host, target.vm))) return answer
    await context.clock.sleep(RETRY_MS, target.stopping)
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
