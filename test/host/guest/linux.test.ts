import { expect, it } from '@jest/globals'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSmi } from '../../../src/core/smi/smi'
import { SMI_FIELDS } from '../../../src/core/smi/table'
import { makeKeys, withSshd } from '../../fakes/sshd'
import { notRun, useGuests } from './asking'

const HEAD =
  'index, name, uuid, driver_version, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]'
const ROW = '0, NVIDIA GeForce RTX 3090, GPU-123, 610.43.02, 24576 MiB, 12 MiB, 3 %, 41, 30.10 W'

withSshd('nvidia-smi in a Linux guest', (start) => {
  const { ask, askUse, dir, guest, keys, withProgram } = useGuests(start)

  it('is asked the one fixed question, and its answer is read', async () => {
    const sshd = await withProgram(`printf '%s\\n' "$*" > ${dir()}/asked; echo '${HEAD}'; echo '${ROW}'`)

    const answer = await ask(sshd)

    expect(answer).toEqual({ kind: 'ran', exitCode: 0, stdout: `${HEAD}\n${ROW}\n`, problemCode: null })
    expect(readSmi(answer, { vendors: ['nvidia'] }).verdict).toBe('verified')
    expect(readFileSync(join(dir(), 'asked'), 'utf8')).toBe(
      `--query-gpu=${SMI_FIELDS.join(',')} --format=csv\n`,
    )
  })

  it('answers through the one forced command that the account may run', async () => {
    const restricted = `restrict,command="echo forced; exec nvidia-smi --version" ${keys().publicKey}`
    const sshd = await withProgram('echo "$*"', { authorizedKeys: [restricted] })

    expect(await ask(sshd)).toMatchObject({ exitCode: 0, stdout: 'forced\n--version\n' })
  })

  it('is asked for processes and people with a second key, which opens nothing else', async () => {
    const second = makeKeys(join(dir(), 'second-key'))
    const head = 'pid, process_name, used_gpu_memory [MiB]\\n7, python3, 12 MiB\\nSESSION UID USER SEAT'
    const forced = `printf '${head}\\n 1 1000 maya\\n 2 998 '; id -un`
    const sshd = await withProgram('echo "$*"', {
      authorizedKeys: [keys().publicKey, `restrict,command="${forced}" ${second.publicKey}`],
    })

    expect(await askUse(sshd, second.file)).toEqual({
      processes: [{ pid: 7, name: 'python3', usedBytes: 12 * 2 ** 20 }],
      people: ['maya'],
    })
    expect(await askUse(sshd, join(dir(), 'no-such-key'))).toEqual({ processes: null, people: null })
  })

  it('is asked the very question that is documented for the second key', async () => {
    const sshd = await withProgram(`printf '%s\\n' "$*" >> ${dir()}/asked`)

    await askUse(sshd, keys().file)

    expect(readFileSync(join(dir(), 'asked'), 'utf8')).toBe(
      '--query-compute-apps=pid,process_name,used_memory --format=csv\n',
    )
  })

  it.each([9, 255])(
    'tells a failure of nvidia-smi by its exit code, even one of ssh: %d',
    async (exitCode) => {
      const sshd = await withProgram(`echo "Host key verification failed." >&2; echo said; exit ${exitCode}`)

      expect(await ask(sshd)).toEqual({ kind: 'ran', exitCode, stdout: 'said\n', problemCode: null })
    },
  )

  it('tells that nvidia-smi is not installed', async () => {
    const sshd = await guest({ lines: [`SetEnv PATH=${dir()}`] })

    const answer = await ask(sshd)

    expect(answer).toMatchObject({ kind: 'ran', exitCode: 127 })
    expect(readSmi(answer, { vendors: ['nvidia'] })).toMatchObject({
      verdict: 'failed',
      why: 'nvidia-smi is not installed there',
    })
  })

  it('comes without terminal sequences, hidden characters, banner or standard error', async () => {
    const banner = join(dir(), 'banner')
    writeFileSync(banner, 'read me first\n')
    const sshd = await guest({
      command: `printf 'a\\033[31mred\\033]0;title\\007\\tb\\342\\200\\256c\\r\\n'; echo aside >&2`,
      lines: [`Banner ${banner}`],
    })

    expect(await ask(sshd)).toMatchObject({ exitCode: 0, stdout: 'ared\tbc\n' })
  })

  it('is asked with a key whose path has blanks, quotes and percent signs', async () => {
    const sshd = await guest({ command: 'echo here' })
    const folder = join(dir(), 'my keys')
    mkdirSync(folder)
    const keyFile = join(folder, '100%h "a" \\b')
    copyFileSync(keys().file, keyFile)

    expect(await ask(sshd, { account: { keyFile } })).toMatchObject({ stdout: 'here\n' })
  })

  it('is not read when it is more than nvidia-smi gives', async () => {
    const sshd = await guest({ command: 'exec head -c 3000000 /dev/zero' })

    expect(await ask(sshd)).toEqual(
      notRun('the guest sent more output than nvidia-smi gives, so it was not read'),
    )
  })

  it('is asked at the next address when one refuses the connection', async () => {
    const sshd = await guest({ command: 'echo here' })

    expect(await ask(sshd, { addresses: ['127.0.0.2', '127.0.0.1'] })).toMatchObject({ stdout: 'here\n' })
  })
})
