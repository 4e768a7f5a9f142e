/** Every kind of plan, ready to begin: what was done before, and what Tomas asks for, which needs nobody else. */
import type { Request } from '../../src/core/request/request'
import { type Left, leave, type Scene, settle } from './harm/scene'
import type { Holding } from './harm/plans'

interface EveryPlan {
  readonly name: string
  readonly before?: readonly string[]
  readonly held?: readonly Holding[]
  readonly ask: string
}

const own = (gpu: string, vm: string, how = ''): Holding => ({ person: 'tomas', gpu, vm, how })
const PART = '--mode partition --vram 8g'

export const EVERY_PLAN: readonly EveryPlan[] = [
  { name: 'assign', ask: 'assign hv01/gpu1 to train-02 --shutdown' },
  {
    name: 'move',
    held: [own('hv01/gpu1', 'train-01')],
    ask: 'move hv01/gpu1 to train-02 --shutdown',
  },
  {
    name: 'release',
    held: [own('hv01/gpu1', 'train-02')],
    ask: 'release hv01/gpu1 --shutdown',
  },
  {
    name: 'more MMIO space',
    held: [own('hv01/gpu1', 'train-02')],
    ask: 'resize train-02 --mmio 400g --shutdown',
  },
  { name: 'split', before: ['release vdi-05'], ask: 'partition hv02/gpu0 into 8' },
  { name: 'a partition', ask: `assign hv02/gpu0 to vdi-01 ${PART} --shutdown` },
  {
    name: 'resize a partition',
    held: [own('hv02/gpu0', 'vdi-01', PART)],
    ask: 'resize vdi-01 --vram 6g --shutdown',
  },
  {
    name: 'release a partition',
    held: [own('hv02/gpu0', 'vdi-01', PART)],
    ask: 'release vdi-01 --shutdown',
  },
  {
    name: 'move to another host',
    before: ['release hv01/gpu2'],
    held: [own('hv01/gpu2', 'train-02')],
    ask: 'move any A40 from train-02 to vdi-01 --shutdown',
  },
]

/** Approved, and not begun. */
export const approved = ({ before = [], held = [], ask }: EveryPlan): Promise<Left & { found: Request }> =>
  leave(null, {}, async (scene: Scene) => {
    await settle(scene, before, held)
    const { id } = await scene.asks('tomas', ask)
    return scene.stored(id)
  })
