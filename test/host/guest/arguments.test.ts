import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  SMI_COMMAND,
  sshArguments,
  sshEnvironment,
  type SshQuestion,
} from '../../../src/host/guest/arguments'

const QUESTION: SshQuestion = {
  alias: '7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01',
  address: 'fd12::7',
  port: 2222,
  user: 'gpubot',
  keyFile: '/keys/train-02',
  knownHosts: '/tmp/x/known_hosts',
  log: '/tmp/x/log',
  command: SMI_COMMAND,
}

describe('ssh is called', () => {
  it('with every setting of its own, and with the one question', () => {
    expect(sshArguments(QUESTION).join(' ')).toMatchInlineSnapshot(
      `"-F none -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o IdentityFile="/keys/train-02" -o PreferredAuthentications=publickey -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no -o StrictHostKeyChecking=yes -o UserKnownHostsFile="/tmp/x/known_hosts" -o GlobalKnownHostsFile=none -o HostKeyAlias=7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01 -o CheckHostIP=no -o UpdateHostKeys=no -o VerifyHostKeyDNS=no -o ForwardAgent=no -o ForwardX11=no -o ClearAllForwardings=yes -o Tunnel=no -o RequestTTY=no -o EscapeChar=none -o PermitLocalCommand=no -o ProxyCommand=none -o ProxyJump=none -o ControlMaster=no -o ControlPath=none -o ConnectTimeout=10 -o ConnectionAttempts=1 -o LogLevel=VERBOSE -E /tmp/x/log -l gpubot -p 2222 -- fd12::7 nvidia-smi --query-gpu=index,name,uuid,driver_version,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,ecc.errors.uncorrected.volatile.total --format=csv"`,
    )
  })

  it('with files whose names have blanks, quotes or percent signs', () => {
    const args = sshArguments({ ...QUESTION, keyFile: '/my keys/50%/"a"\\b' })

    expect(args).toContain('IdentityFile="/my keys/50%%/\\"a\\"\\\\b"')
  })

  it("with nothing of the bot's environment but what it needs to start", () => {
    const env = {
      PATH: '/usr/bin',
      SSH_AUTH_SOCK: '/agent',
      SSH_ASKPASS: '/ask',
      SLACK_BOT_TOKEN: 'xoxb-1',
      HOME: '/root',
    }

    expect(sshEnvironment(env)).toEqual({ PATH: '/usr/bin', LC_ALL: 'C' })
  })

  it('with the very command that the documentation has administrators allow', () => {
    const text = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'guests.md'), 'utf8')

    expect(text).toContain(`    restrict,command="${SMI_COMMAND}" ssh-ed25519 `)
    expect(text).toContain(`\n    ${SMI_COMMAND}\n`)
  })
})
