import { describe, expect, test } from '@jest/globals'
import { hostName, type HostName } from '../src/core/inventory/inventory'
import type { HostConfig } from '../src/host/powershell/config'
import { hostsSchema } from '../src/host/powershell/config'
import { hostChanges } from '../src/hosts'

const configs = (...hosts: readonly object[]): readonly HostConfig[] => hostsSchema('win32').parse(hosts)
const winrm = (name: string, more: object = {}) => ({
  name,
  via: 'winrm',
  computer: `${name}.contoso.com`,
  ...more,
})
const ssh = (name: string) => ({
  ...{ name, via: 'ssh', computer: `${name}.contoso.com`, user: 'gpu-bot', keyFile: 'keys/all' },
  hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGrWkk2Ct7iXUOYjbcRqUA8WmSOiNcUGmJFYeGJPWJOf'],
})
const names = (...of: readonly string[]): HostName[] => of.map((each) => hostName.parse(each))
const changes = (before: readonly object[], after: readonly object[]) =>
  hostChanges(new Map(configs(...before).map((each) => [each.name, each])), configs(...after))

describe('what a configuration that is read again says of hosts', () => {
  test('is nothing where it says the same', () => {
    expect(changes([winrm('hv01'), ssh('hv02')], [winrm('hv01'), ssh('hv02')])).toEqual({
      added: [],
      others: [],
    })
  })

  test('takes in those that were added', () => {
    expect(
      changes([winrm('hv01'), ssh('hv02')], [winrm('hv01'), ssh('hv02'), winrm('hv03'), ssh('hv04')]),
    ).toEqual({ added: names('hv03', 'hv04'), others: [] })
  })

  test('asks for a restart where one has changed, or is gone', () => {
    const moved = winrm('hv01', { computer: 'elsewhere.contoso.com' })

    expect(changes([winrm('hv01'), winrm('hv02')], [moved])).toEqual({
      added: [],
      others: names('hv01', 'hv02'),
    })
  })

  test('asks for a restart for the first one over SSH, for which a PowerShell has to be found', () => {
    expect(changes([winrm('hv01')], [winrm('hv01'), ssh('hv02')])).toEqual({
      added: [],
      others: names('hv02'),
    })
  })
})
