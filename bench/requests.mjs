// Whole requests, one after the other: asked, approved, every step journaled and run, host read back, nvidia-smi posted.
import { startBenchBot } from './bot.mjs'
import { account, APPROVER, USER } from './fixture.mjs'

export const requests = async ({ count }) => {
  let seen = () => undefined
  const { bot, close } = await startBenchBot((notice) => seen(notice))
  const until = (matches) => new Promise((resolve) => (seen = (notice) => matches(notice) && resolve()))
  const channel = { kind: 'channel', chat: 'slack', channel: 'C0BENCH' }
  let id = 0
  const deliver = (user, said) =>
    bot.inbox.accept({
      id: `bench-${++id}`,
      at: Date.now(),
      from: account(user),
      channel,
      said,
      back: { kind: 'private', chat: 'slack', channel: 'C0BENCH', user, replyUrl: null, replyUntil: 0 },
    })

  const start = performance.now()
  for (let n = 1; n <= count; n++) {
    const text = n % 2 === 1 ? 'assign hv01/gpu0 to train-02 --shutdown' : 'release hv01/gpu0 --power-off'
    const asked = until((notice) => notice.summary.includes(' asks: ') && notice.summary.endsWith(`(R-${n})`))
    await deliver(USER, { kind: 'text', text })
    await asked
    const ended = until((notice) => notice.summary.startsWith(`R-${n} `) && notice.summary.endsWith(': done'))
    await deliver(APPROVER, { kind: 'text', text: `approve R-${n}` })
    await ended
  }
  const seconds = (performance.now() - start) / 1000
  await close()
  return { perSecond: Number((count / seconds).toFixed(1)) }
}
