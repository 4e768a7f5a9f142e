/** What leaves for a terminal or a log: nothing that could steer a terminal, no secret, and of others' words not too many. */

/** Names and messages come from outside: whatever could steer a terminal is shown as a question mark. Lines stay lines. */
export const printable = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?'))
    .join('\n')

const MOST_SAID = 500

/** What a host or a program said itself, on one line. */
export const hostWords = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return line.length > MOST_SAID ? `${line.slice(0, MOST_SAID)} ...` : line
}

const SECRETS = /^(SLACK_(BOT_TOKEN|SIGNING_SECRET|APP_TOKEN)|MicrosoftAppPassword|[A-Z][A-Z0-9_]*_PASSWORD)$/

/** The values of the variables that hold secrets: of the chats, and of credentials `env:NAME`. */
export const secretsIn = (env: NodeJS.ProcessEnv): string[] =>
  Object.entries(env).flatMap(([name, value]) => (SECRETS.test(name) && value !== undefined ? [value] : []))

const SHORTEST_SECRET = 6

/** Known secrets are taken out, wherever they got in. */
export const withoutSecrets = (secrets: readonly string[]): ((text: string) => string) => {
  // Longest first: a secret may begin like another one.
  const known = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
  return (text) => known.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text)
}
