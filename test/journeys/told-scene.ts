/** A scene in which people are told of what concerns them, and what its situations have in common. */
import { steppedClock, type SteppedClock } from '../fakes/stepped-clock'
import type { Who } from './people'
import { policyOf, startWorkplace, type ChatName, type Workplace } from './workplace'

export const HOUR = 3_600_000

export interface Scene {
  readonly chat: ChatName
  readonly workplace: Workplace
  readonly clock: SteppedClock
  /** Types it where everybody reads the cards, and lets all happen that it leads to. */
  says(who: Who, text: string): Promise<void>
  /** The same in the chat that they have with the bot. */
  saysAlone(who: Who, text: string): Promise<void>
  /** Refuses the next step of this kind on hv01. */
  refuses(step: 'attachDevice' | 'enableDevice' | 'dismountDevice' | 'stopVm'): void
}

/** Who is told, and by what words, in the place where they read it. */
export interface Told {
  /** `everybody` reads it where the cards are, and it calls nobody. */
  readonly who: Who | 'everybody'
  readonly words: RegExp
}
export interface Situation {
  readonly leads: (scene: Scene) => Promise<void>
  readonly told: readonly Told[]
}

/** Approvals that lapse within a test, and leases that end. */
export const TERSE = {
  ...{ ...policyOf(1), approvalLasts: '1h' },
  leases: { end: { then: 'shutdown', grace: '15m' } },
}

/** Everybody in one chat, with cards and changes in one channel. Whoever opens it ends its workplace. */
export const openScene = async (chat: ChatName, policy: object = TERSE): Promise<Scene> => {
  const clock = steppedClock({ strideMs: HOUR / 60 })
  const workplace = await startWorkplace({
    ...{ clock, requests: [chat], changes: chat, policy },
    limits: { requestExpiresMs: HOUR, pollMs: HOUR / 4 },
  })
  const calm = (): Promise<void> => clock.pass(HOUR / 60)
  return {
    ...{ chat, workplace, clock },
    says: async (who, text) => {
      await workplace.in[chat].types(who, text)
      await calm()
    },
    saysAlone: async (who, text) => {
      await workplace.alone(who)[chat].types(who, text)
      await calm()
    },
    refuses: (step) => workplace.world.inject({ host: 'hv01', step, times: 1, kind: 'refuse' }),
  }
}

export const ASK = 'assign hv01/gpu0 to train-01'
export const given = async (scene: Scene): Promise<void> => {
  await scene.says('maya', ASK)
  await scene.says('jonas', 'approve R-1')
}
/** Jonas holds a GPU in train-02, which Maya's request would stop, or from which it would take one. */
export const jonasHolds = async (scene: Scene): Promise<void> => {
  await scene.says('jonas', 'assign hv01/gpu1 to train-02 --shutdown')
  await scene.says('priya', 'approve R-1')
}
