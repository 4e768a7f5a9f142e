/** Writes that arrive in one turn of the event loop share one durable commit; each caller waits for that commit. */

interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** `write` commits all items or none. The promise of each item settles with the commit that held it. */
export const inOneCommit = <T>(
  write: (items: readonly T[]) => Promise<void>,
): ((item: T) => Promise<void>) => {
  let waiting: Waiting<T>[] = []
  let committing = false

  const commitAll = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    try {
      await write(batch.map((each) => each.item))
      for (const each of batch) each.resolve()
    } catch (error) {
      for (const each of batch) each.reject(error)
    }
    committing = waiting.length > 0
    if (committing) setImmediate(() => void commitAll())
  }

  return (item) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (committing) return
      committing = true
      setImmediate(() => void commitAll())
    })
}
