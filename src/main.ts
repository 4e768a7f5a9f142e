#!/usr/bin/env node
/**
 * `gpu-chatops`: with nothing configured the playground, else the server; and commands for whoever sets it up.
 * Each loads what it needs and no more.
 */
import type { App } from './app'
import { systemClock } from './clock'
import type { Config } from './config/config'
import { Fault } from './core/errors'
import type { Terminal } from './doctor/doctor'
import type { Wanted } from './doctor/verify-host'
import { printable, secretsIn, withoutSecrets } from './core/text/printable'
import type { Logger } from './work/context/context'

const THINGS_TO_TRY = `
  1. As Maya:   /gpu assign hv01/gpu0 to train-02 --shutdown because fine-tuning   (in Teams without /gpu)
  2. As Jonas:  press Approve, watch the steps, read nvidia-smi
  3. As Maya:   /gpu release hv01/gpu0 --shutdown   (or provoke a failure first, on the right)
`

const serve = async (): Promise<void> => {
  const { readConfig } = await import('./config/config.ts')
  const config = readConfig(process.env)
  if (config.kind === 'playground') process.stdout.write('Starting the playground ...\n')
  const { openLog } = await import('./log.ts')
  const log = openLog({
    level: config.kind === 'playground' && process.env['LOG_LEVEL'] === undefined ? 'warn' : config.LOG_LEVEL,
    terminal: process.stderr.isTTY,
    secrets: secretsIn(process.env),
  })
  if (config.kind === 'server') await serveChats(config, log)
  else await servePlayground(config, log)
}

const serveChats = async (config: Extract<Config, { kind: 'server' }>, log: Logger): Promise<void> => {
  log.info({}, 'starting')
  const { startServer } = await import('./app.ts')
  const server = await startServer(config, log)
  process.on('SIGHUP', () => server.reload())
  stopOnSignal(server)
  server.failure
    .then((why) => {
      complain(why)
      return server.stop()
    })
    .catch(complain)
}

const servePlayground = async (
  config: Extract<Config, { kind: 'playground' }>,
  log: Logger,
): Promise<void> => {
  const { loadChats, startPlayground } = await import('./app.ts')
  const app = await startPlayground(config, log)
  process.stdout.write(
    `\nGPU ChatOps playground: http://localhost:${app.port}/\n${THINGS_TO_TRY}\nStop with Ctrl+C; the state is kept in ${config.DATA_DIR}.\n`,
  )
  stopOnSignal(app)
  // While the page is being opened; what is asked before that waits for it.
  await loadChats({ slack: true, teams: true })
}

const USAGE = `Usage: gpu-chatops                                     the bot, or with nothing configured the playground
       gpu-chatops doctor                              what keeps the bot from working, and what to do about it
       gpu-chatops verify-host HOST                    what a host must do, tried without changing anything
       gpu-chatops verify-host HOST --exercise GPU VM  and an assignment with its undo; the VM must be off
       gpu-chatops policy check|test FILE              what is wrong with a policy; what it says to its examples
       gpu-chatops policy schema                       its JSON schema, for editors
`

/** Hosts and services say what they like: their words may hold anything. */
const shown = (text: string): string => printable(withoutSecrets(secretsIn(process.env))(text))

const terminal: Terminal = {
  print: (text) => void process.stdout.write(shown(text)),
  hint: (text) => void process.stderr.write(`${shown(text)}\n`),
}

const verify = async (args: readonly string[]): Promise<boolean> => {
  const wanted = wantedIn(args)
  if (!wanted) return misused()
  const stopping = new AbortController()
  process.once('SIGINT', () => {
    terminal.hint('stopping; what was done is undone first ...')
    stopping.abort()
  })
  const { dataDirOf } = await import('./config/config.ts')
  const { verifyHost } = await import('./doctor/verify-host.ts')
  return verifyHost(wanted, {
    env: process.env,
    clock: systemClock,
    dataDir: dataDirOf(process.env),
    terminal,
    stopping: stopping.signal,
  })
}

/** Null for what is no such command. */
const wantedIn = (args: readonly string[]): Wanted | null => {
  const [host, flag, gpu, vm, ...more] = args
  if (host === undefined || host.startsWith('-') || more.length > 0) return null
  if (flag === undefined) return { host, exercise: null }
  return flag === '--exercise' && gpu !== undefined && vm !== undefined
    ? { host, exercise: { gpu, vm } }
    : null
}

const misused = (): false => {
  process.stderr.write(USAGE)
  return false
}

const lookAtPolicy = async (args: readonly string[]): Promise<void> => {
  const { policyCommand } = await import('./policy-command.ts')
  const { text, exitCode } = policyCommand(args)
  process.stdout.write(`${text}\n`)
  process.exitCode = exitCode
}

const main = async (): Promise<void> => {
  const [command, ...args] = process.argv.slice(2)
  if (command === undefined) return serve()
  if (command === 'policy') return lookAtPolicy(args)
  if (command === 'help' || command === '--help') return void process.stdout.write(USAGE)
  process.exitCode = (await said(command, args)) ? 0 : 1
}

const said = async (command: string, args: readonly string[]): Promise<boolean> => {
  if (command === 'verify-host') return verify(args)
  if (command !== 'doctor' || args.length > 0) return misused()
  const { doctor } = await import('./doctor/doctor.ts')
  return doctor(process.env, systemClock, terminal)
}

/** Who stops a program often kills it after ten seconds; it ends by itself before that, whatever is still open. */
const STOP_MS = 9_000

const stopOnSignal = (app: App): void => {
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(130)
    stopping = true
    void Promise.race([app.stop().catch(complain), systemClock.sleep(STOP_MS)]).then(() => process.exit())
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

const complain = (error: unknown): void => {
  process.stderr.write(
    `gpu-chatops: ${shown(error instanceof Fault ? error.message : String(error instanceof Error ? error.stack : error))}\n`,
  )
  process.exitCode = 1
}

main().catch(complain)
