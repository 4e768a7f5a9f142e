/** The crash suite: every operation, whatever happens to it, ends done, as before, or with what repairs it. */
import { afterAll, describe, expect, it } from '@jest/globals'
import { assign, move, release, resize, share, split } from './operations/bot'
import { exercise } from './operations/exercise'
import { closingLine, tally } from './operations/tally'

afterAll(() => {
  process.stdout.write(closingLine())
})

const [GPU0, GPU1] = ['hv01/gpu0', 'hv01/gpu1']
/** train-01 is off, train-02 and render-01 run; render-01 has a GPU that an administrator gave it. */
const [OFF, RUNS, ALSO_RUNS] = ['train-01', 'train-02', 'render-01']
const shutdown = { shutdown: true }

exercise({
  name: 'assign to a VM that is off',
  before: [],
  command: assign(GPU0, OFF),
  ends: { holder: OFF, power: { [OFF]: 'Running' } },
  restored: [],
})
exercise({
  name: 'assign to a VM that is off and stays off',
  before: [],
  command: assign(GPU0, OFF, { noStart: true }),
  ends: { holder: OFF, power: { [OFF]: 'Off' } },
  restored: [],
})
exercise({
  name: 'assign to a VM that runs, with shutdown',
  before: [],
  command: assign(GPU0, RUNS, shutdown),
  ends: { holder: RUNS, power: { [RUNS]: 'Running' } },
  restored: [],
})
exercise({
  name: 'assign to a VM that runs, with power-off',
  before: [],
  command: assign(GPU0, RUNS, { powerOff: true }),
  ends: { holder: RUNS, power: { [RUNS]: 'Running' } },
  restored: [],
})
exercise({
  name: 'assign a second GPU to a VM',
  before: [assign(GPU0, RUNS, shutdown)],
  command: assign(GPU1, RUNS, shutdown),
  ends: { holder: RUNS, power: { [RUNS]: 'Running' } },
  restored: [],
})
exercise({
  name: 'move between VMs that both run',
  before: [assign(GPU0, RUNS, shutdown)],
  command: move(GPU0, ALSO_RUNS, { powerOff: true }),
  ends: { holder: ALSO_RUNS, power: { [RUNS]: 'Running', [ALSO_RUNS]: 'Running' } },
  restored: [RUNS],
})
exercise({
  name: 'move to a VM that is off',
  before: [assign(GPU0, RUNS, shutdown)],
  command: move(GPU0, OFF, shutdown),
  ends: { holder: OFF, power: { [RUNS]: 'Running', [OFF]: 'Running' } },
  restored: [RUNS],
})
exercise({
  name: 'release the last GPU of a VM that runs',
  before: [assign(GPU0, RUNS, shutdown)],
  command: release(GPU0, shutdown),
  ends: { holder: null, power: { [RUNS]: 'Running' } },
  restored: [RUNS],
})
exercise({
  name: 'release the last GPU of a VM that is off',
  before: [assign(GPU0, OFF, { noStart: true })],
  command: release(OFF),
  ends: { holder: null, power: { [OFF]: 'Off' } },
  restored: [OFF],
})
exercise({
  name: 'release one of two GPUs of a VM that runs',
  before: [assign(GPU0, RUNS, shutdown), assign(GPU1, RUNS, shutdown)],
  command: release(GPU0, { powerOff: true }),
  ends: { holder: null, power: { [RUNS]: 'Running' } },
  restored: [],
})
exercise({
  name: 'release one of two GPUs of a VM that is off',
  before: [assign(GPU0, OFF, { noStart: true }), assign(GPU1, OFF, { noStart: true })],
  command: release(GPU1),
  ends: { holder: null, power: { [OFF]: 'Off' } },
  restored: [],
})

/** hv02/gpu0 is split into 4. vdi-01 and vdi-05 run, and vdi-05 has a partition; vdi-06 is off, and clustered. */
const SHARED = 'hv02/gpu0'
const [DESK, SHARES, CLUSTERED] = ['vdi-01', 'vdi-05', 'vdi-06']
const GIB = 2 ** 30

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

describe('over all these runs', () => {
  it('no GPU is lost and no step takes effect twice', () => {
    expect(tally.runs).toBeGreaterThan(1000)
    expect(tally).toMatchObject({ lost: 0, twice: 0 })
  })
})
