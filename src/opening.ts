/** Parts that are opened one after the other and closed in reverse: at the end, or at once when a later one fails to open. */

/** Remembers how the part is closed, and hands it back. */
type Keep = <T>(part: T, close: (part: T) => Promise<void>) => T

/** Throws what `open` throws, after closing what it had opened. `stop` closes every part, even if one of them fails. */
export const opening = async <T extends object>(
  open: (keep: Keep) => Promise<T>,
): Promise<T & { stop: () => Promise<void> }> => {
  const closers: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    const failures: unknown[] = []
    for (const close of closers.splice(0).reverse())
      await close().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'stopping')
  }
  try {
    const opened = await open((part, close) => {
      closers.push(() => close(part))
      return part
    })
    return { ...opened, stop }
  } catch (error) {
    // Why it did not open is what matters; what else fails on the way back would only hide it.
    await stop().catch(() => undefined)
    throw error
  }
}
