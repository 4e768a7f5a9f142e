/** Stands in for Microsoft's OpenID server: it publishes keys, and signs tokens with them. */
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly published: object
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A key as the Bot Connector has them, endorsed for a channel of the Bot Framework. */
export const signingKey = (
  kid: string,
  privateKey: KeyObject,
  endorsements: readonly string[] = ['msteams'],
): Key => ({
  kid,
  privateKey,
  published: {
    ...createPublicKey(privateKey).export({ format: 'jwk' }),
    kid,
    use: 'sig',
    alg: 'RS256',
    endorsements,
  },
})

/** A new one. */
export const makeKey = (kid: string, endorsements?: readonly string[]): Key =>
  signingKey(kid, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, endorsements)

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

/** The documents by which a bot finds the keys; undefined for any other path. */
export const openIdDocument = (
  path: string,
  { origin, keys }: { readonly origin: string; readonly keys: () => readonly Key[] },
): object | undefined => {
  if (path === '/.well-known/keys') return { keys: keys().map((key) => key.published) }
  if (path !== '/.well-known/openidconfiguration') return undefined
  return {
    issuer,
    jwks_uri: `${origin}/.well-known/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  }
}
