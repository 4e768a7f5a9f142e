// Inventory of several hosts at once over SSH, through one engine: how long, how much memory on the bot's side, and how
// both grow with the number of sessions. All hosts are one sshd on this machine, whose share is not counted as memory.
import { readFileSync, readdirSync } from 'node:fs'
import { median, timed } from './measure.mjs'
import typescript from './typescript.cjs'

const { startSshHost } = typescript('test/contract/ssh-host.ts')

const COUNTS = [1, 5, 10]

const field = (pid, name) => {
  try {
    return new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
/** Resident memory of the engine and of the ssh clients under it, in MiB. */
const memoryBelow = (root) => {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const parents = new Map(all.map((pid) => [pid, field(pid, 'PPid')]))
  const isOurs = (pid) => pid !== undefined && pid !== '0' && (pid === root || isOurs(parents.get(pid)))
  const kib = all.filter(isOurs).reduce((sum, pid) => sum + Number(field(pid, 'VmRSS') ?? 0), 0)
  return kib / 1024
}
const engineUnder = (program) =>
  readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid) || field(pid, 'PPid') !== String(process.pid)) return false
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${program}\0`)
  })

/** Growth for each session more, by least squares. */
const slope = (values) => {
  const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  const [x, y] = [mean(COUNTS), mean(values)]
  const over = COUNTS.reduce((sum, count, n) => sum + (count - x) * (values[n] - y), 0)
  return over / COUNTS.reduce((sum, count) => sum + (count - x) ** 2, 0)
}

export const sshSessions = async (found, { repeats }) => {
  const over = await startSshHost(found)
  const root = process.platform === 'linux' ? engineUnder(found.program) : undefined
  const figures = {}
  try {
    const hosts = Array.from({ length: COUNTS.at(-1) }, (_, n) =>
      over.host(over.target, `hv${n + 1}`, 'hv01'),
    )
    const results = []
    for (const count of COUNTS) {
      const some = hosts.slice(0, count)
      const all = () => Promise.all(some.map((host) => host.inventory()))
      const opening = await timed(all)
      const times = []
      for (let n = 0; n < repeats; n++) times.push(await timed(all))
      results.push({ count, opening, ms: median(times), mib: root === undefined ? null : memoryBelow(root) })
    }
    for (const { count, opening, ms, mib } of results) {
      figures[`ssh-${count}-sessions-open-ms`] = opening
      figures[`ssh-${count}-sessions-inventory-ms`] = ms
      if (mib !== null) figures[`ssh-${count}-sessions-mib`] = mib
    }
    figures['ssh-inventory-ms-per-session'] = slope(results.map(({ ms }) => ms))
    if (root !== undefined) figures['ssh-mib-per-session'] = slope(results.map(({ mib }) => mib))
    return { ratios: {}, figures }
  } finally {
    await over.close()
  }
}
