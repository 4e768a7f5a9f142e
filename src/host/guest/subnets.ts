/**
 * Which addresses of a guest may be asked. A guest says itself which addresses it has, so none of them is believed: an
 * address is asked where an administrator has allowed its network, and nowhere else.
 */
import { BlockList, isIP } from 'node:net'
import { shown } from '../../core/text/shown'

type Family = 'ipv4' | 'ipv6'
interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: Family
}

/** Null where the text is no network such as `10.20.0.0/16` or `fd12:3456::/32`. */
const networkOf = (text: string): Network | null => {
  const [, address = '', digits = ''] = /^([0-9A-Fa-f.:]+)\/(\d{1,3})$/.exec(text) ?? []
  const family = familyOf(address)
  const prefix = Number(digits)
  if (!family || prefix > (family === 'ipv4' ? 32 : 128)) return null
  return { address, prefix, family }
}

export const isSubnet = (text: string): boolean => networkOf(text) !== null

/** Null for names, and for addresses with a zone (`fe80::1%eth0`), which would choose an interface of this machine. */
const familyOf = (address: string): Family | null => {
  if (address.includes('%')) return null
  const version = isIP(address)
  if (version === 0) return null
  return version === 4 ? 'ipv4' : 'ipv6'
}

const listOf = (networks: readonly Network[]): BlockList => {
  const list = new BlockList()
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family)
  return list
}

interface Special {
  readonly what: string
  readonly networks: readonly Network[]
  /** Is there an allowed subnet that can make it right? */
  readonly allowable: boolean
}

const special = (what: string, subnets: readonly string[], allowable = true): Special => ({
  what,
  networks: subnets.map(networkOf).filter((network) => network !== null),
  allowable,
})

/** Networks that a wider subnet, such as `0.0.0.0/0`, does not allow: one inside them has to be named. */
const SPECIAL: readonly Special[] = [
  special('an IPv4 address within an IPv6 one', ['::ffff:0:0/96', '64:ff9b::/96', '2002::/16'], false),
  special('no address of a machine', ['0.0.0.0/8', '240.0.0.0/4', '::/128'], false),
  special('loopback', ['127.0.0.0/8', '::1/128']),
  special('link-local', ['169.254.0.0/16', 'fe80::/10']),
  special('multicast', ['224.0.0.0/4', 'ff00::/8']),
]

const isWithin = (inner: Network, outer: Network): boolean =>
  inner.family === outer.family &&
  inner.prefix >= outer.prefix &&
  listOf([outer]).check(inner.address, inner.family)

export interface Sifted {
  readonly allowed: readonly string[]
  readonly refused: readonly { readonly address: string; readonly why: string }[]
}

/** In the order given, each once. What was refused is made safe to show. */
export const siftAddresses = (addresses: readonly string[], subnets: readonly string[]): Sifted => {
  const networks = subnets.map(networkOf).filter((network) => network !== null)
  const allowed: string[] = []
  const refused: { address: string; why: string }[] = []
  for (const address of new Set(addresses)) {
    const why = objectionTo(address, networks)
    if (why === null) allowed.push(address)
    else refused.push({ address: shown(address), why })
  }
  return { allowed, refused }
}

const objectionTo = (address: string, networks: readonly Network[]): string | null => {
  const family = familyOf(address)
  if (!family) return 'no IP address'
  for (const { what, networks: ranges, allowable } of SPECIAL) {
    // An IPv4 range would also match an IPv4 address written as IPv6; that one has an entry of its own.
    const inRange = ranges.filter((range) => range.family === family).filter(holds(address, family))
    if (inRange.length === 0) continue
    const named = networks.filter((network) => inRange.some((range) => isWithin(network, range)))
    return allowable && named.some(holds(address, family)) ? null : what
  }
  return networks.filter((network) => network.family === family).some(holds(address, family))
    ? null
    : 'in no allowed subnet'
}

const holds =
  (address: string, family: Family) =>
  (network: Network): boolean =>
    listOf([network]).check(address, family)
