/** `pause` and `resume` of one GPU: an administrator has it lent to nobody, or lent again. */
import { doneNotice } from '../../core/answers/done'
import { refusalNotice } from '../../core/answers/refusal'
import { leaseNewsNotice } from '../../core/cards/lease'
import { titleOf } from '../../core/cards/plan'
import type { Command } from '../../core/command/command'
import { refusal } from '../../core/errors'
import { shown } from '../../core/text/shown'
import { isGpu } from '../../core/command/values/names'
import { aliasOf } from '../../core/inventory/inventory'
import type { Lease } from '../../core/lease/lease'
import { resolveGpu } from '../../core/inventory/names'
import type { Notice } from '../../core/notice/notice'
import { gpusOf } from '../../core/plan/plan'
import { endsOf, quarantineOf, quarantineWords } from '../../core/inventory/quarantine'
import type { Tx } from '../../store/database'
import { forgetFailing } from '../../store/failing'
import { hostViews, marks, pause, resume } from '../../store/fleet'
import { post } from '../../store/outbox'
import { requestsIn } from '../../store/requests'
import { say, type Caller, type Effect } from '../context/effect'
import { isHolder, tellHoldersOf } from '../telling/holders'
import type { Context } from '../context/context'

export const namesGpu = (scope: string): boolean => isGpu({ text: scope, at: 0, quoted: false })

export const pauseGpu = async (
  context: Context,
  { scope: name, now, reason }: Omit<Extract<Command, { kind: 'pause' }>, 'kind'>,
  caller: Caller,
): Promise<Effect> => {
  const found = resolveGpu(name, await hostViews(context.db, [...context.hosts.keys()]))
  if (!found.ok) return say(refusalNotice(found.refusals))
  const scope = aliasOf(found.value.facts, found.value.gpu)
  const { name: host } = found.value.view
  if (now)
    return say(
      refusalNotice([
        refusal(
          'syntax',
          '`--now` stops a whole host between the steps of what has begun, and no single GPU',
          `Say \`pause ${host} --now\`, or leave \`--now\` out.`,
        ),
      ]),
    )
  return async (tx) => {
    const at = context.clock.now()
    const { account } = caller
    if (!(await pause(tx, { scope, account, at, now, reason })))
      return doneNotice(`${scope} was paused already.`)
    const because = reason === undefined ? '' : ` Reason: ${shown(reason)}.`
    const what = `${scope} paused: it is in quarantine, and nobody is given it until \`resume ${scope}\`.${because}`
    const text = [what, ...(await underWay(tx, scope))].join('\n')
    await post(tx, caller.channel, doneNotice(text, account), { at, otherwise: caller.back })
    await tellHolders(context, tx, { gpu: scope, by: account, reason, at })
    return null
  }
}

/** What has begun, one line each. */
const underWay = async (tx: Tx, gpu: string): Promise<string[]> =>
  (await requestsIn(tx, ['running']))
    .filter(({ plan }) => gpusOf(plan).includes(gpu))
    .map(({ id, plan }) => `${id} (${titleOf(plan)}) has begun and comes to its end.`)

const tellHolders = async (
  context: Context,
  tx: Tx,
  { gpu, ...said }: { gpu: string; by: string; reason: string | undefined; at: number },
): Promise<void> => {
  const toOthers = (lease: Lease): Notice | null =>
    isHolder(context.policy.inForce(), lease, said.by)
      ? null
      : keptNotice(leaseNewsNotice(lease, 'it was paused', said))
  await tellHoldersOf(tx, [gpu], toOthers, said.at)
}

/** What its quarantine means to whoever has it. */
export const keptNotice = (notice: Notice): Notice => ({
  ...notice,
  parts: [...notice.parts, { kind: 'text', runs: [KEPT] }],
})
const KEPT = 'It is in quarantine: you keep it and may give it back, and nobody else is given it.'

/** What people said, and what a guest said; what its host reports ends with that. */
export const resumeGpu = async (context: Context, name: string, caller: Caller): Promise<Effect> => {
  const views = await hostViews(context.db, [...context.hosts.keys()])
  const found = resolveGpu(name, views)
  // What was paused may be gone from the fleet.
  const paused = (await marks(context.db)).find(({ gpu }) => gpu.toLowerCase() === name.toLowerCase())
  if (!found.ok && !paused) return say(refusalNotice(found.refusals))
  const gpu = found.ok ? aliasOf(found.value.facts, found.value.gpu) : (paused?.gpu ?? name)
  const left = found.ok ? quarantineOf(found.value.facts, found.value.gpu, []) : null
  const still = left === null ? '' : ` ${quarantineWords(left)}. ${endsOf(left)}`
  return async (tx) => {
    const byPeople = await resume(tx, gpu)
    const byGuests = await forgetFailing(tx, gpu)
    if (!byPeople && !byGuests) return doneNotice(`${gpu}: nothing was paused.${still}`)
    await post(tx, caller.channel, doneNotice(`${gpu} resumed.${still}`, caller.account), {
      at: context.clock.now(),
      otherwise: caller.back,
    })
    return null
  }
}
