/** People type as they speak: both chats understand them, and say so where they could be misunderstood. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fleetFile } from '../../src/host/simulated/fleet'
import { textOf } from './drivers'
import type { Who } from './people'
import { CHATS, startJourneyIn, startWorkplace, type Journey, type Workplace } from './workplace'

describe.each(CHATS)('in %s', (chat) => {
  let journey: Journey
  const says = async (who: Who, text: string): Promise<string> => textOf(await journey.says(who, text))

  describe('what changes nothing', () => {
    beforeAll(async () => {
      journey = await startJourneyIn(chat)
    })
    afterAll(() => journey.end())

    test.each<{ says: string; answer: RegExp }>([
      { says: 'status', answer: /hv01\/gpu0.*NVIDIA A100.*render-01/ },
      { says: 'status --free --host hv01', answer: /hv01\/gpu0.*hv01\/gpu1/ },
      { says: 'render-01', answer: /render-01.*hv01\/gpu2/ },
      { says: 'Render-01', answer: /render-01.*hv01\/gpu2/ },
      { says: '`hv01/render-01`', answer: /render-01.*hv01\/gpu2/ },
      { says: 'hv02', answer: /hv02.*lab-cluster/ },
      { says: 'hv01/gpu2', answer: /NVIDIA A40.*render-01/ },
      { says: 'hv01/gpu9', answer: /There is no GPU.*hv01\/gpu9/i },
      { says: 'R-7.', answer: /There is no request R-7/ },
      { says: 'r7', answer: /There is no request R-7/ },
      { says: 'show R7', answer: /There is no request R-7/ },
      { says: 'history R7', answer: /History of R-7/ },
      { says: 'Q2', answer: /There is no place Q-2/ },
      { says: 'rendr-01', answer: /is not a command.*Did you mean show render-01 ?\?/ },
      { says: 'lsit', answer: /Did you mean list ?\?/ },
      { says: 'approve R99', answer: /There is no request R-99/ },
      { says: 'leave Q-2!', answer: /There is no place Q-2/ },
      { says: 'check `hv01/gpu0` train-01', answer: /Possible, with 1 warning/ },
      { says: 'check train-01 for “hv01/gpu0”', answer: /Possible, with 1 warning/ },
      { says: 'assign --help', answer: /assign GPU to VM.*--shutdown/ },
      { says: 'assign hv01/gpu0 to train-01 -- help', answer: /assign GPU to VM.*--shutdown/ },
      { says: 'pause hv01 --help', answer: /pause is for administrators/ },
      { says: 'help status', answer: /list \[--host HOST\]/ },
      { says: 'help!', answer: /GPU commands/ },
      { says: 'hi', answer: /^Hello\. .*help tells/ },
      { says: 'Hello!', answer: /^Hello\./ },
      { says: 'thanks', answer: /^You are welcome\./ },
      { says: 'assign train-01 hv01/gpu0 for 8 hours -- dry-run', answer: /Dry run.*Add-VMAssignableDevice/ },
      { says: 'assign train-01 to hv01/gpu0 --dry-run', answer: /Assign hv01\/gpu0 to train-01.*Dry run/ },
      { says: 'assign hv01/gpu0 train-01 until 9am in Berlin --dry-run', answer: /Dry run/ },
      { says: 'assign hv01/gpu0 to train-01 until 9am in Berln', answer: /Did you mean in Berlin ?\?/ },
      {
        says: 'assign hv01/gpu0 to train-01 until 12 pm',
        answer: /until 00:00 for midnight.*until 12:00 for/,
      },
      {
        says: 'assign hv01/gpu0 hv01/gpu1',
        answer: /Say which: assign hv01\/gpu0 to hv01\/gpu1 or assign hv01\/gpu1 to hv01\/gpu0/,
      },
      { says: 'move train-01 to hv01/gpu2', answer: /Did you mean move hv01\/gpu2 to train-01 ?\?/ },
      {
        says: 'assign hv02/gpu0 to vdi-01 --mode partition --vram 6 GB --shutdown --dry-run',
        answer: /vdi-01.*6 GiB/,
      },
      { says: 'why "assign train-01 hv01/gpu0"', answer: /rule all is the first that fits/ },
      { says: 'done', answer: /You hold no GPU.*list/ },
      { says: 'extend by 4 hours', answer: /You hold no GPU.*list/ },
      { says: 'done hv01/gpu2', answer: /You do not hold hv01\/gpu2.*show hv01\/gpu2/ },
    ])('$says', async ({ says: text, answer }) => {
      const shown = await journey.says('maya', text)

      expect(textOf(shown)).toMatch(answer)
      expect([null, 'maya']).toContain(shown.to)
    })

    test('a digest comes at the time that was said, in the zone of the city', async () => {
      const alone = journey.workplace.alone('maya')[chat]
      await alone.types('maya', 'watch digest at 9:30 pm in New York')

      await alone.sees(({ text }) => /21:30.*America\/New_York/.test(text))
    })

    test('whoever is on no list of the policy is told so, however kindly they speak', async () => {
      expect(await says('nia', 'hello')).toMatch(
        /The policy lets you use none of the commands.*administrator/,
      )
      expect(await says('nia', 'hv01/gpu0')).toMatch(/policy/)
    })

    test.each(['render-01', 'rendr-01', 'hv0'])('nor do they learn whether `%s` is a name', async (name) => {
      expect(await says('nia', name)).not.toMatch(/render-01 ?\?|hv01|policy/)
    })

    test('a name alone asks for nothing', async () => {
      await says('maya', 'hv01/gpu0')
      await says('maya', 'train-01')

      expect(await says('maya', 'requests')).toMatch(/No request is open/)
    })
  })

  describe('VMs whose names look like something else', () => {
    let workplace: Workplace
    beforeAll(async () => {
      const fleet = readFileSync(fleetFile('default'), 'utf8')
      const renamed = fleet.replace('name: train-01', 'name: R4').replace('name: train-02', 'name: gpu1')
      workplace = await startWorkplace({
        changes: chat,
        fleet: (folder) => {
          const path = join(folder, 'fleet.yaml')
          writeFileSync(path, renamed)
          return path
        },
      })
    })
    afterAll(() => workplace.end())

    test.each<{ says: string; answer: RegExp }>([
      { says: 'R4', answer: /^(?!.*here is no).*R4.*hv01/ },
      { says: 'show r4', answer: /^(?!.*here is no).*R4.*hv01/ },
      { says: 'show R-4', answer: /There is no request R-4/ },
      { says: 'check hv01/gpu0 hv01/gpu1', answer: /hv01\/gpu0 for gpu1/ },
      { says: 'assign hv01/gpu0 hv01/gpu1 --shutdown --dry-run', answer: /Assign hv01\/gpu0 to gpu1/ },
      { says: 'hv01/gpu1', answer: /NVIDIA A100/ },
    ])('$says', async ({ says: text, answer }) => {
      expect(textOf(await workplace.in[chat].says('maya', text))).toMatch(answer)
    })
  })

  describe('what changes a host', () => {
    beforeEach(async () => {
      journey = await startJourneyIn(chat)
    })
    afterEach(() => journey.end())

    /** Types it, and waits for that answer among all that comes meanwhile. */
    const reads = async (who: Who, text: string, answer: RegExp): Promise<void> => {
      await journey.types(who, text)
      await journey.sees((message) => answer.test(textOf(message)) && [null, who].includes(message.to))
    }
    const assigned = () => journey.world.facts('hv01').vms.find(({ name }) => name === 'train-01')?.assigned

    test('a GPU is asked for, kept longer and given back without its id', async () => {
      await reads('maya', 'assign train-01 `hv01/gpu0` for 8 hours because tests', /R-1 · waiting/)
      await reads('jonas', 'approve R1', /R-1 · done/)

      await reads('maya', 'extend hv01/gpu0 by 2 days', /hv01\/gpu0 in train-01: .*until/)
      await reads('jonas', 'done hv01/gpu0 --shutdown', /You do not hold hv01\/gpu0/)
      expect(assigned()).toHaveLength(1)
      await reads('maya', 'done -- shutdown', /· done.*ends the lease/)

      expect(assigned()).toEqual([])
    })

    test('with several leases `done` ends none of them, and each is named to copy', async () => {
      await reads('maya', 'assign hv01/gpu0 train-01', /R-1 · waiting/)
      await reads('jonas', 'approve R-1.', /R-1 · done/)
      await reads('maya', 'assign hv01/gpu1 train-01 -- shutdown', /R-2 · waiting/)
      await reads('jonas', 'approve R-2,', /R-2 · done/)

      await reads(
        'maya',
        'done --shutdown',
        /2 leases are yours.*done R-1 --shutdown for hv01\/gpu0 in train-01, or done R-2 --shutdown for hv01\/gpu1/,
      )
      expect(assigned()).toHaveLength(2)
    })
  })
})
