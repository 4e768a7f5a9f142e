/** What the bot promises people of its queue, its leases and its policy, as they read it in each chat. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { textOf, type Shown } from './drivers'
import type { Who } from './people'
import { given, HOUR, openScene, TERSE, type Scene } from './told-scene'
import { CHATS } from './workplace'

const MINUTE = HOUR / 60

describe.each(CHATS)('in %s', (chat) => {
  let scene: Scene
  afterEach(() => scene.workplace.end())
  const opens = async (changes: object = {}): Promise<void> => {
    scene = await openScene(chat, { ...TERSE, ...changes })
  }
  const says = (who: Who, text: string): Promise<void> => scene.says(who, text)
  const shownTo = (who: Who): Shown[] =>
    scene.workplace.in[chat].messages().filter(({ to }) => to === null || to === who)
  /** All that this person can read. */
  const readBy = (who: Who): string[] => shownTo(who).map(textOf)
  /** What was said came to this. */
  const answer = async (who: Who, text: string): Promise<string> => {
    const before = new Set(shownTo(who).map(({ id }) => id))
    await says(who, text)
    return shownTo(who)
      .filter(({ id }) => !before.has(id))
      .map(textOf)
      .join('\n')
  }
  const reads = (who: Who, words: RegExp): void =>
    expect(readBy(who)).toContainEqual(expect.stringMatching(words))
  const readsNothingOf = (who: Who, words: RegExp): void =>
    expect(readBy(who)).not.toContainEqual(expect.stringMatching(words))
  const presses = async (who: Who, label: string): Promise<void> => {
    await scene.workplace.in[chat].presses(who, label)
    await scene.clock.pass(MINUTE)
  }

  describe('a GPU in quarantine', () => {
    test('is in no list of free ones, refused with the reason, and passed over for whoever waits', async () => {
      await opens()
      await says('priya', 'pause hv01/gpu0 because its fan is broken')

      expect(await answer('maya', 'list --free')).not.toContain('hv01/gpu0')
      expect(await answer('maya', 'assign hv01/gpu0 to train-01')).toMatch(/in quarantine.*its fan is broken/)
      await says('maya', 'queue any A100 to train-01')
      reads('maya', /hv01\/gpu1 is on offer to you/)
      expect(await answer('maya', 'watch digest')).toMatch(/1 in quarantine.*hv01\/gpu0.*its fan is broken/s)
    })
  })

  describe('a lease that cannot be taken back', () => {
    test('is overdue for whoever looks', async () => {
      await opens()
      await says('maya', 'assign hv01/gpu0 to train-01 for 65m')
      await says('jonas', 'approve R-1')
      await says('priya', 'queue hv01/gpu0')
      await scene.clock.pass(70 * MINUTE)
      scene.refuses('stopVm')
      await scene.clock.pass(20 * MINUTE)

      expect(await answer('jonas', 'show hv01/gpu0')).toContain('overdue')
      expect(await answer('jonas', 'queue')).toContain('overdue')
      expect(await answer('jonas', 'watch digest')).toContain('overdue')
    })
  })

  describe('the queue', () => {
    test('passes over who has as much as a quota allows, keeps their place, and says why', async () => {
      await opens({ leases: { person: { gpus: 1 } } })
      await given(scene)
      await says('maya', 'queue any A100 to train-02 --shutdown')
      await scene.clock.pass(MINUTE)

      readsNothingOf('maya', /is on offer to you/)
      expect(await answer('maya', 'show Q-1')).toMatch(/1 of 1 GPUs/)
      await says('jonas', 'queue any A100')
      reads('jonas', /hv01\/gpu1 is on offer to you/)
    })

    test('wants a length where the policy has a longest one, and `take` may name a shorter one', async () => {
      await opens({ leases: { longest: '4h' } })
      expect(await answer('maya', 'queue hv01/gpu0 to train-01')).toMatch(/Ask for it .*for 4h/)
      await says('maya', 'queue hv01/gpu0 to train-01 for 4h')
      reads('maya', /hv01\/gpu0 is on offer to you.*for 4h/)

      await says('maya', 'take Q-1 for 2h')

      reads('jonas', /R-1 · waiting.*for 2h/)
    })

    test('offers nothing in quiet hours, and the time to answer stands still then', async () => {
      await opens({ quietHours: [{ name: 'morning', from: '09:10', until: '12:00' }], timeZone: 'UTC' })
      await says('maya', 'queue hv01/gpu0 to train-01')
      reads('maya', /hv01\/gpu0 is on offer to you/)
      await scene.clock.pass(2 * HOUR)
      await says('jonas', 'queue hv01/gpu1 to train-02 --shutdown')
      await scene.clock.pass(10 * MINUTE)
      readsNothingOf('jonas', /hv01\/gpu1 is on offer to you/)
      readsNothingOf('maya', /You did not take hv01\/gpu0/)

      await scene.clock.pass(HOUR)

      reads('jonas', /hv01\/gpu1 is on offer to you/)
    })

    test('names the true reason where the VM is on another host', async () => {
      await opens()
      expect(await answer('maya', 'queue any A40 to vdi-06')).toMatch(/vdi-06.* is on hv02/)
    })
  })

  describe('whoever waits', () => {
    test('is not passed by somebody who asks for what has just become free', async () => {
      await opens()
      await given(scene)
      await says('jonas', 'queue hv01/gpu0 to train-02 --shutdown')
      await says('maya', 'done --shutdown')

      expect(await answer('priya', 'assign hv01/gpu0 to train-01')).toMatch(/the next in the queue .*Q-1/)
      reads('jonas', /hv01\/gpu0 is on offer to you/)
    })

    test('has it though somebody asks, cancels and asks again', async () => {
      await opens()
      await says('maya', 'assign hv01/gpu0 to train-01')
      await says('jonas', 'queue hv01/gpu0 to train-02 --shutdown')
      reads('maya', /Somebody waits for hv01\/gpu0 .*R-1 now expires/)
      await says('maya', 'cancel R-1')

      expect(await answer('maya', 'assign hv01/gpu0 to train-01')).toMatch(/the next in the queue .*Q-1/)
    })
  })

  describe('what is asked for and not decided', () => {
    test('counts in a quota', async () => {
      await opens({ leases: { person: { gpus: 1 } } })
      await says('maya', 'assign hv01/gpu0 to train-01')

      expect(await answer('maya', 'assign hv01/gpu1 to train-02 --shutdown')).toMatch(/R-1.* still open/)
    })
  })

  describe('a reload', () => {
    test('leaves alone what it judges as before, and voids the rest with the rule that changed', async () => {
      await opens()
      await says('maya', 'assign hv01/gpu0 to train-01')
      scene.workplace.writesPolicy({ ...TERSE, quietHours: [] })
      await says('priya', 'reload')
      expect(await answer('jonas', 'show R-1')).toContain('R-1 · waiting')
      const [all] = TERSE.rules
      scene.workplace.writesPolicy({
        ...TERSE,
        rules: [{ ...all, name: 'stricter', approve: { by: ['platform'], count: 2 } }],
      })

      await says('priya', 'reload')

      expect(await answer('jonas', 'show R-1')).toMatch(/R-1 · void.*stricter/s)
    })

    test('says which rule names what is nowhere', async () => {
      await opens()
      const [all] = TERSE.rules
      scene.workplace.writesPolicy({
        ...TERSE,
        rules: [{ ...all, name: 'gone', gpus: ['hv01/gpu7'] }, all],
      })

      await says('priya', 'reload')

      reads('priya', /the rule gone names hv01\/gpu7 under gpus, and there is none/)
    })
  })

  describe('what is somebody’s own', () => {
    const OWN = { name: 'own', commands: ['release', 'move'], own: true, ask: ['all'], approve: 'automatic' }

    test('is moved without an approver into a VM of their own alone', async () => {
      await opens({ rules: [OWN, ...TERSE.rules] })
      await given(scene)
      await says('jonas', 'assign hv01/gpu1 to train-02 --shutdown')
      await says('priya', 'approve R-2')

      const asked = await answer('maya', 'move hv01/gpu0 to train-02 --shutdown')

      expect(asked).toMatch(/R-3 · waiting/)
    })
  })

  test('a dry run shows the lease that it would make', async () => {
    await opens()
    expect(await answer('maya', 'assign hv01/gpu0 to train-01 for 8h --dry-run')).toMatch(/Lease:? .*8h/)
  })

  test('an offer is taken by its button', async () => {
    await opens()
    await says('maya', 'queue hv01/gpu0 to train-01')
    await presses('maya', 'Take it')

    reads('jonas', /R-1 · waiting/)
  })
})
