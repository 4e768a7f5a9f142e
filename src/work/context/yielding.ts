/** Acknowledgements first: while deliveries rush in, other work takes a small share of the process. */
import type { Context } from './context'

const LONGEST_MS = 250

/** Resolves when the rush is over, or after 250 ms, so that work goes on, slowly, under a rush that does not end. */
export const afterRush = async ({ clock, rush }: Context, stopping?: AbortSignal): Promise<void> => {
  // What arrived while this process was busy has not been read yet: let it in before asking whether anything arrives.
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))
  const until = clock.now() + LONGEST_MS
  for (let wait = rush(); wait > 0 && clock.now() < until && !stopping?.aborted; wait = rush())
    await clock.sleep(wait, stopping)
}
