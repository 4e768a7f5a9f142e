/** A GPU is split, and shared, whatever happens: it ends done, as before, or with what repairs it. */
import { release, resize, share, split } from './bot'
import { exercise } from './exercise'
import { closes } from './tally'

/** hv02/gpu0 is split into 4. vdi-01 and vdi-05 run, and vdi-05 has a partition; vdi-06 is off, and clustered. */
const SHARED = 'hv02/gpu0'
const [DESK, SHARES, CLUSTERED] = ['vdi-01', 'vdi-05', 'vdi-06']
const GIB = 2 ** 30
const shutdown = { shutdown: true }

exercise({
  name: 'split a GPU anew',
  host: 'hv02',
  before: [release(SHARES, shutdown)],
  command: split(SHARED, 8),
  ends: { holder: null, power: {} },
  restored: [],
})
exercise({
  name: 'give a partition to a VM that runs',
  host: 'hv02',
  before: [],
  command: share(SHARED, DESK, { ...shutdown, vram: 8 * GIB }),
  ends: { holder: null, sharers: [DESK, SHARES], power: { [DESK]: 'Running' } },
  restored: [],
})
exercise({
  name: 'give a partition to a clustered VM that is off',
  host: 'hv02',
  before: [],
  command: share(SHARED, CLUSTERED),
  ends: { holder: null, sharers: [SHARES, CLUSTERED], power: { [CLUSTERED]: 'Running' } },
  restored: [],
})
exercise({
  name: 'resize a partition',
  host: 'hv02',
  before: [],
  command: resize(SHARES, 6 * GIB, { powerOff: true }),
  ends: { holder: null, sharers: [SHARES], power: { [SHARES]: 'Running' } },
  restored: [],
})
exercise({
  name: 'take the partition of a clustered VM back',
  host: 'hv02',
  before: [share(SHARED, CLUSTERED, { noStart: true })],
  command: release(CLUSTERED),
  ends: { holder: null, sharers: [SHARES], power: { [CLUSTERED]: 'Off' } },
  restored: [CLUSTERED],
})
exercise({
  name: 'take a partition back that was given outside the bot',
  host: 'hv02',
  before: [],
  command: release(SHARED, shutdown),
  ends: { holder: null, power: { [SHARES]: 'Running' } },
  restored: [],
})

closes('partition', 416)
