/** `gpu-chatops verify-host`: what the tests hold over stand-ins, held over a real host. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHosts } from '../config/config'
import { NO_CONSENTS } from '../core/change/change'
import { barCure, barOf, barWords } from '../core/inventory/bar'
import { Fault, messageOf } from '../core/errors'
import { counted } from '../core/text/figures'
import type { BotId, Fence } from '../core/fence'
import type { HostFacts } from '../core/inventory/inventory'
import { resolvePair } from '../core/inventory/names'
import type { Plan } from '../core/plan/plan'
import { planAssign, planScripts } from '../core/planner/planner'
import type { Clock } from '../core/ports/clock'
import { quarantineOf } from '../core/inventory/quarantine'
import type { HostConfig } from '../host/powershell/config'
import { openPowerShellFleet } from '../host/powershell/fleet'
import { programsHere } from '../host/powershell/programs'
import { hostWords } from '../core/text/printable'
import { openStore } from '../store/database'
import { selfOf } from '../store/self'
import { drawClaim } from '../work/context/claim'
import type { Terminal } from './doctor'
import { exercise } from './exercise'
import { fail, pass, sectionOf, type Finding } from './finding'
import { silentHost, type Silence } from './host-checks'
import { READING_CASES, type HostUnderTest } from './reading-cases'

export interface Wanted {
  readonly host: string
  /** Null: nothing is changed. */
  readonly exercise: { readonly gpu: string; readonly vm: string } | null
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly dataDir: string
  readonly terminal: Terminal
  readonly stopping: AbortSignal
}

/**
 * True when everything held. Throws Fault('config') when the host is not configured, ('store') while the bot runs and
 * something is to be changed, ('host-unreachable') when there is nothing to verify.
 */
export const verifyHost = async (wanted: Wanted, around: Surroundings): Promise<boolean> => {
  const { env, clock, terminal } = around
  const part = readHosts(env['GPU_CHATOPS_CONFIG'] ?? '')
  const config = part?.hosts.find(({ name }) => name.toLowerCase() === wanted.host.toLowerCase())
  if (!part || !config)
    throw new Fault(
      'config',
      `no host ${wanted.host} is configured${part ? `; there are ${part.hosts.map(({ name }) => name).join(', ')}` : ': GPU_CHATOPS_CONFIG names no file with `hosts`, or they are wrong (`gpu-chatops doctor` says how)'}`,
    )
  const hosts = [config]
  const programs = await programsHere({ ...part, hosts }, clock)
  const dir = mkdtempSync(join(tmpdir(), 'gpu-chatops-verify-'))
  const log = { warn: (): void => undefined }
  const fleet = openPowerShellFleet({ hosts, programs, dir, clock, log })
  try {
    terminal.hint(`asking ${config.name} ...`)
    const [host] = fleet.hosts
    const examination = await fleet.examine(config)
    if (examination.kind === 'silent') throw unreachable(config, examination)
    if (!host) throw new Fault('internal', `there is no host ${config.name}`)
    const facts = await host.inventory()
    const tried = { host, facts, fence: knownTo(facts) }
    const findings = await readingFindings(tried, terminal)
    terminal.print(`${sectionOf(`${config.name}, without changing anything`, findings)}\n\n`)
    if (findings.some(isFailure)) return false
    const names = wanted.exercise
    return (
      names === null ||
      (await withoutBot(around.dataDir, (bot) => exerciseOn({ ...tried, bot }, names, around)))
    )
  } finally {
    await fleet.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

const unreachable = (config: HostConfig, examination: Silence): Fault => {
  const { reason, fix = '' } = silentHost(config, examination)
  return new Fault('host-unreachable', `${config.name} is not ready: ${reason}\n${fix}`)
}

/** The claim that the host knows already: its orders are taken, and whose host it is stays as it is. */
const knownTo = ({ module }: HostFacts): Fence => {
  const { number, bot, claim } = module?.fence ?? { number: 0, bot: null, claim: null }
  if (bot !== null && claim === null) return { number: number + 1, bot, claim: drawClaim() }
  return { number: Math.max(1, number), bot, claim }
}

const isFailure = ({ verdict }: Finding): boolean => verdict === 'fail'

const readingFindings = async (tried: HostUnderTest, { hint }: Terminal): Promise<Finding[]> => {
  const findings: Finding[] = []
  for (const { name, run } of READING_CASES) {
    hint(`${name} ...`)
    try {
      findings.push(pass(name, await run(tried)))
    } catch (error) {
      findings.push(
        fail(
          name,
          hostWords(messageOf(error)),
          'The bot cannot rely on this host; report it with what `doctor` says.',
        ),
      )
    }
  }
  return findings
}

/** The lock of the data directory keeps a bot from starting meanwhile. */
const withoutBot = async <T>(dataDir: string, work: (bot: BotId) => Promise<T>): Promise<T> => {
  const store = await openStore(dataDir)
  try {
    return await work(await selfOf(store.db))
  } finally {
    await store.close()
  }
}

const exerciseOn = async (
  tried: HostUnderTest & { readonly bot: BotId },
  names: { readonly gpu: string; readonly vm: string },
  { terminal, stopping }: Surroundings,
): Promise<boolean> => {
  const { print, hint } = terminal
  const { facts, bot } = tried
  const bar = barOf(facts.module, bot)
  if (bar) {
    const refused = fail('not possible', barWords(facts.name, bar), barCure(facts.name, bar))
    print(`${sectionOf('The exercise', [refused])}\n`)
    return false
  }
  const plan = planToTry(tried.facts, names)
  if ('refusals' in plan) {
    print(`${sectionOf('The exercise', plan.refusals)}\n`)
    return false
  }
  print(`The exercise, with all that undoes it should this be cut short:\n\n${planScripts(plan).join('')}\n`)
  const findings = await exercise({ ...tried, plan, stopping, hint })
  print(`${sectionOf(`${counted(plan.steps.length, 'step')}, done and undone`, findings)}\n`)
  return !findings.some(isFailure)
}

/** The plan that the bot would show an approver, for a VM that is off and needs no consent. */
export const planToTry = (
  facts: HostFacts,
  { gpu, vm }: { readonly gpu: string; readonly vm: string },
): Plan | { readonly refusals: Finding[] } => {
  const view = {
    name: facts.name,
    facts,
    readAt: null,
    error: null,
    paused: false as const,
    pauseReason: null,
    marks: [],
    asides: [],
    bar: null,
  }
  const alias = gpu.includes('/') ? gpu : `${facts.name}/${gpu}`
  const found = resolvePair(alias, vm, [view])
  if (found.ok && found.value.vm.state !== 'Off')
    return {
      refusals: [
        fail(
          'not possible',
          `${found.value.vm.name} is ${found.value.vm.state}`,
          'This stops no VM: shut it down first, or take one that is off.',
        ),
      ],
    }
  const planned = found.ok
    ? planAssign({
        host: facts,
        gpu: found.value.gpu,
        vm: found.value.vm,
        consents: NO_CONSENTS,
        baselines: new Map(),
        quarantine: quarantineOf(facts, found.value.gpu, []),
        peers: [],
      })
    : found
  return planned.ok
    ? planned.value
    : {
        refusals: planned.refusals.map(({ reason, next }) =>
          fail('not possible', reason, next ?? 'Choose another GPU or VM.'),
        ),
      }
}
