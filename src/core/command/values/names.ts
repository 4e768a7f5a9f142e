/** One word of a command read as a GPU, a VM, a host, a request or an entry of the queue, a page or a count. Whether such a thing exists is not asked here. */
import { accepted, refusal, refused, type Outcome } from '../../errors'
import { botId } from '../../fence'
import { hostName } from '../../inventory/inventory'
import { codePointOf, isHidden, shown } from '../../text/shown'
import { spot, type Word } from '../../text/words'

/** Hyper-V's own limit for the name of a VM. */
const LONGEST_NAME = 100
/** Sentences end with a full stop, which phones add, and names in them stand before a comma. */
const STOP = '[.,;:!]?'
const HYPHEN = '[-‐‑–—]'
const GPU = new RegExp(`^([a-z0-9][a-z0-9.-]{0,62}/gpu\\d{1,4})${STOP}$`, 'i')
const ENTRY = new RegExp(`^(?:q${HYPHEN}?)?(\\d{1,12})${STOP}$`, 'i')
const REQUEST = new RegExp(`^(?:r${HYPHEN}?)?(\\d{1,12})${STOP}$`, 'i')
const ASIDE = new RegExp(`^s${HYPHEN}?([1-9]\\d{0,8})${STOP}$`, 'i')
/** Where a name may stand too, the letter and its hyphen tell: a VM may be called R4. */
const IN_FULL = new RegExp(`^[rq]${HYPHEN}\\d{1,12}${STOP}$`, 'i')
const IN_SHORT = new RegExp(`^([rqs])(\\d{1,12})${STOP}$`, 'i')

/** Whether it has the shape of a GPU, such as `hv01/gpu0`. */
export const isGpu = (word: Word): boolean => GPU.test(word.text)

/** Whether it has the shape of a place in the queue. */
export const isEntry = (word: Word): boolean => ENTRY.test(word.text)

/** Whether it has the shape of an id: `R-7`, `r7.`, `Q-2` or `S-3`. A number alone may be a name. */
export const isId = (word: Word): boolean => [IN_FULL, IN_SHORT, ASIDE].some((form) => form.test(word.text))

/** `R-4` for `r4`, where nothing of that name was found; null for what is no id. */
export const idInShort = (name: string): string | null => {
  const [, letter, digits] = IN_SHORT.exec(name) ?? []
  return letter === undefined || digits === undefined ? null : `${letter.toUpperCase()}-${bare(digits)}`
}

const bare = (digits: string): string => digits.replace(/^0+(?=\d)/, '')

const ANY_RIGHT =
  '`list --free` shows those that are free, by their names; `queue any MODEL` waits for the first of a model.'
const GPU_RIGHT = 'A GPU is written host/gpuN, such as `hv01/gpu0`; `list` shows them.'
const HOST_RIGHT =
  'A host is one name of letters, digits, dots and hyphens, such as `hv01`; `list` shows them.'
const BOT_RIGHT =
  'A bot is written `bot-` with twelve digits or letters from a to f, as `show HOST` tells it of the host.'
const REQUEST_RIGHT = 'A request is written `R-12`, or just `12`; `requests` shows the open ones.'
const PAGE_RIGHT = 'Pages are whole numbers and count from 1, such as `--page 2`.'

const wrong = (reason: string, next: string): Outcome<never> => refused(refusal('syntax', reason, next))

/** Names with characters that nobody sees are refused: they could pass for another name. */
const refuseHidden = (word: Word, what: string): Outcome<never> | null => {
  const hidden = Array.from(word.text).find(isHidden)
  if (hidden === undefined) return null
  return wrong(
    `${spot(word)} has a character in it that cannot be seen, ${codePointOf(hidden)}; ${what} may have none`,
    `Type the name by hand instead of pasting it: \`${shown(Array.from(word.text, (each) => (isHidden(each) ? '' : each)).join(''))}\`. A VM also answers to its id.`,
  )
}

/** Any printable name: a VM (`train-01`, `hv01/train-01` or its id), a GPU or a host. */
export const readName = (word: Word): Outcome<string> => {
  const hidden = refuseHidden(word, 'a name')
  if (hidden) return hidden
  if (word.text.trim() === '')
    return wrong(`the name at character ${word.at} is empty`, 'Write a name between the quotes, or none.')
  const own = /^[a-z0-9][a-z0-9.-]{0,62}\/(.+)$/i.exec(word.text)?.[1] ?? word.text
  const length = Array.from(own).length
  if (length > LONGEST_NAME)
    return wrong(
      `the name ${spot(word)} has ${length} characters; Hyper-V allows ${LONGEST_NAME}`,
      'Check the name, or use the id of the VM.',
    )
  return accepted(word.text)
}

/** The same, and an id such as `r-12` is written `R-12`, and `q-3` is `Q-3`. */
export const readAnyName = (word: Word): Outcome<string> => {
  if (!IN_FULL.test(word.text)) return readName(word)
  return REQUEST.test(word.text) ? readRequestId(word) : readEntryId(word)
}

export const readGpu = (word: Word): Outcome<string> => {
  const hidden = refuseHidden(word, 'the name of a GPU')
  if (hidden) return hidden
  const gpu = GPU.exec(word.text)?.[1]
  if (gpu !== undefined) return accepted(gpu)
  const why = /^gpu\d+$/i.test(word.text)
    ? `${spot(word)} does not say which host it is on`
    : `${spot(word)} is not the name of a GPU`
  return wrong(why, /^any$/i.test(word.text) ? ANY_RIGHT : GPU_RIGHT)
}

export const readHost = (word: Word): Outcome<string> => {
  const hidden = refuseHidden(word, 'the name of a host')
  if (hidden) return hidden
  return hostName.safeParse(word.text).success
    ? accepted(word.text)
    : wrong(`${spot(word)} is not the name of a host`, HOST_RIGHT)
}

/** As hosts know it: `show HOST` tells it. */
export const readBot = (word: Word): Outcome<string> => {
  const hidden = refuseHidden(word, 'the name of a bot')
  if (hidden) return hidden
  const read = botId.safeParse(word.text.toLowerCase())
  return read.success ? accepted(read.data) : wrong(`${spot(word)} is not the name of a bot`, BOT_RIGHT)
}

/** A host, a GPU, or `all` hosts. */
export const readScope = (word: Word): Outcome<string> => {
  if (word.text.toLowerCase() === 'all') return accepted('all')
  return isGpu(word) ? readGpu(word) : readHost(word)
}

/** `r-12`, `R12`, `R-012,` and `12` are all `R-12`. */
export const readRequestId = (word: Word): Outcome<string> => {
  const hidden = refuseHidden(word, 'the id of a request')
  if (hidden) return hidden
  const digits = REQUEST.exec(word.text)?.[1]
  return digits === undefined
    ? wrong(`${spot(word)} is not the id of a request`, REQUEST_RIGHT)
    : accepted(`R-${bare(digits)}`)
}

/** The same, and `s-3` is `S-3`, a record that cannot be read. */
export const readResolvable = (word: Word): Outcome<string> => {
  const digits = ASIDE.exec(word.text)?.[1]
  return digits === undefined ? readRequestId(word) : accepted(`S-${digits}`)
}

/** `q-3`, `Q-003` and `3` are all `Q-3`. */
export const readEntryId = (word: Word): Outcome<string> => {
  const hidden = refuseHidden(word, 'a place in the queue')
  if (hidden) return hidden
  const digits = ENTRY.exec(word.text)?.[1]
  return digits === undefined
    ? wrong(
        `${spot(word)} is not a place in the queue`,
        'It is written `Q-3`, or just `3`; `queue` shows yours.',
      )
    : accepted(`Q-${bare(digits)}`)
}

/** The id of a request; any other text is read as a command when it is answered. */
export const readQuestion = (word: Word): Outcome<string> => {
  const hidden = refuseHidden(word, 'a command')
  if (hidden) return hidden
  return REQUEST.test(word.text) ? readRequestId(word) : accepted(word.text)
}

export const readPage = (word: Word): Outcome<number> =>
  /^\d{1,6}$/.test(word.text) && Number(word.text) > 0
    ? accepted(Number(word.text))
    : wrong(`${spot(word)} is not a page`, PAGE_RIGHT)

export const readCount = (word: Word): Outcome<number> =>
  /^\d{1,3}$/.test(word.text) && Number(word.text) > 0
    ? accepted(Number(word.text))
    : wrong(`${spot(word)} is not a number of partitions`, 'Write a whole number from 1, such as `into 4`.')
