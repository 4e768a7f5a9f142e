/**
 * The simulated host behind the stand-ins: one JSON line over loopback for each command, one for its answer. All
 * rules are the simulator's; what is added here is the form in which Windows shows it.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Host } from '../../../../src/core/ports/host'
import type { World } from '../../../../src/host/simulated/fleet'
import type { Answers, Scene } from './answers/answer'
import { cimAnswers } from './answers/cim'
import { clusterAnswers } from './answers/cluster'
import { deviceAnswers } from './answers/devices'
import { guestAnswers } from './answers/guest'
import { partitionAnswers } from './answers/partitions'
import { pnpAnswers } from './answers/pnp'
import { vmAnswers } from './answers/vm'
import { type Differences, USUAL } from './differences'
import type { Flavour } from './modules'
import { classOf, StubFailure } from './refusal'
import type { Bound, Value } from './wire'

const ANSWERS: Answers = {
  ...vmAnswers,
  ...deviceAnswers,
  ...partitionAnswers,
  ...clusterAnswers,
  ...pnpAnswers,
  ...cimAnswers,
  ...guestAnswers,
}

const question = z.object({
  token: z.string(),
  command: z.string(),
  bound: z.record(z.string(), z.unknown()),
})

/** Commands that change the host. */
export const MUTATING = /^(Stop|Start|Set|Add|Remove|Disable|Enable|Dismount|Mount)-/

export interface StubCall {
  readonly command: string
  readonly bound: Bound
}

export interface StubServer {
  /** What a PowerShell that uses the stand-ins needs in its environment. */
  readonly env: { readonly GPU_STUB_PORT: string; readonly GPU_STUB_TOKEN: string }
  /** Every command that was called, with its parameters, in order. */
  readonly calls: StubCall[]
  /** Another simulated host from now on, of the usual kind. */
  become(world: World, host: Host): void
  /** The same host, which from now on differs from the usual in this. */
  differ(differences: Partial<Differences>): void
  close(): Promise<void>
}

export interface StubServerOptions {
  readonly world: World
  /** The simulated host; all rules are its own. */
  readonly host: Host
  readonly language?: 'en' | 'zh'
  readonly flavour: Flavour
  /** The module is of the time before adapters told their GPU. */
  readonly older?: boolean
  /** Called before a command is carried out; it may wait, and what it throws (StubFailure) is the answer. */
  readonly before?: (call: StubCall) => Promise<void> | void
  /** Called when it was carried out, before it is answered. */
  readonly after?: (call: StubCall) => Promise<void> | void
}

interface Reply {
  readonly objects: readonly Value[]
  readonly errors: readonly object[]
}

const replyTo = async (call: StubCall, scene: Scene, options: StubServerOptions): Promise<Reply> => {
  try {
    await options.before?.(call)
    const answer = ANSWERS[call.command]
    if (!answer) throw new StubFailure('StubUndocumented', `there is no stand-in for ${call.command}`)
    const objects = await answer(call.bound, scene)
    await options.after?.(call)
    return { objects, errors: [] }
  } catch (error) {
    if (!(error instanceof StubFailure)) throw error
    const { code, message, exception } = error
    const record = { code, message, exception, class: classOf(call.command), category: 'InvalidOperation' }
    return { objects: [], errors: [record] }
  }
}

const listen = async (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )

/** A question with the wrong token is not answered. */
export const startStubServer = async (options: StubServerOptions): Promise<StubServer> => {
  const token = randomBytes(16).toString('hex')
  const sceneOf = (world: World, host: Host): Scene => ({
    world,
    host: host.name,
    flavour: options.flavour,
    language: options.language ?? 'en',
    older: options.older ?? false,
    smi: (target) => host.smi(target),
    pending: new Set(),
    ...USUAL,
  })
  let scene = sceneOf(options.world, options.host)
  const calls: StubCall[] = []
  const open = new Set<Socket>()

  const serve = async (socket: Socket): Promise<void> => {
    for await (const line of createInterface({ input: socket })) {
      const asked = question.parse(JSON.parse(line))
      if (asked.token !== token) return void socket.destroy()
      const call: StubCall = { command: asked.command, bound: asked.bound as Bound }
      calls.push(call)
      const reply = await replyTo(call, scene, options)
      if (!socket.destroyed) socket.end(`${JSON.stringify(reply)}\n`)
    }
  }
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => undefined)
    serve(socket).catch((error: unknown) => socket.destroy(error instanceof Error ? error : undefined))
  })
  const port = await listen(server)
  return {
    env: { GPU_STUB_PORT: String(port), GPU_STUB_TOKEN: token },
    calls,
    become: (world, host) => {
      scene = sceneOf(world, host)
    },
    differ: (differences) => {
      scene = { ...scene, ...differences }
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
