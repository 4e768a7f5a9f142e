/** Looks for a secret in bytes, in every form in which something on its way may have put it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Of a text in base64 within a longer one, at each of the three places where it may begin: without the characters
 * that it shares with its neighbours.
 */
const base64Within = (bytes: Buffer): Buffer[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const first = Math.ceil((before * 8) / 6)
    const whole = Math.floor(((before + bytes.length) * 8) / 6)
    return Buffer.from(text.slice(first, whole))
  })

/** As it is, in UTF-16, in base64 and in hexadecimal of both, and base64 of base64. */
const formsOf = (secret: string): readonly Buffer[] => {
  const plain = [Buffer.from(secret, 'utf8'), Buffer.from(secret, 'utf16le')]
  const once = plain.flatMap(base64Within)
  return [
    ...plain,
    ...once,
    ...once.flatMap(base64Within),
    ...plain
      .flatMap((each) => [each.toString('hex'), each.toString('hex').toUpperCase()])
      .map((hex) => Buffer.from(hex)),
  ]
}

/** All files under a folder, by their path. */
export const filesUnder = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file, readFileSync(file)]),
  )

/** The names of the places where the secret is. */
export const leaksOf = (secret: string, places: ReadonlyMap<string, Buffer>): readonly string[] => {
  const forms = formsOf(secret)
  return [...places].filter(([, bytes]) => forms.some((form) => bytes.includes(form))).map(([name]) => name)
}
