/** A GPU is assigned, whatever happens: it ends done, as before, or with what repairs it. */
import { assign } from './bot'
import { exercise } from './exercise'
import { closes } from './tally'

const [GPU0, GPU1] = ['hv01/gpu0', 'hv01/gpu1']
/** train-01 is off, train-02 runs. */
const [OFF, RUNS] = ['train-01', 'train-02']
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

closes('assign', 649)
