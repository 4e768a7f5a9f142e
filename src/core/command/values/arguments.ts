/** What commands name: a GPU, a VM, a host, a request, a length, a moment. */
import { z } from 'zod'
import { botId } from '../../fence'
import { durationMs, isDuration } from '../../time/duration'
import { isPlace } from '../../time/places'
import { LONGEST_LEASE_MS, span } from '../../time/span'
import { timeZone } from '../../time/zone'
import {
  isGpu,
  readAnyName,
  readBot,
  readCount,
  readEntryId,
  readGpu,
  readHost,
  readName,
  readQuestion,
  readRequestId,
  readScope,
} from './names'
import { isSize, readSize, sizeText } from './size'
import { can, reading } from './spec'
import { isMeridiem, readClock, readHere, readWatched, readZone } from './watched'

const text = z.string()
const name = { schema: text, isName: true } as const

export const GPU = reading({
  field: 'gpu',
  schema: text,
  label: 'GPU',
  what: 'a GPU, such as `hv01/gpu0`',
  read: readGpu,
})
export const VM = reading({ ...name, field: 'vm', label: 'VM', what: 'the name of a VM', read: readName })
/** The VM that has the GPU. */
export const HOLDER = reading({ ...VM, field: 'from' })
export const GPU_OR_VM = reading({
  ...name,
  field: 'name',
  label: 'GPU|VM',
  what: 'a GPU or a VM',
  read: readName,
})
export const VM_OR_HOST = reading({
  ...name,
  field: 'name',
  label: 'VM|HOST',
  what: 'a VM or a host',
  read: readName,
})
export const NAME = reading({
  ...name,
  field: 'name',
  label: 'NAME',
  what: 'the name of a GPU, VM, host or request',
  read: readAnyName,
})
export const ID = reading({
  field: 'requestId',
  schema: text,
  label: 'ID',
  what: 'the id of a request, such as `R-12`',
  read: readRequestId,
})
/** A lease, by its GPU or by the request that made it; or none, for the only one. */
export const LEASE = [can({ ...GPU, fits: isGpu }), can({ ...ID, insteadOf: 'gpu', or: true })] as const
export const ENTRY = reading({
  field: 'entryId',
  schema: text,
  label: 'Q-N',
  what: 'a place in the queue, such as `Q-3`',
  read: readEntryId,
})
export const SCOPE = reading({
  field: 'scope',
  schema: text,
  label: 'HOST|GPU|all',
  what: 'a host, a GPU or `all`',
  read: readScope,
})
export const HOST = reading({ field: 'host', schema: text, label: 'HOST', what: 'a host', read: readHost })
export const BOT = reading({
  field: 'from',
  schema: botId,
  label: 'BOT',
  what: 'the name of the other bot',
  read: readBot,
})
export const TOPIC = reading({
  field: 'topic',
  schema: text,
  label: 'COMMAND',
  what: 'a command',
  read: readName,
})
export const QUESTION = reading({
  field: 'what',
  schema: text,
  label: 'REQUEST|"COMMAND"',
  what: 'a request, such as `R-12`, or a command in quotes',
  read: readQuestion,
})
export const COUNT = reading({
  field: 'count',
  schema: z.number().int().positive(),
  label: 'N',
  what: 'a number of partitions',
  read: readCount,
})
/** Words of a model, a class of the policy, or `any`. */
export const MODEL = reading({
  ...name,
  field: 'model',
  label: 'MODEL',
  what: 'a model, such as `A40`, or a class of the policy',
  read: readName,
  alone: 'any',
  or: true,
})
export const MEMORY = reading({
  field: 'memory',
  schema: z.number().int().positive(),
  label: 'SIZE free',
  what: 'an amount of memory, such as `24GiB`',
  read: readSize,
  write: sizeText,
  joins: isSize,
  then: 'free',
})

/** For how long it is lent. */
export const DURATION = reading({
  field: 'forMs',
  schema: z.number().int().positive().max(LONGEST_LEASE_MS),
  label: 'DURATION',
  what: 'a duration, such as `8h`',
  read: durationMs,
  write: span,
  joins: isDuration,
})
/** What time it names depends on whose clock it is, so that it is read when it is answered. */
const MOMENT = reading({
  field: 'until',
  schema: text,
  label: 'TIME',
  what: 'a time, such as `18:00` or `friday`',
  read: readName,
  takes: 'rest',
  or: true,
})
export const LENT = [can(DURATION, 'for'), can(MOMENT, 'until')] as const

export const WATCHED = reading({
  field: 'what',
  schema: text,
  label: 'GPU|HOST|all|digest',
  what: 'a GPU, a host, `all` or `digest`',
  read: readWatched,
})
export const CLOCK = reading({
  field: 'at',
  schema: text,
  label: 'TIME',
  what: 'a time of day, such as `09:00`',
  read: readClock,
  joins: isMeridiem,
})
export const ZONE = reading({
  field: 'zone',
  schema: timeZone,
  label: 'ZONE',
  what: 'a time zone, such as `Europe/Berlin`',
  read: readZone,
  joins: isPlace,
})
export const HERE = reading({
  field: 'here',
  schema: z.literal('here'),
  label: 'here',
  what: '`here`',
  read: readHere,
})
