/** The program's commands beside serving, as a process of its own. */
import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const PROGRAM = join(__dirname, '..', '..', 'dist', 'main.js')

const called = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('gpu-chatops', () => {
  it('says how it is used', () => {
    expect(called('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('verify-host HOST') })
  })

  it.each([
    [['nonsense']],
    [['doctor', 'hv01']],
    [['verify-host']],
    [['verify-host', '--exercise']],
    [['verify-host', 'hv01', '--exercise', 'gpu0']],
    [['verify-host', 'hv01', 'gpu0', 'train-01']],
    [['verify-host', 'hv01', '--exercise', 'gpu0', 'train-01', 'more']],
  ])('%j is no use of it', (args) => {
    expect(called(...args)).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(/^Usage: /) })
  })

  it('doctor ends with 0 when nothing is wrong', () => {
    expect(called('doctor')).toMatchObject({ status: 0, stdout: expect.stringContaining('playground') })
  })

  it('verify-host says in one line that there is no such host', () => {
    expect(called('verify-host', 'hv01')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^gpu-chatops: no host hv01 is configured: GPU_CHATOPS_CONFIG .*\n$/),
    })
  })
})
