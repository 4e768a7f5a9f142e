/** Hundreds of hosts of one GPU each: every GPU is found by pressing Next, and no page is more than Slack takes. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { SlackMessage } from '../../src/playground/slack/local-slack'
import { buttonNamed, GPU, MAYA, startServed, textOf, type Served } from './playground'

const HOSTS = Array.from({ length: 250 }, (_, host) => `node-${host}.gpu.example.internal`)
const GPUS = HOSTS.map((host) => `${host}/gpu0`)

// Every JSON text is YAML.
const FLEET = JSON.stringify({
  fleet: 'scattered',
  hosts: HOSTS.map((name) => ({
    name,
    os: { caption: 'Microsoft Windows Server 2025 Datacenter', edition: 'server', release: '2025' },
    physicalAddressBits: 46,
    forceDismount: false,
    gpus: [
      {
        slot: 'gpu0',
        instanceId: 'PCI\\VEN_10DE&DEV_2235&SUBSYS_145A10DE&REV_A1\\4&0F6E21C8&0&0008',
        locationPath: 'PCIROOT(3A)#PCI(0000)#PCI(0000)',
        model: 'NVIDIA A40',
        driver: '32.0.15.7261',
        bars: [{ size: '64GiB', bits: 64 }],
      },
    ],
    vms: [],
  })),
})

let bot: Served
beforeEach(async () => {
  bot = await startServed({ fleet: FLEET })
})
afterEach(() => bot.end())

const gpusIn = (message: SlackMessage): string[] => textOf(message).match(/[\w.-]+\/gpu\d+/g) ?? []

/** The page that Maya gets by pressing a button of this one. */
const pageAfter = async (page: SlackMessage, label: string): Promise<SlackMessage> => {
  await bot.presses(MAYA, label)
  return bot.sees(GPU, ({ ts }) => ts > page.ts)
}

test('the pages of a list hold every GPU once, in order and uncut, for the asker alone', async () => {
  const pages = [await bot.says(MAYA, 'list')]
  while (buttonNamed(pages.at(-1)!, 'Next') !== undefined) pages.push(await pageAfter(pages.at(-1)!, 'Next'))

  expect(pages.flatMap(gpusIn)).toEqual(GPUS)
  for (const page of pages) {
    expect(page.ephemeralFor).toBe(MAYA)
    expect(textOf(page)).not.toContain('… cut')
  }
})

test('a page can be asked for by its number, and the one before it by a button', async () => {
  const last = await bot.says(MAYA, 'list --page 13')
  expect(gpusIn(last)).toEqual(GPUS.slice(240))

  expect(gpusIn(await pageAfter(last, 'Previous'))).toEqual(GPUS.slice(220, 240))
})
