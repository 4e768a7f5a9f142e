/** A rule for what is one's own changes nothing that may be somebody else's. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { jonas, linePolicy, maya, mayaInTeams, priya, startLine, type Line } from './line'

const OWN = { name: 'own', own: true, ask: ['vision', 'speech'], approve: 'automatic' }
const REST = { name: 'rest', ask: ['vision', 'speech'], approve: { by: ['platform'] } }

let line: Line
beforeEach(async () => {
  line = await startLine(linePolicy({ rules: [OWN, REST] }))
})
afterEach(() => line.end())

/** Asked by this person and approved; it goes on until nobody can object any more. */
const done = async (account: string, text: string): Promise<void> => {
  await line.says(account, text)
  const id = /\d+$/.exec((await line.newest()).id)![0]
  await line.says(jonas, `approve R-${id}`)
  await line.passes(10 * 60_000)
  await line.goesOn()
  expect((await line.newest()).state).toBe('succeeded')
}
const asked = async (account: string, text: string): Promise<string> => {
  await line.says(account, text)
  const { state, needs } = await line.newest()
  return `${state} ${needs.map(({ rule }) => rule).join()}`.trim()
}

describe.each([
  ['Slack', maya],
  ['Teams', mayaInTeams],
])('a rule for what is their own, for somebody in %s', (_, account) => {
  it('lets them give back and move what nobody else has a part in', async () => {
    await done(maya, 'assign hv01/gpu0 to train-01')
    await done(maya, 'assign hv01/gpu1 to train-02 --shutdown')

    expect(await line.says(account, 'why "move hv01/gpu0 to train-02 --shutdown"')).toContain(
      'no approver is needed',
    )
    expect(await asked(account, 'move hv01/gpu0 to train-02 --shutdown')).toBe('approved')
    await line.goesOn()
    expect(await asked(account, 'release hv01/gpu0 --shutdown')).toBe('approved')
  })

  it('lets them move nothing into a VM that somebody else has a GPU in', async () => {
    await done(maya, 'assign hv01/gpu0 to train-01')
    await done(priya, 'assign hv01/gpu1 to train-02 --shutdown')

    expect(await line.says(account, 'why "move hv01/gpu0 to train-02 --shutdown"')).toContain(
      'one of platform',
    )
    expect(await asked(account, 'move hv01/gpu0 to train-02 --shutdown')).toBe('pending rest')
  })

  it('lets them move nothing into a VM of which nobody knows whose it is', async () => {
    await done(maya, 'assign hv01/gpu0 to train-01')

    expect(await asked(account, 'move hv01/gpu0 to train-02 --shutdown')).toBe('pending rest')
    await line.says(account, 'cancel R-2')
    expect(await asked(account, 'move hv01/gpu0 to render-01 --shutdown')).toBe('pending rest')
  })

  it('lets them move nothing into such a VM of another host', async () => {
    await done(maya, 'assign hv01/gpu0 to train-01')

    expect(await line.says(account, 'why "move any from train-01 to vdi-06 --shutdown"')).toContain(
      'one of platform',
    )
  })

  it('lets them take nothing from a VM in which somebody else has a part, with --power-off', async () => {
    await done(maya, 'assign hv01/gpu0 to train-02 --shutdown')
    await done(priya, 'assign hv01/gpu1 to train-02 --shutdown')

    expect(await asked(account, 'release hv01/gpu0 --power-off')).toBe('pending rest')
  })

  it('lets them take nothing with --power-off from a VM that somebody gave another GPU by hand', async () => {
    await done(maya, 'assign hv01/gpu0 to render-01 --shutdown')

    expect(await asked(account, 'release hv01/gpu0 --power-off')).toBe('pending rest')
  })
})

it('what was approved by such a rule is void when somebody else has a part in the VM before it begins', async () => {
  await done(maya, 'assign hv01/gpu0 to train-01')
  await done(maya, 'assign hv01/gpu1 to train-02 --shutdown')
  expect(await asked(maya, 'move hv01/gpu0 to train-02 --shutdown')).toBe('approved')
  line.hostSays((facts) => ({
    ...facts,
    vms: facts.vms.map((vm) =>
      vm.name === 'train-02' ? { ...vm, assigned: facts.gpus.slice(1).map((gpu) => gpu.locationPath) } : vm,
    ),
  }))

  await line.goesOn()

  expect(await line.newest()).toMatchObject({
    state: 'void',
    changes: expect.arrayContaining([
      'It was approved by a rule, and now the policy wants approvers.',
    ]) as unknown,
  })
})
