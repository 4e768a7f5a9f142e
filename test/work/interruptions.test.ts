/** A plan that stops a VM is shown with what that interrupts; asking never keeps it from being made. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PlanCommand } from '../../src/core/command/command'
import { vmId } from '../../src/core/inventory/inventory'
import type { Notice } from '../../src/core/notice/notice'
import type { GuestUse, Host } from '../../src/core/ports/host'
import { type Store } from '../../src/store/database'
import { duePosts } from '../../src/store/outbox'
import { saveSamples } from '../../src/store/samples'
import { ask } from '../../src/work/commands/ask'
import type { Context } from '../../src/work/context/context'
import { asked, assign, CHANNEL, fleetOf, HOST, REQUESTER, openBot, type OpenBot } from './operations/bot'

let bot: OpenBot
let store: Store
let context: Context
beforeEach(async () => {
  bot = await openBot()
  ;({ store, context } = bot)
})
afterEach(() => bot.close())

const STOPS = assign('hv01/gpu0', 'train-02', { shutdown: true })
const HEAD = 'What a stop of train-02 interrupts'
const USE: GuestUse = {
  ...{ smi: { kind: 'not-run', why: 'no account' }, people: ['maya'] },
  processes: [{ pid: 7, name: 'python3', usedBytes: null }],
}

const guests = (use: Host['use']): string[] => {
  const asked: string[] = []
  context = {
    ...context,
    hosts: new Map(
      [...context.hosts].map(([name, host]) => {
        const asking: Pick<Host, 'use'> = use ? { use: (vm) => (asked.push(vm), use(vm)) } : {}
        const { run, smi, inventory, adopt, forget } = {
          run: host.run.bind(host),
          smi: host.smi.bind(host),
          inventory: host.inventory.bind(host),
          adopt: host.adopt.bind(host),
          forget: host.forget.bind(host),
        }
        return [name, { name, run, smi, inventory, adopt, forget, ...asking }]
      }),
    ),
  }
  return asked
}
const cardOf = async (command: PlanCommand): Promise<string> => {
  const { id } = await asked(context, command)
  const { posts } = await duePosts(store.db, context.clock.now(), { limit: 100 })
  return JSON.stringify(posts.find(({ requestId }) => requestId === id)?.notice)
}

describe('the card of a plan that stops a VM', () => {
  it('says what that interrupts before anybody approves it', async () => {
    const heard = guests(() => Promise.resolve(USE))

    const card = await cardOf(STOPS)

    expect(card).toContain(HEAD)
    expect(card).toContain('Logged on: maya')
    expect(heard).toEqual([vmNamed('train-02').id])
  })

  it('asks nobody where nothing that runs is stopped', async () => {
    const heard = guests(() => Promise.resolve(USE))

    expect(await cardOf(assign('hv01/gpu0', 'train-01'))).not.toContain('interrupts')
    expect(heard).toEqual([])
  })

  it.each<[string, Host['use']]>([
    ['cannot be asked', undefined],
    ['fails to answer', () => Promise.reject(new Error('the line broke'))],
    [
      'knows nothing',
      () => Promise.resolve({ smi: { kind: 'not-run', why: 'no account' }, processes: null, people: null }),
    ],
  ])('says that it is not known where the guest %s, and is made all the same', async (_, use) => {
    guests(use)

    const card = await cardOf(STOPS)

    expect(card).toContain(HEAD)
    expect(card).toContain('Logged on: not known')
  })

  it('says when it was last seen computing, by the samples of its GPU', async () => {
    guests(() => Promise.resolve(USE))
    const at = context.clock.now() - 60_000
    const vm = vmNamed('vdi-05')
    await store.db.transaction().execute((tx) =>
      saveSamples(tx, { host: 'hv02', vm: vm.id, at }, [
        {
          ...{
            index: 0,
            name: 'A16',
            uuid: 'GPU-1',
            driverVersion: '1',
            memoryTotalBytes: 1,
            memoryUsedBytes: 1,
          },
          ...{
            utilizationPercent: 40,
            temperatureCelsius: 40,
            powerWatts: 1,
            uncorrectedErrors: 0,
            fault: null,
          },
        },
      ]),
    )

    const card = await cardOf({
      ...{ kind: 'release', name: 'vdi-05', shutdown: true, powerOff: false, noStart: false },
      ...{ dryRun: false, script: false },
    })

    expect(card).toContain(`"Last seen computing: ",{"time":${at}}`)
  })

  it('is shown by a dry run too', async () => {
    guests(() => Promise.resolve(USE))
    await asked(context, assign('hv01/gpu1', 'train-01'))
    const caller = { account: REQUESTER, name: 'Requester', channel: CHANNEL, back: CHANNEL }
    const effect = await ask(context, { ...STOPS, dryRun: true }, caller)

    const answer: Notice | null = await store.db.transaction().execute(effect)

    expect(JSON.stringify(answer)).toContain(HEAD)
  })
})

const vmNamed = (name: string) => {
  const fleet = fleetOf(context.clock)
  const vm = [HOST, 'hv02'].flatMap((host) => fleet.world.facts(host).vms).find((each) => each.name === name)
  if (!vm) throw new Error(`no VM ${name}`)
  return { ...vm, id: vmId.parse(vm.id) }
}
