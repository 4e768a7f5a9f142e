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
import { sendAnswer } from '../telling/answer'
import { say, type Caller, type Effect } from '../context/effect'
import { decide } from '../commands/decide'
import { floodgate } from './flood'
import { extend } from '../changes/lease/extend'
import { GUEST_SHUTDOWN } from '../changes/lease/others'
import { done } from '../changes/lease/give-back'
import { startLoop, type Loop } from '../context/loop'
import { withHeartbeat } from '../context/heartbeat'
import type { Context } from '../context/context'
import { answerOffer } from '../commands/take'
import { respond } from '../commands/respond'
import { readTyped } from '../commands/typed'
import { openIntroductions, type Introductions, type KnownIdentity } from './who'
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

export const startIntake = (context: Context): Loop => {
  const stopping = new AbortController()
  const active = new Map<string, Active>()
  const waiting = new Set<string>()
  const dropTooMuch = floodgate(context)
  const asking = openIntroductions(context, stopping.signal)
  const working = (): Active[] => [...active].flatMap(([id, each]) => (waiting.has(id) ? [] : each))
  const activeOf = (account: string): number => working().filter(({ from }) => from === account).length
  const loop = startLoop(context, { doing: 'reading deliveries', waitsFor: 'nobody' }, async () => {
    await afterRush(context, stopping.signal)
    if (stopping.signal.aborted) return null
    const most = context.rush() > 0 ? AT_ONCE_IN_RUSH : AT_ONCE
    if (working().length >= most) return null
    await dropTooMuch()
    for (const delivery of await openDeliveries(context.db, most + active.size)) {
      if (active.has(delivery.id) || working().length >= most) continue
      if (activeOf(delivery.from) >= most * SHARE) continue
      const taking: Taking = {
        context,
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
  readonly context: Context
  readonly delivery: Delivery
  readonly asking: Introductions
  /** Its chat does not say who did it. */
  readonly waits: () => void
  /** What it waits for, as a clause for whoever waits for it. */
  waitsFor: string
}

const take = async (taking: Taking): Promise<void> => {
  const { context, delivery } = taking
  try {
    // Who waits for the answer to a press is told by that answer.
    const times = context.awaited.isWaitedFor(delivery.id) ? 0 : 1
    await withHeartbeat(
      context,
      { everyMs: PATIENCE_MS, times },
      () => sayStillWorking(taking),
      () => typing(context, delivery, () => settleAfresh(taking)),
    )
  } catch (error) {
    context.log.error({ delivery: delivery.id, error: messageOf(error) }, 'working on a delivery')
    await settle(taking, () => Promise.resolve(refusalNotice([BROKEN]))).catch((again: unknown) =>
      context.log.error({ delivery: delivery.id, error: messageOf(again) }, 'the delivery stays open'),
    )
  }
}

const CHAT_NAMES = { slack: 'Slack', teams: 'Microsoft' } as const

/** Nothing is settled where the process stops while the chat does not answer: the delivery stays open. */
const settleAfresh = async (taking: Taking): Promise<void> => {
  const { asking, delivery, context } = taking
  const chat = CHAT_NAMES[delivery.back.chat]
  taking.waitsFor = `${chat} has not said yet who you are`
  const known = await asking.whoIs(delivery, () => {
    taking.waitsFor = `${chat} does not say who you are. I ask again for ten minutes, and until it does nothing is done`
    taking.waits()
  })
  if (known === null) return
  taking.waitsFor = 'a host takes its time to answer'
  await settle(taking, await understand(context, delivery, known))
}

const typing = (context: Context, { back }: Delivery, work: () => Promise<void>): Promise<void> =>
  withHeartbeat(
    context,
    { everyMs: TYPING_MS, times: 1 },
    () => Promise.resolve(context.chat.typing?.(back)),
    work,
  )

const BROKEN = refusal(
  'not-possible',
  'something broke on my side; nothing was changed',
  'Try again; the log of the bot says more.',
)

const sayStillWorking = async ({ context, delivery, waitsFor }: Taking): Promise<void> => {
  await context.db
    .transaction()
    .execute((tx) =>
      post(tx, delivery.back, doneNotice(`Still working on it: ${waitsFor}.`), { at: context.clock.now() }),
    )
  context.wake.deliver()
}

/** What do they want, may they? */
const understand = async (context: Context, delivery: Delivery, identity: KnownIdentity): Promise<Effect> => {
  if (identity.kind === 'not-told') return say(refusalNotice([notTold(delivery)]))
  if (identity.kind === 'stranger') {
    context.log.warn({ from: delivery.from, why: identity.why }, 'a stranger was refused')
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
  if (said.kind === 'decide') return decide(context, { ...said, by: delivery.from, reason: undefined })
  if (said.kind === 'lease') return pressed(context, said, caller)
  if (said.kind === 'offer') return answerOffer(context, said, caller)
  const courtesy = courtesyOf(said.text)
  if (courtesy) return returned(context, courtesy, caller)
  const command = await readTyped(context, said.text, caller)
  if (!command.ok) return say(refusalNotice(command.refusals))
  const refused = refuseCommand(context.policy.inForce(), delivery.from, command.value.kind)
  if (refused && command.value.kind !== 'whoami' && command.value.kind !== 'help')
    return say(refusalNotice([refused]))
  return respond(context, command.value, caller)
}

/** Whom the policy does not know is told so by help. */
const returned = (context: Context, courtesy: Courtesy, caller: Caller): Promise<Effect> | Effect =>
  may(context.policy.inForce(), caller.account, 'list')
    ? say(courtesyNotice(courtesy))
    : respond(context, { kind: 'help' }, caller)

type Pressed = Extract<Delivery['said'], { kind: 'lease' }>

/** The button asked whether a running VM may be shut down; the same as typing it otherwise, on the lease that it showed. */
const pressed = async (context: Context, { verb, ...press }: Pressed, caller: Caller): Promise<Effect> => {
  const refused = refuseCommand(context.policy.inForce(), caller.account, verb)
  if (refused) return say(refusalNotice([refused]))
  if (verb === 'done') return done(context, { ...press, consents: GUEST_SHUTDOWN }, caller)
  const { byMs } = press
  return byMs === undefined
    ? say(refusalNotice([refusal('stale', 'that button does not say by how much', 'Use `extend`.')]))
    : extend(context, { ...press, byMs }, caller)
}

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
const settle = async (taking: Taking, effect: Effect): Promise<void> => {
  const { context, delivery } = taking
  try {
    const committed = await context.db.transaction().execute(async (tx) => {
      const at = context.clock.now()
      if (!(await finishDelivery(tx, delivery.id, at))) return null
      await meetPressed(tx, delivery, at)
      return sendAnswer(tx, context, delivery, await effect(tx))
    })
    await committed?.()
  } catch (error) {
    if (!(error instanceof VersionMoved)) throw error
    return settleAfresh(taking)
  }
  context.wake.deliver()
  context.wake.run()
}
