#!/usr/bin/env node
/** `gpu-chatops`: with nothing configured the playground, else the server; `gpu-chatops policy ...` looks at a policy. */
import { startPlayground, startServer, type App } from './app'
import { readConfig, type Config } from './config'
import { Fault } from './core/errors'
import { openLog } from './log'
import { policyCommand } from './policy-command'
import type { Log } from './work/parts'

const THINGS_TO_TRY = `
  1. As Maya:   /gpu assign hv01/gpu0 to train-02 --shutdown because fine-tuning
  2. As Jonas:  press Approve, watch the steps, read nvidia-smi
  3. As Maya:   /gpu release hv01/gpu0 --shutdown   (or provoke a failure first, on the right)
`

const secretsOf = (config: Config): string[] =>
  config.kind === 'server'
    ? [config.slack.botToken, config.slack.signingSecret ?? '', config.slack.appToken ?? '']
    : []

const main = async (): Promise<void> => {
  const [subject, ...rest] = process.argv.slice(2)
  if (subject === 'policy') {
    const { text, exitCode } = policyCommand(rest)
    process.stdout.write(`${text}\n`)
    process.exitCode = exitCode
    return
  }
  const config = readConfig(process.env)
  const log = openLog({
    level: config.kind === 'playground' && process.env['LOG_LEVEL'] === undefined ? 'warn' : config.LOG_LEVEL,
    terminal: process.stderr.isTTY,
    secrets: secretsOf(config),
  })
  const app = config.kind === 'server' ? await startServing(config, log) : await startPlayground(config, log)
  if (config.kind === 'playground')
    process.stdout.write(
      `\nGPU ChatOps playground: http://localhost:${app.port}/\n${THINGS_TO_TRY}\nStop with Ctrl+C; the state is kept in ${config.DATA_DIR}.\n`,
    )
  stopOnSignal(app)
}

const startServing = async (config: Extract<Config, { kind: 'server' }>, log: Log): Promise<App> => {
  const server = await startServer(config, log)
  process.on('SIGHUP', () => server.reload())
  return server
}

const stopOnSignal = (app: App): void => {
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(130)
    stopping = true
    app.stop().catch(complain)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

const complain = (error: unknown): void => {
  process.stderr.write(
    `gpu-chatops: ${error instanceof Fault ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  )
  process.exitCode = 1
}

main().catch(complain)
