import { describe, expect, it } from '@jest/globals'
import { isSubnet, siftAddresses } from '../../../src/host/guest/subnets'

describe('a subnet', () => {
  it.each(['10.20.0.0/16', '192.0.2.7/32', '0.0.0.0/0', 'fd12:3456::/32', '::/0', 'fe80::/10'])(
    'is written as %s',
    (text) => expect(isSubnet(text)).toBe(true),
  )

  it.each([
    '10.20.0.0',
    '10.20.0.0/33',
    '10.20.0.0/-1',
    '010.20.0.0/16',
    'fd12::/129',
    'fe80::%eth0/10',
    'lab.example.org/16',
    '/16',
    '',
  ])('is not written as %s', (text) => expect(isSubnet(text)).toBe(false))
})

describe('an address of a guest is asked', () => {
  const why = (address: string, ...subnets: string[]): string =>
    siftAddresses([address], subnets).refused[0]?.why ?? 'asked'

  it('within an allowed subnet of its kind, up to its ends', () => {
    expect(why('10.20.0.0', '10.20.0.0/16')).toBe('asked')
    expect(why('10.20.255.255', '192.0.2.0/24', '10.20.0.0/16')).toBe('asked')
    expect(why('10.21.0.0', '10.20.0.0/16')).toBe('in no allowed subnet')
    expect(why('fd12:3456:ffff::1', 'fd12:3456::/32')).toBe('asked')
    expect(why('fd12:3457::1', 'fd12:3456::/32', '0.0.0.0/0')).toBe('in no allowed subnet')
    expect(why('10.20.0.1', '::/0')).toBe('in no allowed subnet')
    expect(why('10.20.0.1')).toBe('in no allowed subnet')
  })

  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['0.0.0.0', 'no address of a machine'],
    ['255.255.255.255', 'no address of a machine'],
    ['::', 'no address of a machine'],
    ['::ffff:10.20.0.1', 'an IPv4 address within an IPv6 one'],
    ['::ffff:7f00:1', 'an IPv4 address within an IPv6 one'],
    ['64:ff9b::7f00:1', 'an IPv4 address within an IPv6 one'],
    ['2002:7f00:1::', 'an IPv4 address within an IPv6 one'],
  ])('never because everything is allowed: %s is %s', (address, what) => {
    expect(why(address, '0.0.0.0/0', '::/0', '10.20.0.0/16', '127.0.0.0/7')).toBe(what)
  })

  it('in a special network that is named', () => {
    expect(why('127.0.0.5', '0.0.0.0/0', '127.0.0.0/8')).toBe('asked')
    expect(why('169.254.7.1', '169.254.7.0/24')).toBe('asked')
    expect(why('169.254.8.1', '169.254.7.0/24', '0.0.0.0/0')).toBe('link-local')
    expect(why('fe80::7', 'fe80::/64')).toBe('asked')
  })

  it.each([
    'train-02',
    'localhost',
    '10.20.0',
    '010.20.0.1',
    '0x0a140001',
    '10.20.0.1:22',
    'fe80::1%eth0',
    '',
  ])('only where it is one: %s is none, and nothing is looked up', (text) =>
    expect(why(text, '0.0.0.0/0', '::/0', 'fe80::/10')).toBe('no IP address'),
  )

  it('in the order reported, each once; what is refused can be shown', () => {
    const subnets = ['10.20.0.0/16']

    expect(siftAddresses(['10.20.0.9', '\u001b[31m`x', '10.20.0.1', '10.20.0.9'], subnets)).toEqual({
      allowed: ['10.20.0.9', '10.20.0.1'],
      refused: [{ address: '⟨U+001B⟩[31mˋx', why: 'no IP address' }],
    })
  })
})
