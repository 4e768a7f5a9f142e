import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { GPU, JONAS, MAYA, PRIYA, startJourney, textOf, type Journey } from './playground'

let journey: Journey
beforeEach(async () => {
  journey = await startJourney()
})
afterEach(() => journey.end())

const seesCard = (words: string) =>
  journey.sees(GPU, (message) => message.ephemeralFor === undefined && textOf(message).includes(words))

describe('a request that cannot be posted', () => {
  test('is told privately to who asked, with the reason, the cure, and how to decide without its buttons', async () => {
    journey.slack.fault({ method: 'chat.postMessage', times: 1, kind: 'error', error: 'not_in_channel' })

    const told = await journey.says(MAYA, 'assign hv01/gpu0 to train-01')

    expect(told.ephemeralFor).toBe(MAYA)
    expect(textOf(told)).toMatch(/I could not post this: .*R-1 Assign hv01\/gpu0 to train-01/)
    expect(textOf(told)).toContain('not_in_channel')
    expect(textOf(told)).toContain('/invite')
    expect(textOf(told)).toContain('approve R-1')
  })

  test('can still be approved by its id', async () => {
    journey.slack.fault({ method: 'chat.postMessage', times: 1, kind: 'error', error: 'not_in_channel' })
    await journey.says(MAYA, 'assign hv01/gpu0 to train-01')

    await journey.says(JONAS, 'approve R-1')

    await journey.sees(GPU, (message) => textOf(message).includes('NVIDIA A100'))
    expect(journey.world.facts('hv01').vms.find((vm) => vm.name === 'train-01')?.assigned).toHaveLength(1)
  })
})

describe('an approved request', () => {
  test('waits in sight for its paused host, and runs when that is resumed', async () => {
    await journey.says(MAYA, 'assign hv01/gpu0 to train-01')
    await journey.says(PRIYA, 'pause hv01')
    await journey.presses(JONAS, 'Approve')
    await seesCard('R-1 · approved, waiting: hv01 is paused')

    await journey.says(PRIYA, 'resume hv01')

    await seesCard('R-1 · done')
  })
})
