import { z } from 'zod'
import { flag, onOff, PAGE } from '../values/flags'
import { readHost } from '../values/names'
import { spec } from '../values/spec'

const HOST = flag({
  name: '--host',
  field: 'host',
  schema: z.string().optional(),
  otherwise: undefined,
  takes: { label: 'HOST', what: 'the name of a host, such as `hv01`', read: readHost },
})

export const list = spec({
  name: 'list',
  group: 'Look',
  needs: 'anyone listed',
  synonyms: ['status'],
  arguments: [],
  flags: [HOST, onOff('--free', 'free'), onOff('--mine', 'mine'), PAGE],
  reason: 'none',
  says: 'The GPUs, where they are and who holds them.',
  examples: ['list', 'list --free', 'list --host hv01 --page 2'],
  notes: [
    '`--free` shows GPUs that nobody holds, `--mine` those that you asked for.',
    'The list is from the last reading of each host and shows its age.',
  ],
})
