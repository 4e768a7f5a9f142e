import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { USE_COMMAND } from '../../../src/host/guest/arguments'
import { readUse } from '../../../src/host/guest/use'

const HEADER = 'pid, process_name, used_gpu_memory [MiB]'
const SESSIONS = `SESSION  UID USER   SEAT  TTY
     12 1000 maya         pts/0
     c1 1001 tomas  seat0 tty2
     14 1000 maya         pts/1
     15  998 gpubot

4 sessions listed.`

describe('what goes on in a Linux guest', () => {
  it('is the processes on its GPUs and the people who are logged on, the bot not among them', () => {
    const text = `${HEADER}\n4121, python3, 34000 MiB\n77, /opt/my app, with a comma, [N/A]\n${SESSIONS}\n`

    expect(readUse(text, 'gpubot')).toEqual({
      processes: [
        { pid: 4121, name: 'python3', usedBytes: 34000 * 2 ** 20 },
        { pid: 77, name: '/opt/my app, with a comma', usedBytes: null },
      ],
      people: ['maya', 'tomas'],
    })
  })

  it('is nobody and nothing only where the answer says so', () => {
    const alone = 'SESSION UID USER SEAT\n 15 998 gpubot\n\n1 sessions listed.'

    expect(readUse(`${HEADER}\n${alone}`, 'gpubot')).toEqual({ processes: [], people: [] })
  })

  it.each([
    ['a guest without sessions of its own', `${HEADER}\nNo sessions.\n`],
    ['a list that lacks the session of the bot', `${HEADER}\nSESSION UID USER SEAT\n 1 1000 maya seat0\n`],
    ['a list without anybody', `${HEADER}\nSESSION UID USER SEAT\n\n0 sessions listed.`],
    ['a guest without loginctl', `${HEADER}\nsh: 1: loginctl: not found`],
  ])('does not know who is logged on by %s', (_, text) => {
    expect(readUse(text, 'gpubot')).toEqual({ processes: [], people: null })
  })

  it.each([
    ['a key that allows the other question alone', 'index, name, uuid\n0, NVIDIA A40, GPU-1'],
    ['no nvidia-smi', 'sh: 1: nvidia-smi: not found'],
    [
      'a driver that does not work',
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ],
    ['nothing', ''],
  ])('does not know of any process by %s', (_, text) => {
    expect(readUse(text, 'gpubot')).toEqual({ processes: null, people: null })
  })

  it('is asked with the very command that the documentation has administrators allow', () => {
    const text = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'guests.md'), 'utf8')

    expect(text).toContain(`    restrict,command="${USE_COMMAND}" ssh-ed25519 `)
  })
})
