/** What goes on in a Linux guest, out of what the second question prints: processes on the GPU, and who is logged on. */
import type { GuestProcess } from '../../core/ports/host'

export interface LinuxUse {
  readonly processes: readonly GuestProcess[] | null
  readonly people: readonly string[] | null
}

const MIB = 2 ** 20

/** `account` is the bot's own. Null for what is not there in a form that is known. */
export const readUse = (text: string, account: string): LinuxUse => {
  const lines = text.split('\n').map((line) => line.trim())
  return { processes: processesIn(lines), people: peopleIn(lines, account) }
}

/** Behind the header of `nvidia-smi --query-compute-apps`, which is there without any process too. */
const processesIn = (lines: readonly string[]): GuestProcess[] | null => {
  const header = lines.findIndex((line) => /^pid, process_name, used_(?:gpu_)?memory \[MiB\]$/.test(line))
  return header === -1 ? null : rowsBehind(lines, header).flatMap((line) => processOf(line) ?? [])
}

/** A name may hold commas. */
const processOf = (line: string): GuestProcess | null => {
  const [, pid, name = '', used] = /^(\d+), (.*), (?:(\d+) MiB|\[.*\]|N\/A)$/.exec(line) ?? []
  return pid === undefined
    ? null
    : { pid: Number(pid), name, usedBytes: used === undefined ? null : Number(used) * MIB }
}

/**
 * Behind the header of `loginctl list-sessions`. The bot's own session has to be among them: where it is not, that guest
 * does not keep its sessions there, and an empty list would mean nothing.
 */
const peopleIn = (lines: readonly string[], account: string): string[] | null => {
  const header = lines.findIndex((line) => /^SESSION\s+UID\s+USER\b/.test(line))
  if (header === -1) return null
  const users = rowsBehind(lines, header).flatMap((line) => /^\S+\s+\d+\s+(\S+)/.exec(line)?.[1] ?? [])
  return users.includes(account) ? [...new Set(users)].filter((each) => each !== account) : null
}

const rowsBehind = (lines: readonly string[], header: number): readonly string[] => {
  const rest = lines.slice(header + 1)
  const end = rest.findIndex((line) => line === '' || /^SESSION\s/.test(line))
  return end === -1 ? rest : rest.slice(0, end)
}
