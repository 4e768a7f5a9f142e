/** A GPU is moved, whatever happens: it ends done, as before, or with what repairs it. */
import { assign, move } from './bot'
import { exercise } from './exercise'
import { closes } from './tally'

const GPU0 = 'hv01/gpu0'
/** train-01 is off, train-02 and render-01 run; render-01 has a GPU that an administrator gave it. */
const [OFF, RUNS, ALSO_RUNS] = ['train-01', 'train-02', 'render-01']
const shutdown = { shutdown: true }

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

closes('move', 420)
