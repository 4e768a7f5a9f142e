/** One key of Microsoft's stand-in for all suites: finding the primes of one costs more than most tests do. */
import { createPrivateKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signingKey, makeKey, type Key } from '../../src/playground/teams/issuer'

const TOOLS = join(__dirname, '..', '..', '.tools')
const FILE = join(TOOLS, 'issuer-key.pem')

export const issuerKey = (): Key => {
  if (!existsSync(FILE)) {
    mkdirSync(TOOLS, { recursive: true })
    const pem = makeKey('new').privateKey.export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(`${FILE}.${process.pid}`, pem, { mode: 0o600 })
    renameSync(`${FILE}.${process.pid}`, FILE)
  }
  return signingKey('issuer', createPrivateKey(readFileSync(FILE)))
}
