/** What is said before anything is asked for: a dry run, and what no queue could ever give. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { jonas, maya, mayaInTeams, startLine, type Line } from './line'

let line: Line
beforeEach(async () => {
  line = await startLine()
})
afterEach(() => line.end())

describe.each([
  ['Slack', maya],
  ['Teams', mayaInTeams],
])('for somebody in %s', (_, account) => {
  it.each([
    ['for 8h', 'Lease: for 8h from when it is done'],
    ['until 2026-01-06 18:00', 'Lease: until 2026-01-06 18:00 UTC'],
    ['', 'Lease: without an end'],
  ])('a dry run of what is asked `%s` shows the lease', async (end, words) => {
    expect(await line.says(account, `assign hv01/gpu0 to train-01 ${end} --dry-run`)).toContain(words)
    expect(await line.requests()).toEqual([])
  })

  it('a dry run of a move shows the end that goes on, and one of what lends nothing shows none', async () => {
    await line.says(account, 'assign hv01/gpu0 to train-01 until 2026-01-06 18:00')
    await line.says(jonas, 'approve R-1')
    await line.goesOn()

    expect(await line.says(account, 'move hv01/gpu0 to train-02 --shutdown --dry-run')).toContain(
      'Lease: until 2026-01-06 18:00 UTC',
    )
    expect(await line.says(account, 'release hv01/gpu0 --shutdown --dry-run')).not.toContain('Lease:')
  })

  it('a place in the queue for GPUs of another host than that of the VM is refused with both hosts', async () => {
    expect(await line.says(account, 'queue any A40 to vdi-06')).toContain(
      'vdi-06 is on hv02, where no GPU is like that: those are on hv01, and a GPU stays in its host',
    )
  })

  it('a place for what is nowhere is refused as that', async () => {
    expect(await line.says(account, 'queue any H100 to vdi-06')).toContain(
      'No GPU that can be given to a VM as a whole is like that',
    )
  })
})
