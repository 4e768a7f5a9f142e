/** A GPU is released, whatever happens: it ends done, as before, or with what repairs it. */
import { assign, release } from './bot'
import { exercise } from './exercise'
import { closes } from './tally'

const [GPU0, GPU1] = ['hv01/gpu0', 'hv01/gpu1']
/** train-01 is off, train-02 runs. */
const [OFF, RUNS] = ['train-01', 'train-02']
const shutdown = { shutdown: true }

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

closes('release', 484)
