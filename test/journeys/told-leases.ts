/** Who is told of a lease, an offer and a host: the second table of docs/notifications.md. */
import { aFence } from '../fakes/fence'
import { given, HOUR, jonasHolds, type Scene, type Situation } from './told-scene'

const MINUTE = HOUR / 60

/** Maya has hv01/gpu0 in train-01 for an hour and some minutes. */
const lent = async (scene: Scene): Promise<void> => {
  await scene.says('maya', 'assign hv01/gpu0 to train-01 for 65m')
  await scene.says('jonas', 'approve R-1')
}
const over = async (scene: Scene): Promise<void> => {
  await lent(scene)
  await scene.clock.pass(HOUR + 10 * MINUTE)
}
/** Jonas has hv01/gpu1 in train-02 without an end, and Maya hv01/gpu0 for longer than the situation lasts. */
const shared = async (scene: Scene): Promise<void> => {
  await jonasHolds(scene)
  await scene.says('maya', 'assign hv01/gpu0 to train-02 for 9h --shutdown')
  await scene.says('jonas', 'agree R-2')
  await scene.says('priya', 'approve R-2')
}
/** The card falls off the bus while Jonas' VM has it. */
const fails = async (scene: Scene): Promise<void> => {
  await jonasHolds(scene)
  scene.workplace.world.rebuild('hv01', { kind: 'pull card', slot: 'gpu1' })
  await scene.clock.pass(HOUR)
}
const givenBack = async (scene: Scene): Promise<void> => {
  await shared(scene)
  await scene.says('maya', 'done R-2 --shutdown')
}
const offered = async (scene: Scene): Promise<void> => {
  await given(scene)
  await scene.says('jonas', 'queue hv01/gpu0 to train-02 --shutdown')
  await scene.says('maya', 'done --shutdown')
}

/** By the first cell of its row. */
export const OF_LEASES: Readonly<Record<string, Situation>> = {
  'a lease ends soon': {
    leads: async (scene) => {
      await lent(scene)
      await scene.clock.pass(10 * MINUTE)
    },
    told: [{ who: 'maya', words: /Your lease of hv01\/gpu0 in train-01 ends/ }],
  },
  'its time is over': {
    leads: over,
    told: [{ who: 'maya', words: /Your lease of hv01\/gpu0 in train-01 has been over since/ }],
  },
  'it is taken back': {
    leads: async (scene) => {
      await over(scene)
      await scene.clock.pass(HOUR)
    },
    told: [{ who: 'maya', words: /Your lease of hv01\/gpu0 in train-01 \(R-1\) ?: it has ended \(R-2\)/ }],
  },
  'it cannot be taken back': {
    leads: async (scene) => {
      await over(scene)
      scene.refuses('stopVm')
      await scene.clock.pass(HOUR / 2)
    },
    told: [
      { who: 'maya', words: /it could not be given back by R-2/ },
      { who: 'priya', words: /Needs an administrator .*hv01\/gpu0 is overdue in train-01/ },
    ],
  },
  'its end stops a VM in which others hold something': {
    leads: givenBack,
    told: [
      { who: 'jonas', words: /train-02 ?, in which you hold hv01\/gpu1 ?, is shut down through its guest/ },
    ],
  },
  'that is called off': {
    leads: async (scene) => {
      await givenBack(scene)
      await scene.says('maya', 'extend R-2 by 4h')
    },
    told: [{ who: 'jonas', words: /train-02 is not shut down for R-2/ }],
  },
  'a GPU is paused': {
    leads: async (scene) => {
      await jonasHolds(scene)
      await scene.says('priya', 'pause hv01/gpu1 because its fan is broken')
    },
    told: [
      {
        who: 'jonas',
        words:
          /Your lease of hv01\/gpu1 in train-02 \(R-1\) ?: it was paused ?, by Priya Nair.*its fan is broken.*you keep it and may give it back/,
      },
    ],
  },
  'a host reports that a GPU fails': {
    leads: fails,
    told: [
      {
        who: 'jonas',
        words:
          /Your lease of hv01\/gpu1 in train-02 \(R-1\) ?: train-02 has it, and hv01 shows no such device.*you keep it/,
      },
      {
        who: 'everybody',
        words: /hv01\/gpu1 ?: train-02 has it, and hv01 shows no such device.*In quarantine/,
      },
    ],
  },
  'it reports the GPU in order again': {
    leads: async (scene) => {
      await fails(scene)
      scene.workplace.world.rebuild('hv01', { kind: 'put card', slot: 'gpu1' })
      await scene.clock.pass(HOUR)
    },
    told: [
      {
        who: 'jonas',
        words: /Your lease of hv01\/gpu1 in train-02 \(R-1\) ?: hv01 shows it in order again/,
      },
      { who: 'everybody', words: /hv01\/gpu1 ?: hv01 shows it in order again/ },
    ],
  },
  'somebody asks for what is held': {
    leads: async (scene) => {
      await given(scene)
      await scene.says('jonas', 'ask hv01/gpu0 because of the demo')
    },
    told: [{ who: 'maya', words: /Jonas Weber asks you for hv01\/gpu0/ }],
  },
  'an administrator moves it': {
    leads: async (scene) => {
      await given(scene)
      await scene.says('priya', 'move hv01/gpu0 to train-02 --shutdown')
      await scene.says('jonas', 'approve R-2')
      await scene.clock.pass(HOUR / 4)
    },
    told: [{ who: 'maya', words: /it was moved from train-01 and goes on/ }],
  },
  'a GPU is offered': {
    leads: offered,
    told: [{ who: 'jonas', words: /hv01\/gpu0 is on offer to you/ }],
  },
  'the offer is not taken': {
    leads: async (scene) => {
      await offered(scene)
      await scene.clock.pass(HOUR)
    },
    told: [{ who: 'jonas', words: /You did not take hv01\/gpu0/ }],
  },
  'it is taken back from them': {
    leads: async (scene) => {
      await offered(scene)
      await scene.says('priya', 'pause hv01')
      await scene.clock.pass(10 * MINUTE)
    },
    told: [{ who: 'jonas', words: /What was on offer to you is taken back/ }],
  },
  'a host obeys another bot': {
    leads: async (scene) => {
      scene.workplace.world.claim('hv01', aFence(900))
      await scene.clock.pass(HOUR)
    },
    told: [{ who: 'priya', words: /For .*Nothing that is asked for there begins/ }],
  },
}
