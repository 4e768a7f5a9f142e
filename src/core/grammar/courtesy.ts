/** What people say to be kind. It asks for nothing, so that it is no command. */
export type Courtesy = 'greeting' | 'thanks'

const SAID: Readonly<Record<Courtesy, readonly string[]>> = {
  greeting: [
    ...['hi', 'hello', 'hey', 'hi there', 'hello there', 'hey there'],
    ...['good morning', 'good afternoon', 'good evening'],
  ],
  thanks: ['thanks', 'thank you', 'thx', 'many thanks', 'thanks a lot', 'thank you very much'],
}

/** Null where anything else stands in the line. */
export const courtesyOf = (text: string): Courtesy | null => {
  const said = text
    .slice(0, 100)
    .trim()
    .replace(/^\/gpu\s+/i, '')
    .replace(/[.,!\s]+$/u, '')
    .replace(/\s+/g, ' ')
    .toLowerCase()
  return (['greeting', 'thanks'] as const).find((each) => SAID[each].includes(said)) ?? null
}
