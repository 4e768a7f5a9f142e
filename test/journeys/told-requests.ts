/** Who is told of a request: the first table of docs/notifications.md. */
import { ASK, given, HOUR, jonasHolds, TERSE, type Scene, type Situation } from './told-scene'

const wouldStop = async (scene: Scene): Promise<void> => {
  await jonasHolds(scene)
  await scene.says('maya', 'assign hv01/gpu0 to train-02 --shutdown because a demo')
}
const wouldTake = async (scene: Scene): Promise<void> => {
  await jonasHolds(scene)
  await scene.says('maya', 'release hv01/gpu1 --shutdown because a demo')
}
const halfWay = async (scene: Scene): Promise<void> => {
  await given(scene)
  scene.refuses('enableDevice')
  scene.refuses('dismountDevice')
  await scene.says('maya', 'release hv01/gpu0 --shutdown')
}
/** What repairs that, by hand. */
const enabled = ({ workplace: { world } }: Scene): void => {
  const { instanceId, locationPath } = world.facts('hv01').gpus.find(({ slot }) => slot === 'gpu0')!
  world.act('hv01', { kind: 'enableDevice', gpu: { alias: 'hv01/gpu0', instanceId, locationPath } })
}

/** By the first cell of its row. */
export const OF_REQUESTS: Readonly<Record<string, Situation>> = {
  'a request is asked for': {
    leads: (scene) => scene.says('maya', `${ASK} because a demo`),
    told: [
      { who: 'jonas', words: /^(?:Maya Chen asks: |Waiting Waits for ).*Assign hv01\/gpu0 to train-01/ },
    ],
  },
  'it is asked for elsewhere': {
    leads: (scene) => scene.saysAlone('maya', ASK),
    told: [{ who: 'maya', words: /The card of R-1 is in the channel for requests/ }],
  },
  'it is approved': { leads: given, told: [{ who: 'maya', words: /R-1 was approved by Jonas Weber/ }] },
  'it is denied': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.says('jonas', 'deny R-1 because not now')
    },
    told: [{ who: 'maya', words: /R-1 was denied by Jonas Weber \(not now\).*Nothing was done/ }],
  },
  'somebody else cancels it': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.says('priya', 'cancel R-1')
    },
    told: [{ who: 'maya', words: /R-1 was cancelled by Priya Nair/ }],
  },
  'nobody decides it': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.clock.pass(HOUR)
    },
    told: [{ who: 'maya', words: /R-1 has expired without a decision/ }],
  },
  'somebody waits for that GPU': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.says('jonas', 'queue hv01/gpu0')
      await scene.clock.pass(HOUR / 60)
    },
    told: [{ who: 'maya', words: /Somebody waits for hv01\/gpu0 \(Q-1\), so R-1 now expires at/ }],
  },
  'a fact changes before it begins': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      scene.workplace.world.setVmState('hv01', 'train-01', 'Running')
      await scene.says('jonas', 'approve R-1')
    },
    told: [{ who: 'maya', words: /R-1 is void.*power state was Off and is now Running.*Nothing was done/ }],
  },
  'the policy judges it otherwise': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      scene.workplace.writesPolicy({ ...TERSE, leases: { ...TERSE.leases, longest: '9d' } })
      await scene.says('priya', 'reload')
    },
    told: [
      {
        who: 'maya',
        words: /R-1 is void.*The policy has changed.*The longest lease.*is now 9d.*Nothing was done/,
      },
    ],
  },
  'its approval lapses': {
    leads: async (scene) => {
      await scene.says('maya', ASK)
      await scene.says('priya', 'pause hv01')
      await scene.says('jonas', 'approve R-1')
      await scene.clock.pass(HOUR)
    },
    told: [{ who: 'maya', words: /R-1 Assign hv01\/gpu0 to train-01.*has lapsed, and nothing was done/ }],
  },
  'it is done': { leads: given, told: [{ who: 'maya', words: /R-1 is done ?: Assign hv01\/gpu0/ }] },
  'it fails and is undone': {
    leads: async (scene) => {
      scene.refuses('attachDevice')
      await given(scene)
    },
    told: [{ who: 'maya', words: /R-1 failed and was undone ?: Assign.*Add hv01\/gpu0 to train-01/ }],
  },
  'it needs attention': {
    leads: halfWay,
    told: [
      { who: 'maya', words: /R-2 stopped halfway and waits for an administrator/ },
      { who: 'priya', words: /Needs an administrator .*R-2 stopped halfway/ },
    ],
  },
  'its undo is tried again': {
    leads: async (scene) => {
      await halfWay(scene)
      scene.workplace.world.setVmState('hv01', 'train-01', 'Off')
      await scene.says('priya', 'retry R-2')
    },
    told: [{ who: 'maya', words: /R-2 failed and was undone ?: Release/ }],
  },
  'it is repaired by hand': {
    leads: async (scene) => {
      const { world } = scene.workplace
      const { settings } = world.facts('hv01').vms.find(({ name }) => name === 'train-01')!
      await halfWay(scene)
      enabled(scene)
      world.setVmState('hv01', 'train-01', 'Off')
      world.setVmSettings('hv01', 'train-01', settings)
      world.setVmState('hv01', 'train-01', 'Running')
      await scene.says('priya', 'resolve R-2')
    },
    told: [{ who: 'maya', words: /R-2 is done, repaired by hand by Priya Nair.*found as planned/ }],
  },
  'it is left as it is': {
    leads: async (scene) => {
      await halfWay(scene)
      enabled(scene)
      await scene.says('priya', 'resolve R-2 --as-found')
    },
    told: [{ who: 'maya', words: /R-2 was resolved by Priya Nair.*in another state, and left so/ }],
  },
  'it would stop a VM': {
    leads: wouldStop,
    told: [{ who: 'jonas', words: /R-2 would stop a VM in which you hold hv01\/gpu1 in train-02/ }],
  },
  'that one is decided': {
    leads: async (scene) => {
      await wouldStop(scene)
      await scene.says('priya', 'deny R-2')
    },
    told: [
      {
        who: 'jonas',
        words: /R-2 was denied by Priya Nair.*It would have stopped a VM in which you hold a GPU/,
      },
    ],
  },
  'that one ends': {
    leads: async (scene) => {
      await wouldStop(scene)
      await scene.says('priya', 'approve R-2')
      await scene.clock.pass(HOUR / 4)
    },
    told: [{ who: 'jonas', words: /R-2 is done ?: Assign.*It has stopped a VM in which you hold a GPU/ }],
  },
  'it would take a GPU': {
    leads: wouldTake,
    told: [{ who: 'jonas', words: /R-2 would (?:take|stop).*hv01\/gpu1/ }],
  },
  'that one is not to be': {
    leads: async (scene) => {
      await wouldTake(scene)
      await scene.says('priya', 'deny R-2')
    },
    told: [{ who: 'jonas', words: /R-2 was denied by Priya Nair.*It would have taken a GPU from you/ }],
  },
}
