/**
 * From a delivery to its consequences. Everything a delivery causes is written in the one transaction that also marks
 * it done, so a crash anywhere leaves it open, and it is simply worked on again.
 */
import { refusalNotice } from '../../core/answers/refusal'
import { courtesyNotice } from '../../core/answers/courtesy'
import { doneNotice } from '../../core/answers/done'
import { messageOf, refusal, type Refusal } from '../../core/errors'
import { courtesyOf, type Courtesy } from '../../core/grammar/courtesy'
import { may, refuseCommand } from '../../core/request/permission'
import type { Delivery } from '../../core/ports/delivery'
import { meetCopy } from '../../store/copies'
import type { Tx } from '../../store/database'
import { finishDelivery, openDeliveries } from '../../store/inbox'
import { post } from '../../store/outbox'
import { VersionMoved } from '../../store/requests'
import { answer } from '../telling/answer'
import { say, type Caller, type Consequence } from '../context/consequence'
import { decide } from '../commands/decide'
import { floodgate } from './flood'
import { extend } from '../changes/lease/extend'
import { done } from '../changes/lease/give-back'
import { startLoop, type Loop } from '../context/loop'
import { meanwhile } from '../context/meanwhile'
import type { Parts } from '../context/parts'
import { answerOffer } from '../commands/take'
import { respond } from '../commands/respond'
import { readCommand } from '../commands/typed'
import { openAsking, type Asking, type Known } from './who'
import { afterRush } from '../context/yielding'

const AT_ONCE = 64
const AT_ONCE_IN_RUSH = 4
/** The share of one person in what is worked on at once. */
const SHARE = 1 / 4
/** Then the chat shows that an answer is coming, and after the longer one the bot says so. */
const TYPING_MS = 500
const PATIENCE_MS = 2_000

/** A delivery that is worked on. One that waits for its chat takes nobody's place. */
interface Active {
  readonly from: string
  readonly work: Promise<void>
}

export const startIntake = (parts: Parts): Loop => {
  const stopping = new AbortController()
  const active = new Map<string, Active>()
  const waiting = new Set<string>()
  const dropTooMuch = floodgate(parts)
  const asking = openAsking(parts, stopping.signal)
  const working = (): Active[] => [...active].flatMap(([id, each]) => (waiting.has(id) ? [] : each))
  const activeOf = (account: string): number => working().filter(({ from }) => from === account).length
  const loop = startLoop(parts, { doing: 'reading deliveries', waitsFor: 'nobody' }, async () => {
    await afterRush(parts, stopping.signal)
    if (stopping.signal.aborted) return null
    const most = parts.rush() > 0 ? AT_ONCE_IN_RUSH : AT_ONCE
    if (working().length >= most) return null
    await dropTooMuch()
    for (const delivery of await openDeliveries(parts.db, most + active.size)) {
      if (active.has(delivery.id) || working().length >= most) continue
      if (activeOf(delivery.from) >= most * SHARE) continue
      const taking: Taking = {
        parts,
        delivery,
        asking,
        waitsFor: '',
        waits: () => {
          waiting.add(delivery.id)
          loop.wake()
        },
      }
      const work = take(taking).finally(() => {
        active.delete(delivery.id)
        waiting.delete(delivery.id)
        loop.wake()
      })
      active.set(delivery.id, { from: delivery.from, work })
    }
    return null
  })
  return {
    ...loop,
    stop: async () => {
      stopping.abort()
      await loop.stop()
      await Promise.all([...active.values()].map(({ work }) => work))
    },
    underWay: () => [...loop.underWay(), ...active.keys()],
  }
}

interface Taking {
  readonly parts: Parts
  readonly delivery: Delivery
  readonly asking: Asking
  /** Its chat does not say who did it. */
  readonly waits: () => void
  /** What it waits for, as a clause for whoever waits for it. */
  waitsFor: string
}

const take = async (taking: Taking): Promise<void> => {
  const { parts, delivery } = taking
  try {
    // Who waits for the answer to a press is told by that answer.
    const times = parts.awaited.isWaitedFor(delivery.id) ? 0 : 1
    await meanwhile(
      parts,
      { everyMs: PATIENCE_MS, times },
      () => sayStillWorking(taking),
      () => typing(parts, delivery, () => settleAfresh(taking)),
    )
  } catch (error) {
    parts.log.error({ delivery: delivery.id, error: messageOf(error) }, 'working on a delivery')
    await settle(taking, () => Promise.resolve(refusalNotice([BROKEN]))).catch((again: unknown) =>
      parts.log.error({ delivery: delivery.id, error: messageOf(again) }, 'the delivery stays open'),
    )
  }
}

const CHAT_NAMES = { slack: 'Slack', teams: 'Microsoft' } as const

/** Nothing is settled where the process stops while the chat does not answer: the delivery stays open. */
const settleAfresh = async (taking: Taking): Promise<void> => {
  const { asking, delivery, parts } = taking
  const chat = CHAT_NAMES[delivery.back.chat]
  taking.waitsFor = `${chat} has not said yet who you are`
  const known = await asking.whoIs(delivery, () => {
    taking.waitsFor = `${chat} does not say who you are. I ask again for ten minutes, and until it does nothing is done`
    taking.waits()
  })
  if (known === null) return
  taking.waitsFor = 'a host takes its time to answer'
  await settle(taking, await understand(parts, delivery, known))
}

const typing = (parts: Parts, { back }: Delivery, work: () => Promise<void>): Promise<void> =>
  meanwhile(parts, { everyMs: TYPING_MS, times: 1 }, () => Promise.resolve(parts.chat.typing?.(back)), work)

const BROKEN = refusal(
  'not-possible',
  'something broke on my side; nothing was changed',
  'Try again; the log of the bot says more.',
)

const sayStillWorking = async ({ parts, delivery, waitsFor }: Taking): Promise<void> => {
  await parts.db
    .transaction()
    .execute((tx) =>
      post(tx, delivery.back, doneNotice(`Still working on it: ${waitsFor}.`), { at: parts.clock.now() }),
    )
  parts.wake.deliver()
}

/** What do they want, may they? */
const understand = async (parts: Parts, delivery: Delivery, identity: Known): Promise<Consequence> => {
  if (identity.kind === 'not-told') return say(refusalNotice([notTold(delivery)]))
  if (identity.kind === 'stranger') {
    parts.log.warn({ from: delivery.from, why: identity.why }, 'a stranger was refused')
    return say(
      refusalNotice([
        refusal(
          'not-allowed',
          `this bot serves full members of its own organisation only: ${identity.why}`,
          'Ask a member of the team to do it.',
        ),
      ]),
    )
  }
  const { said } = delivery
  const caller: Caller = {
    account: delivery.from,
    name: identity.name,
    channel: delivery.channel,
    back: delivery.back,
    privately: delivery.privately,
  }
  if (said.kind === 'decide') return decide(parts, { ...said, by: delivery.from, reason: undefined })
  if (said.kind === 'lease') return pressed(parts, said, caller)
  if (said.kind === 'offer') return answerOffer(parts, said, caller)
  const courtesy = courtesyOf(said.text)
  if (courtesy) return returned(parts, courtesy, caller)
  const command = await readCommand(parts, said.text, caller)
  if (!command.ok) return say(refusalNotice(command.refusals))
  const refused = refuseCommand(parts.policy.inForce(), delivery.from, command.value.kind)
  if (refused && command.value.kind !== 'whoami' && command.value.kind !== 'help')
    return say(refusalNotice([refused]))
  return respond(parts, command.value, caller)
}

/** Whom the policy does not know is told so by help. */
const returned = (parts: Parts, courtesy: Courtesy, caller: Caller): Promise<Consequence> | Consequence =>
  may(parts.policy.inForce(), caller.account, 'list')
    ? say(courtesyNotice(courtesy))
    : respond(parts, { kind: 'help' }, caller)

type Pressed = Extract<Delivery['said'], { kind: 'lease' }>

/** The button asked whether a running VM may be shut down; the same as typing it otherwise, on the lease that it showed. */
const pressed = async (parts: Parts, { verb, ...press }: Pressed, caller: Caller): Promise<Consequence> => {
  const refused = refuseCommand(parts.policy.inForce(), caller.account, verb)
  if (refused) return say(refusalNotice([refused]))
  if (verb === 'done') return done(parts, { ...press, consents: SHUT_DOWN }, caller)
  const { byMs } = press
  return byMs === undefined
    ? say(refusalNotice([refusal('stale', 'that button does not say by how much', 'Use `extend`.')]))
    : extend(parts, { ...press, byMs }, caller)
}

const SHUT_DOWN = { shutdown: true, powerOff: false, noStart: false }

/** The message that was pressed may be a copy of the card that nobody knew to be there. */
const meetPressed = async (tx: Tx, { said, on, channel }: Delivery, at: number): Promise<void> => {
  if (on !== undefined && said.kind === 'decide')
    await meetCopy(tx, { requestId: said.requestId, place: channel, ref: on }, at)
}

const notTold = ({ back: { chat } }: Delivery): Refusal =>
  refusal(
    'unreachable',
    `${CHAT_NAMES[chat]} did not say for ten minutes who you are; this was not carried out, and will not be`,
    'Say it again.',
  )

/** Commits the consequences. When a request changed underneath, the delivery is looked at afresh. */
const settle = async (taking: Taking, consequence: Consequence): Promise<void> => {
  const { parts, delivery } = taking
  try {
    const committed = await parts.db.transaction().execute(async (tx) => {
      const at = parts.clock.now()
      if (!(await finishDelivery(tx, delivery.id, at))) return null
      await meetPressed(tx, delivery, at)
      return answer(tx, parts, delivery, await consequence(tx))
    })
    await committed?.()
  } catch (error) {
    if (!(error instanceof VersionMoved)) throw error
    return settleAfresh(taking)
  }
  parts.wake.deliver()
  parts.wake.run()
}
