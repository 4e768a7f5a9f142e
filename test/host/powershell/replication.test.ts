import { describe, expect, it } from '@jest/globals'
import { raw, read, vm } from './a-raw-host'

const told = (replication: string | null | undefined) =>
  read(raw({ vms: [{ ...vm, replication }] })).facts.vms[0]!.replication

describe('the part of a VM in Hyper-V Replica', () => {
  it.each([
    ['None', 'none'],
    ['Primary', 'primary'],
    ['Replica', 'replica'],
    ['TestReplica', 'test-replica'],
    ['ExtendedReplica', 'extended-replica'],
    ['SomethingNew', 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (mode, known) => {
    expect(told(mode)).toBe(known)
  })
})
