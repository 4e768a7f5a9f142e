// Every connection that is not to this machine is refused, so that no test can reach the world by accident.
import { Socket, type LookupFunction } from 'node:net'
import { afterAll, beforeAll } from '@jest/globals'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** The host that `connect` was asked for: as options, as options and listener in one array, or as port and host. */
const hostIn = ([first, second]: readonly unknown[]): unknown => {
  if (Array.isArray(first)) return hostIn(first)
  if (typeof first === 'object' && first !== null)
    return 'path' in first && first.path ? null : Reflect.get(first, 'host')
  return Number.isNaN(Number(first)) ? null : second
}

/** A socket in the file system has no host, and a port alone is one of this machine. */
const isHere = (host: unknown): boolean => typeof host !== 'string' || LOOPBACK.test(host)

const connect = Reflect.get(Socket.prototype, 'connect') as (...asked: unknown[]) => Socket

/** The refusal comes as it would from a name that nobody knows: later, and to whoever listens. */
function connectHere(this: Socket, ...asked: unknown[]): Socket {
  const host = hostIn(asked)
  if (isHere(host)) return Reflect.apply(connect, this, asked)
  const refuse: LookupFunction = (_name, _options, done) =>
    done(new Error(`tests do not connect to ${String(host)}`), '')
  return Reflect.apply(connect, this, [{ host: 'elsewhere.invalid', port: 1, lookup: refuse }])
}

beforeAll(() => {
  Reflect.set(Socket.prototype, 'connect', connectHere)
})
afterAll(() => {
  Reflect.set(Socket.prototype, 'connect', connect)
})
