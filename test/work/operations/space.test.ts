/** A VM with a GPU gets another MMIO space, whatever happens: it ends done, as before, or with what repairs it. */
import { assign, widen } from './bot'
import { exercise } from './exercise'
import { closes } from './tally'

const GPU0 = 'hv01/gpu0'
/** train-01 is off, train-02 runs. */
const [OFF, RUNS] = ['train-01', 'train-02']
const GIB = 2 ** 30
const shutdown = { shutdown: true }

exercise({
  name: 'more MMIO space for a VM that runs',
  before: [assign(GPU0, RUNS, shutdown)],
  command: widen(RUNS, 300 * GIB, shutdown),
  ends: { holder: RUNS, power: { [RUNS]: 'Running' } },
  restored: [],
})
exercise({
  name: 'more MMIO space for a VM that is off',
  before: [assign(GPU0, OFF, { noStart: true })],
  command: widen(OFF, 'more'),
  ends: { holder: OFF, power: { [OFF]: 'Off' } },
  restored: [],
})

closes('space', 96)
