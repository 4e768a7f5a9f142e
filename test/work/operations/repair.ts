/** What an administrator does with a request that needs attention: the listed commands in their order, then `resolve`; or `retry`. */
import { guardOf, readStep, scriptOf, undoOf, type Step } from '../../../src/core/plan/step'
import type { Plan } from '../../../src/core/plan/plan'
import type { Request, RequestIn } from '../../../src/core/request/request'
import type { World } from '../../../src/host/simulated/fleet'
import { resolveRequest } from '../../../src/work/commands/resolve'
import { retry } from '../../../src/work/commands/retry'
import { runRequest } from '../../../src/work/operation/run'
import type { Context } from '../../../src/work/context/context'
import { ADMIN, CHANNEL, stored } from './bot'

/** Every step that a command about this plan can stand for. */
const stepsAbout = ({ steps, from, to }: Plan): Step[] => [
  ...steps.map(undoOf),
  ...[from, to].flatMap((vm): Step[] =>
    vm
      ? [
          { kind: 'stopVm', vm, how: 'shutdown' },
          { kind: 'startVm', vm },
        ]
      : [],
  ),
]

const stepOf = (plan: Plan, command: string): Step => {
  const step = stepsAbout(plan).find((each) => scriptOf(each) === command)
  if (!step) throw new Error(`no step stands behind: ${command}`)
  return step
}

/** What holds the commands of a script together. */
const AROUND = /^(?:& \{|\}|# .*|\$ErrorActionPreference = 'Stop'|function Need.*|Need .*|Write-Host .*)$/

const CALLER = { account: ADMIN, name: 'Administrator', channel: CHANNEL, back: CHANNEL }

/** Throws when a listed command is refused by the host. A command whose effect holds already is passed over. */
export const repairAndResolve = async (
  context: Context,
  world: World,
  request: RequestIn<'needs-attention'>,
): Promise<Request> => {
  const guard = guardOf(stepsAbout(request.plan))
  const commands = request.repair.map((line) => line.trim()).filter((line) => !guard.includes(line))
  for (const command of commands.filter((line) => !AROUND.test(line))) {
    const step = stepOf(request.plan, command)
    if (readStep(step, world.facts(request.plan.host)) !== 'done') world.act(request.plan.host, step)
  }
  await context.db
    .transaction()
    .execute(await resolveRequest(context, { id: request.id, asFound: false }, CALLER))
  return stored(context.db, request.id)
}

/** What was refused is tried again. Somebody has shut down VMs that run with what they shall not have. */
export const tryAgain = async (
  context: Context,
  world: World,
  { id, plan }: RequestIn<'needs-attention'>,
): Promise<Request> => {
  const answer = await context.db.transaction().execute(await retry(context, id, CALLER))
  if (answer?.tone === 'bad') {
    for (const vm of [plan.from, plan.to])
      if (vm && JSON.stringify(answer).includes(`${vm.name} is Running, not Off`))
        world.act(plan.host, { kind: 'stopVm', vm, how: 'shutdown' })
    await context.db.transaction().execute(await retry(context, id, CALLER))
  }
  await runRequest(context, await stored(context.db, id), new AbortController().signal)
  return stored(context.db, id)
}
