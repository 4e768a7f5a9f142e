/** Stands in for Microsoft's OpenID server: it publishes keys, and signs tokens with them. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly published: object
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A key as the Bot Connector has them, endorsed for a channel of the Bot Framework. */
export const makeKey = (kid: string, endorsements: readonly string[] = ['msteams']): Key => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    kid,
    privateKey,
    published: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256', endorsements },
  }
}

/** A signed token; `header` replaces parts of an RS256 one. */
export const signToken = (key: Key, claims: object, header: object = {}): string => {
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header })}.${encoded(claims)}`
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key.privateKey).toString('base64url')}`
}

const issuer = 'https://api.botframework.com'

/** What the Bot Connector says in the token of an activity. Seconds since 1970. */
export const claimsFor = (appId: string, serviceUrl: string, now = Math.floor(Date.now() / 1000)) => ({
  iss: issuer,
  aud: appId,
  serviceurl: serviceUrl,
  nbf: now - 300,
  exp: now + 3_600,
})

/** The two documents by which a bot finds the keys. */
export const openIdDocuments = (origin: string, keys: readonly Key[]): Readonly<Record<string, object>> => ({
  '/.well-known/openidconfiguration': {
    issuer,
    jwks_uri: `${origin}/.well-known/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  },
  '/.well-known/keys': { keys: keys.map((key) => key.published) },
})
