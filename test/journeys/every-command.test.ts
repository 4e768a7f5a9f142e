/** Every command there is does the same in Slack and in Microsoft Teams; journeys of their own follow requests further. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { KINDS } from '../../src/core/command/command'
import { placeOf } from '../../src/core/inventory/inventory'
import { textOf } from './drivers'
import { MEMBERS, type Who } from './people'
import { CHATS, policyOf, startJourneyIn, type Journey } from './workplace'

const ASK = 'assign hv01/gpu0 to train-01 because fine-tuning'

describe.each(CHATS)('in %s', (chat) => {
  let journey: Journey
  const says = async (who: Who, text: string): Promise<string> => textOf(await journey.says(who, text))
  const seesCard = (words: string) =>
    journey.sees((message) => message.to === null && textOf(message).includes(words))
  const done = (id: string) => seesCard(`${id} · done`)
  const holderOf = (host: string, slot: string): string | undefined => {
    const facts = journey.world.facts(host)
    const place = placeOf(
      facts,
      facts.gpus.find((gpu) => gpu.slot === slot)!,
    )
    return place.kind === 'assigned' ? facts.vms.find((vm) => vm.id === place.vm)?.name : place.kind
  }

  describe('looking', () => {
    beforeAll(async () => {
      journey = await startJourneyIn(chat)
    })
    afterAll(() => journey.end())

    test.each<{ command: string; answer: RegExp }>([
      { command: 'list', answer: /hv01\/gpu0.*NVIDIA A100.*render-01.*hv02\/gpu0/ },
      { command: 'list --free --host hv01', answer: /hv01\/gpu0.*hv01\/gpu1/ },
      { command: 'show hv01/gpu2', answer: /NVIDIA A40.*render-01.*PCIROOT\(97\)#PCI\(0300\)#PCI\(0000\)/ },
      { command: 'show render-01', answer: /render-01.*hv01\/gpu2/ },
      { command: 'show hv02', answer: /hv02.*lab-cluster/ },
      { command: 'check hv01/gpu0 for train-01', answer: /Possible, with 1 warning/ },
      { command: 'check hv02/gpu1', answer: /Not possible: 1 check against it.*ACS/ },
      { command: 'smi render-01', answer: /nvidia-smi in render-01 on hv01.*NVIDIA A40/ },
      { command: 'smi hv01', answer: /nvidia-smi on hv01.*NVIDIA A100/ },
      { command: 'watch', answer: /Nothing is watched here/ },
      { command: 'watch digest', answer: /24 hours.*GPUs free/ },
      { command: 'unwatch hv01', answer: /does not let you say what a channel watches/ },
      { command: 'requests', answer: /No request is open/ },
      { command: 'queue', answer: /Nobody waits for a GPU.*queue any A40/ },
      { command: 'queue any T4', answer: /No GPU .* is like that.*check GPU/ },
      { command: 'take Q-9', answer: /There is no place Q-9/ },
      { command: 'leave Q-9', answer: /There is no place Q-9/ },
      { command: 'history', answer: /Nothing has happened|nothing/i },
      { command: `why "${ASK}"`, answer: /rule all is the first that fits.*one of platform must approve/ },
      { command: `${ASK} --dry-run`, answer: /Dry run.*Add-VMAssignableDevice/ },
      {
        command: 'move any A40 from render-01 to train-01 --shutdown --dry-run',
        answer: /Move hv01\/gpu2 from render-01 to train-01/,
      },
      { command: `${ASK} --script`, answer: /Dismount-VMHostAssignableDevice.*Add-VMAssignableDevice/ },
      {
        command: 'whoami',
        answer: /Person:? maya.*Roles:? all, platform.*You may look at everything; ask for GPUs/,
      },
      { command: 'help assign', answer: /assign GPU to VM.*--shutdown/ },
      { command: 'lsit', answer: /Did you mean list ?\?/ },
      { command: 'asign hv01/gpu0 to train-01', answer: /Did you mean assign ?\?/ },
      { command: 'show hv01/gpu9', answer: /hv01\/gpu/ },
      { command: 'approve R-99', answer: /There is no request R-99/ },
      { command: 'why R-99', answer: /There is no request R-99/ },
    ])('$command', async ({ command, answer }) => {
      const shown = await journey.says('maya', command)

      expect(textOf(shown)).toMatch(answer)
      expect([null, 'maya']).toContain(shown.to)
    })

    test('help names every command that one may use, and no other', async () => {
      const forAll = await says('priya', 'help')
      const forMaya = await says('maya', 'help')

      for (const kind of KINDS) expect(forAll).toMatch(new RegExp(`\\b${kind}\\b`))
      for (const kind of ['pause', 'resolve', 'reload'])
        expect(forMaya).not.toMatch(new RegExp(`\\b${kind} `))
    })
  })

  describe('asking and deciding', () => {
    beforeEach(async () => {
      journey = await startJourneyIn(chat)
    })
    afterEach(() => journey.end())

    test('a request is listed, shown and explained, approved by word, run, verified and told in history', async () => {
      expect(await says('maya', ASK)).toMatch(/R-1 · waiting for an approver.*Maya.*fine-tuning/)
      expect(await says('jonas', 'requests')).toMatch(
        /R-1 waiting for an approver: assign hv01\/gpu0 .*to train-01/,
      )
      expect(await says('jonas', 'show R-1')).toMatch(/R-1 · waiting.*Add-VMAssignableDevice/)
      expect(await says('jonas', 'why R-1')).toMatch(/R-1.*platform/)

      await says('jonas', 'approve R-1 because go on')

      expect(textOf(await done('R-1'))).toMatch(/Jonas Weber/)
      await seesCard('nvidia-smi in train-01')
      expect(holderOf('hv01', 'gpu0')).toBe('train-01')
      expect(await says('maya', 'list --mine')).toContain('hv01/gpu0')
      expect(await says('maya', 'history hv01/gpu0')).toMatch(/approved.*asked/)
    })

    test('a GPU moves from one VM to another', async () => {
      await says('maya', ASK)
      await journey.presses('jonas', 'Approve')
      await seesCard('nvidia-smi in train-01')
      expect(await says('maya', 'move hv01/gpu0 to train-02 --shutdown')).toContain('R-2 · waiting')

      await journey.presses('jonas', 'Approve')

      await done('R-2')
      expect(holderOf('hv01', 'gpu0')).toBe('train-02')
    })

    test('a request is denied with a reason, which stands on the card', async () => {
      await says('maya', ASK)

      expect(await says('jonas', 'deny R-1 because patching today')).toContain('R-1: denied')

      const card = await seesCard('R-1 · denied')
      expect(card).toMatchObject({ buttons: ['Ask again'], edited: true })
      expect(textOf(card)).toMatch(/Jonas Weber.*patching today/)
      expect(holderOf('hv01', 'gpu0')).toBe('host-enabled')
    })

    test('a request is denied by the button', async () => {
      await says('maya', ASK)

      await journey.presses('priya', 'Deny')

      expect(textOf(await seesCard('R-1 · denied'))).toContain('Priya Nair')
    })

    test('a request is cancelled by who asked, by button or word, and by no other requester', async () => {
      await says('maya', ASK)
      await journey.presses('jonas', 'Cancel')
      expect(textOf(await journey.tells('jonas', 'may cancel'))).toContain('press Deny')

      await journey.presses('maya', 'Cancel')
      await seesCard('R-1 · cancelled')
      await says('maya', ASK)
      await says('maya', 'cancel R-2')

      await seesCard('R-2 · cancelled')
    })

    test('nobody approves their own request, by button or by word', async () => {
      await says('jonas', ASK)

      await journey.presses('jonas', 'Approve')

      await journey.tells('jonas', 'own request')
      expect(await says('jonas', 'approve R-1')).toContain('own request')
      expect((await seesCard('R-1 · waiting')).buttons).toContain('Approve')
    })

    test('who presses second is told privately who was first', async () => {
      await says('maya', ASK)
      await Promise.all(['jonas' as const, 'priya' as const].map((who) => journey.presses(who, 'Approve')))

      const told = await journey.sees(
        ({ to, text }) => to !== null && text.includes('was already approved by'),
      )

      const [first, second] =
        told.to === 'priya' ? (['jonas', 'priya'] as const) : (['priya', 'jonas'] as const)
      expect(told.to).toBe(second)
      expect(textOf(told)).toContain(MEMBERS[first].name)
      expect(textOf(await done('R-1'))).toContain(MEMBERS[first].name)
    })

    test('a host that is paused by an administrator takes no requests until it is resumed', async () => {
      expect(await says('maya', 'pause hv01')).toContain('does not let you pause')
      expect(await says('priya', 'pause hv01')).toMatch(/hv01 .*paused/i)
      expect(await says('maya', ASK)).toContain('hv01 is paused')

      expect(await says('priya', 'resume hv01')).toMatch(/hv01 resumed/i)

      expect(await says('maya', ASK)).toContain('R-1 · waiting')
    })

    test('a GPU that its host shows no more is forgotten, by an administrator alone', async () => {
      journey.world.rebuild('hv01', { kind: 'pull card', slot: 'gpu1' })
      await says('priya', 'reconcile hv01')
      const offered = await journey.sees(({ text }) => text.includes('is missing'))
      expect(offered).toMatchObject({ buttons: ['Forget hv01/gpu1'] })
      expect(await says('maya', 'forget hv01/gpu1')).toContain('does not let you forget')
      expect(await says('maya', 'list')).toContain('hv01/gpu1')

      await journey.presses('priya', 'Forget hv01/gpu1')

      expect(textOf(await seesCard('hv01/gpu1 (NVIDIA A100 80GB PCIe) is forgotten'))).toContain('Priya Nair')
      expect(await says('maya', 'list')).not.toContain('hv01/gpu1')
    })

    test('a new policy is read on reload, by an administrator alone, and a wrong one changes nothing', async () => {
      journey.workplace.writesPolicy({ ...policyOf(1), administer: ['admins'] })
      expect(await says('priya', 'reload')).toContain('there is no role admins')
      journey.workplace.writesPolicy(policyOf(2))
      expect(await says('maya', 'reload')).toContain('does not let you reload')
      expect(await says('maya', `why "${ASK}"`)).toContain('one of platform')

      expect(await says('priya', 'reload')).toContain('The policy was read again')

      expect(await says('maya', `why "${ASK}"`)).toContain('2 of platform')
    })

    test('a host that was added to the configuration is taken in on reload, and read at once', async () => {
      await journey.end()
      journey = await startJourneyIn(chat, { without: 'hv02' })
      expect(await says('maya', 'list')).not.toContain('hv02')
      journey.workplace.addsHost('hv02')

      expect(await says('priya', 'reload')).toMatch(/The policy is as it was\. Added, and being read: hv02/)

      const whenRead = async (): Promise<string> => {
        const shown = await says('maya', 'show hv02/gpu0')
        return shown.includes('being read') ? whenRead() : shown
      }
      expect(await whenRead()).toMatch(/hv02\/gpu0.*PCIROOT/)
    })

    test.each<{ who: Who; why: RegExp }>([
      { who: 'gus', why: /full members of its own organisation only.*guest/ },
      { who: 'nia', why: /policy/ },
    ])('$who, whom the chat or the policy does not know, can do nothing', async ({ who, why }) => {
      await says('maya', ASK)

      expect(await says(who, ASK)).toMatch(why)
      expect(await says(who, 'list')).toMatch(why)
      expect(await says(who, 'approve R-1')).toMatch(why)
      const before = journey.messages()
      await journey.presses(who, 'Approve')

      const told = await journey.sees(({ id, to }) => to === who && !before.some((each) => each.id === id))
      expect(textOf(told)).toMatch(why)
      expect(await says('maya', 'show R-1')).toContain('R-1 · waiting')
    })
  })
})
