/** The journeys of the playground, each from the page as it is opened to its end. */
import type { Page } from 'playwright-core'
import type { Latency } from '../../src/hosts'
import { approves, become, chooses, isShown, message, opens, pane, presses, sees, types } from './person'

export interface Journey {
  readonly story: string
  /** As in the file where somebody watches the steps. */
  readonly latency?: Latency
  readonly walk: (page: Page) => Promise<void>
}

const bothSee = async (page: Page, words: string | RegExp): Promise<void> => {
  await sees(page, 'Slack', words)
  await sees(page, 'Teams', words)
}

/** Asked for in Slack as Maya, approved there by Jonas, done in both. */
const asksAndIsGiven = async (page: Page, command: string): Promise<void> => {
  await become(page, 'Maya')
  await types(page, 'Slack', command)
  await become(page, 'Jonas')
  await approves(page, 'Slack', 'R-1')
  await bothSee(page, /R-1 · done/)
}

/** Behind the bot: the VM is turned off and its GPU is taken from it. */
const losesItsGpu = async (page: Page, vm: string, gpu: string): Promise<void> => {
  await chooses(page, 'By hand', gpu, 'remove from its VM')
  await chooses(page, 'A VM', vm)
  await presses(page, 'A VM', 'Turn off')
  await pane(page, 'Fleet').getByRole('button', { name: 'Start', exact: true }).waitFor()
  await presses(page, 'By hand', 'Do it')
}

const HOSTILE = `<img src=x onerror=alert(1)> **loud** ~none~ ${'unbroken'.repeat(40)}`

export const JOURNEYS: readonly Journey[] = [
  {
    story: 'the page is opened',
    walk: (page) => isShown(page, 'gpu2', 'in render-01'),
  },
  {
    story: 'a GPU is asked for in Slack, approved in Teams, watched and read in both',
    latency: 'as-in-file',
    walk: async (page) => {
      await types(page, 'Slack', 'assign hv01/gpu1 to train-01 because fine-tuning')
      await become(page, 'Jonas')
      await approves(page, 'Teams', 'R-1')
      for (const chat of ['Slack', 'Teams'] as const)
        await message(page, chat, /R-1 · (running|working)/).waitFor()
      await isShown(page, 'gpu1', 'dismounted')
      await isShown(page, 'gpu1', 'in train-01')
      await bothSee(page, /nvidia-smi in train-01 on hv01/)
    },
  },
  {
    story: 'markup and words without end are shown as they were typed',
    walk: async (page) => {
      await types(page, 'Slack', `assign hv01/gpu0 to train-01 because ${HOSTILE}`)
      await bothSee(page, `R-1 · waiting for an approver`)
      await types(page, 'Teams', `assign hv01/gpu1 to train-02 --shutdown because ${HOSTILE}`)
      await bothSee(page, `R-2 · waiting for an approver`)
      for (const chat of ['Slack', 'Teams'] as const)
        for (const number of [1, 2]) await message(page, chat, `R-${number} ·`).getByText(HOSTILE).waitFor()
    },
  },
  {
    story: 'Slack asks once more before a plan is approved',
    walk: async (page) => {
      await types(page, 'Slack', 'assign hv01/gpu0 to train-02 --shutdown')
      await become(page, 'Jonas')
      await message(page, 'Slack', 'R-1').getByRole('button', { name: 'Approve' }).click()
      await page.getByRole('dialog').getByText('It costs').waitFor()
    },
  },
  {
    story: 'a step fails and what was done is undone',
    walk: async (page) => {
      await chooses(page, 'Next time', 'adding the GPU to the VM', 'is refused')
      await presses(page, 'Next time', 'Arm')
      await pane(page, 'Fleet').getByText('1 armed').waitFor()
      await types(page, 'Teams', 'assign hv01/gpu0 to train-02 --shutdown')
      await become(page, 'Jonas')
      await approves(page, 'Slack', 'R-1')
      await bothSee(page, /failed and undone: everything is as it was/)
      await isShown(page, 'gpu0', 'on the host')
    },
  },
  {
    story: 'a GPU that was forgotten on its host is told of and returned',
    walk: async (page) => {
      await losesItsGpu(page, 'render-01', 'gpu2 NVIDIA A40')
      await bothSee(page, /hv01\/gpu2 is dismounted and attached to nothing/)
      await message(page, 'Slack', 'attached to nothing')
        .getByRole('button', { name: 'Return hv01/gpu2 to its host' })
        .click()
      await become(page, 'Jonas')
      await approves(page, 'Teams', 'R-1')
      await bothSee(page, /R-1 · done/)
      await isShown(page, 'gpu2', 'on the host')
    },
  },
  {
    story: 'what was changed behind the bot is accepted',
    walk: async (page) => {
      await asksAndIsGiven(page, 'assign hv01/gpu0 to train-02 --shutdown')
      await losesItsGpu(page, 'train-02', 'gpu0 NVIDIA A100 80GB PCIe')
      await bothSee(page, /changed outside this bot/)
      await become(page, 'Priya')
      await types(page, 'Slack', 'reconcile hv01')
      await message(page, 'Slack', 'Accept')
        .getByRole('button', { name: 'Accept what the host says' })
        .click()
      await sees(page, 'Slack', /The records follow the host/)
    },
  },
  {
    story: 'a GPU is waited for, offered, taken and given',
    walk: async (page) => {
      await asksAndIsGiven(page, 'assign hv01/gpu0 to train-01')
      await become(page, 'Priya')
      await types(page, 'Slack', 'queue hv01/gpu0 to train-02 --shutdown because nightly runs')
      await sees(page, 'Slack', /Q-1 ?: you wait for hv01\/gpu0/)
      await become(page, 'Maya')
      await types(page, 'Slack', 'release hv01/gpu0 --shutdown')
      await bothSee(page, /R-2 · done/)
      await become(page, 'Priya')
      await opens(page, 'Slack', 'GPU ChatOps')
      await message(page, 'Slack', 'on offer to you').getByRole('button', { name: 'Take it' }).click()
      await sees(page, 'Slack', /You took hv01\/gpu0/)
      await opens(page, 'Slack', 'gpu')
      await become(page, 'Jonas')
      await approves(page, 'Slack', 'R-3')
      await bothSee(page, /R-3 · done/)
      await isShown(page, 'gpu0', 'in train-02')
    },
  },
]
