import { describe, expect, it } from '@jest/globals'
import { raw, read, vm } from './a-raw-host'

const told = (changes: object) => read(raw({ vms: [{ ...vm, state: 'Running', ...changes }] })).facts.vms[0]!

describe('the heartbeat of a guest', () => {
  it.each([
    ['OkApplicationsHealthy', 'on'],
    ['OkApplicationsUnknown', 'on'],
    ['NoContact', 'off'],
    ['LostCommunication', 'off'],
    ['Disabled', 'absent'],
    ['SomethingNew', 'unknown'],
    [null, 'unknown'],
  ])('%s is %s', (heartbeat, known) => {
    expect(told({ heartbeat }).heartbeat).toBe(known)
  })

  it('of a VM that is off is not known', () => {
    expect(told({ state: 'Off', heartbeat: 'NoContact' }).heartbeat).toBe('unknown')
  })
})

describe('the shutdown service of a guest', () => {
  const service = (status: string, enabled = true) => ({ shutdown: { enabled, status } })

  it.each([
    [service('Ok'), 'on'],
    [service('Degraded'), 'on'],
    [service('NoContact'), 'off'],
    [service('NonRecoverableError'), 'off'],
    [service('LostCommunication'), 'off'],
    [service('Ok', false), 'off'],
    [service('Dormant'), 'unknown'],
    [{ shutdown: 'absent' }, 'absent'],
    [{ shutdown: null }, 'unknown'],
    [{}, 'unknown'],
  ])('told as %j is %s', (changes, known) => {
    expect(told(changes).shutdownService).toBe(known)
  })

  it('of a VM that is off is known as far as the host decides it', () => {
    const off = { state: 'Off' }

    expect(told({ ...off, ...service('NoContact') }).shutdownService).toBe('unknown')
    expect(told({ ...off, ...service('NoContact', false) }).shutdownService).toBe('off')
    expect(told({ ...off, shutdown: 'absent' }).shutdownService).toBe('absent')
  })
})
