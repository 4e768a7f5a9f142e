import { describe, expect, it } from '@jest/globals'
import { hostName } from '../../src/core/inventory/inventory'
import { examined, type HostEvidence } from '../../src/doctor/host-checks'
import { fleetFile, openSimulatedFleet } from '../../src/host/simulated/fleet'
import type { Finding } from '../../src/doctor/finding'
import type { Restriction, HostHealth } from '../../src/host/powershell/health'

const clock = { now: () => 0, sleep: () => Promise.resolve() }
const FACTS = openSimulatedFleet({
  file: fleetFile('default'),
  stateFile: null,
  clock,
  latency: 'none',
}).world.facts('hv01')
const [GPU0] = FACTS.gpus
const [VM0] = FACTS.vms

const HEALTH: HostHealth = {
  protocol: 2,
  sessions: { 'GpuChatOps.pssc': 'EF', 'GpuChatOps.Ssh.pssc': null },
  module: 'AB',
  engine: '5.1.20348.1',
  account: 'WinRM VA_1',
  elevated: true,
  clock: 1_000_000,
  missing: { needed: [], partition: [] },
  files: {
    directory: 'C:\\ProgramData\\GpuChatOps',
    fence: '7',
    bot: null,
    claim: null,
    vms: ['*'],
    devices: ['*'],
  },
}
const COMMON = { forceDismount: false, unsupportedPartitioning: false, guests: {} }
const WINRM: HostEvidence['config'] = {
  ...COMMON,
  name: hostName.parse('hv01'),
  via: 'winrm',
  computer: 'hv01.contoso.com',
  endpoint: 'GpuChatOps',
  ssl: true,
}

interface Changes {
  readonly health?: Partial<HostHealth>
  readonly evidence?: Partial<HostEvidence>
  readonly restricted?: Restriction
  readonly askedAt?: number
}

const findings = ({ health, evidence, restricted = true, askedAt = 999_900 }: Changes = {}) =>
  examined({
    config: WINRM,
    examination: {
      kind: 'answered',
      health: { ...HEALTH, ...health },
      askedAt,
      answeredAt: askedAt + 400,
      restricted,
    },
    module: 'AB',
    sessions: { 'GpuChatOps.pssc': 'EF', 'GpuChatOps.Ssh.pssc': '01' },
    facts: FACTS,
    forced: null,
    ...evidence,
  })
const SSH = {
  ...COMMON,
  name: WINRM.name,
  via: 'ssh' as const,
  computer: 'hv01',
  port: 22,
  user: 'gpu-bot',
  keyFile: 'keys/hv01',
  hostKeys: [],
}
const silent = (code: string | null, why: string, config = WINRM) =>
  findings({ evidence: { config, examination: { kind: 'silent', code, why } } })

const files = (changes: Partial<NonNullable<HostHealth['files']>>): Changes => ({
  health: { files: { ...HEALTH.files!, ...changes } },
})
const missing = (changes: Partial<HostHealth['missing']>): Changes => ({
  health: { missing: { ...HEALTH.missing, ...changes } },
})

describe('a host', () => {
  it('that is in order has nothing to mend', () => {
    expect(findings().filter(({ verdict }) => verdict !== 'pass')).toEqual([])
  })

  it.each<[string, Changes, [Finding['verdict'], string, RegExp, RegExp]]>([
    [
      'whose module is another one',
      { health: { module: 'CD' } },
      ['fail', 'module', /not those of this bot/, /Register-GpuChatOps/],
    ],
    [
      'whose module is older than orders that say whose they are',
      { health: { protocol: 1, sessions: {} } },
      [
        'fail',
        'protocol',
        /protocol 1, this bot of 2: it is read, and gets no orders/,
        /Register-GpuChatOps\.ps1 -Group/,
      ],
    ],
    [
      'whose module is newer than the bot',
      { health: { protocol: 3 } },
      ['warn', 'protocol', /protocol 3, this bot of 2/, /Upgrade the bot/],
    ],
    [
      'whose session shows the functions of another version',
      { health: { sessions: { 'GpuChatOps.pssc': 'FF' } } },
      ['fail', 'session file', /GpuChatOps\.pssc is not that of this bot/, /Register-GpuChatOps/],
    ],
    [
      'whose session file is not there',
      { evidence: { config: SSH } },
      ['warn', 'session file', /GpuChatOps\.Ssh\.pssc is not where/, /-Ssh -Account gpu-bot/],
    ],
    [
      'whose session takes any command',
      { restricted: false },
      ['fail', 'session', /any command/, /JEA endpoint/],
    ],
    [
      'whose session could not be tried',
      { restricted: { unknown: 'AccessDenied: 拒绝访问' } },
      ['warn', 'session', /could not be found out: AccessDenied: 拒绝访问/, /JEA endpoint/],
    ],
    [
      'that is the machine of the bot',
      { evidence: { config: { ...COMMON, name: WINRM.name, via: 'local' } } },
      ['warn', 'session', /no session restricts it/, /winrm or ssh/],
    ],
    [
      'whose key runs other commands',
      { evidence: { forced: 'open' } },
      ['fail', 'forced command', /of its own choice/, /ForceCommand/],
    ],
    [
      'whose forced command could not be tried',
      { evidence: { forced: { unknown: 'ssh did not get in' } } },
      ['warn', 'forced command', /ssh did not get in/, /ForceCommand/],
    ],
    [
      'where the account is no administrator',
      { health: { elevated: false } },
      ['fail', 'elevation', /WinRM VA_1 is no administrator/, /virtual account/],
    ],
    ['whose clock is a minute late', { askedAt: 1_060_000 }, ['warn', 'clock', /60 s away/, /w32tm/]],
    ['whose clock is ten minutes early', { askedAt: 400_000 }, ['fail', 'clock', /600 s.*Kerberos/, /w32tm/]],
    [
      'without the commands of Hyper-V',
      missing({ needed: ['Get-VM', 'Set-VM'] }),
      ['fail', 'commands', /missing: Get-VM, Set-VM/, /Install-WindowsFeature Hyper-V-PowerShell/],
    ],
    [
      'without those of partitions',
      missing({ partition: ['Add-VMGpuPartitionAdapter'] }),
      ['warn', 'commands for GPU-P', /Add-VMGpuPartitionAdapter/, /as a whole/],
    ],
    [
      'whose cluster cannot be asked about its VMs',
      { evidence: { facts: { ...FACTS, vms: FACTS.vms.map((vm) => ({ ...vm, clustered: true })) } } },
      ['warn', 'cluster', /train-01.*no partition/, /may ask the cluster: Get-CimInstance/],
    ],
    [
      'that was never registered',
      { health: { files: null } },
      ['fail', 'allow-list', /never registered/, /Register-GpuChatOps/],
    ],
    [
      'whose fence is no number',
      files({ fence: null }),
      ['fail', 'fence', /do not say what was seen/, /delete the one/],
    ],
    [
      'that allows nothing',
      files({ vms: [], devices: [] }),
      ['fail', 'allow-list', /names nothing/, /`vm ID` or `device LOCATION-PATH`/],
    ],
    [
      'that allows a VM which it does not have',
      files({ vms: ['no-such-id'] }),
      ['warn', 'allow-list', /1 VM .*called no-such-id/, /Correct the file allow in C:/],
    ],
    [
      'that allows one GPU of three',
      files({ devices: [GPU0!.locationPath.toLowerCase()] }),
      ['warn', 'allow-list', /1 device and every VM .*; not gpu1, gpu2/, /Write a line/],
    ],
    [
      'whose inventory cannot be read',
      { evidence: { facts: { why: 'hv01: Busy: another change' } } },
      ['fail', 'inventory', /Busy/, /Test-WSMan/],
    ],
    [
      'without GPUs',
      { evidence: { facts: { ...FACTS, gpus: [] } } },
      ['warn', 'GPUs', /shows none/, /Get-PnpDevice/],
    ],
    [
      'that is no server',
      {
        evidence: {
          facts: { ...FACTS, os: { caption: 'Windows 11 Pro', edition: 'client', release: 'client' } },
        },
      },
      ['fail', 'Windows edition', /Windows 11 Pro/, /Server/],
    ],
    [
      'without I/O virtualization',
      { evidence: { facts: { ...FACTS, iov: { supported: false, reasons: ['SR-IOV is off'] } } } },
      ['fail', 'I/O virtualization', /SR-IOV is off/, /./],
    ],
    [
      'with guests that are not there',
      { evidence: { config: { ...WINRM, guests: { [VM0!.id.replaceAll(/[0-9a-f]/g, '1')]: {} } } } },
      ['warn', 'guests', /not here: 1{8}-/, /Correct `guests`/],
    ],
  ])('%s is told so, with what to do', (_, changes, [verdict, title, reason, fix]) => {
    expect(findings(changes).find((each) => each.title === title)).toMatchObject({
      verdict,
      title,
      reason: expect.stringMatching(reason),
      fix: expect.stringMatching(fix),
    })
  })

  it('in no cluster is told nothing of one', () => {
    expect(findings().map(({ title }) => title)).not.toContain('cluster')
  })
})

describe('a host that is not reached', () => {
  it.each([
    ['Permission denied (publickey).', 'gpuchatops_authorized_keys'],
    ['Host key for hv01 has changed and you have requested strict checking.', 'another machine may answer'],
    [
      'No ED25519 host key is known for hv01 and you have requested strict checking.',
      'Read the key on the host',
    ],
    ['ssh: connect to host hv01 port 22: Connection refused', 'Start-Service -Name sshd'],
    ['ssh: connect to host hv01 port 22: Connection timed out', 'firewall'],
    ['ssh: Could not resolve hostname hv01: Name or service not known', 'Correct `computer`'],
    ['subsystem request failed on channel 0', 'Register-GpuChatOps.ps1 -Ssh'],
    ['Load key "keys/hv01": error in libcrypto', 'Correct `keyFile`'],
    [
      'The credential env:HV01 is not there, or is no user name with a password.',
      'HV01_USER'.replace('HV01', 'NAME'),
    ],
    ['something that nobody has seen before', 'ssh -v'],
  ])('because of "%s" is told with what to do', (why, cure) => {
    expect(silent(null, why, SSH as never)).toEqual([
      { verdict: 'fail', title: 'reached', reason: why, fix: expect.stringContaining(cure) },
    ])
  })

  it('of Windows Server 2016 over SSH is told the ways by which it can be reached', () => {
    expect(silent('OldWindows', 'its Hyper-V module does not load', SSH as never)).toEqual([
      {
        title: 'Windows',
        verdict: 'fail',
        reason: 'its Hyper-V module does not load',
        fix: expect.stringMatching(/via: winrm.*via: local/),
      },
    ])
  })

  it('whose module lacks the very function is to be registered again', () => {
    expect(silent('CommandNotFoundException', 'no such command')).toEqual([
      {
        verdict: 'fail',
        title: 'reached',
        reason: expect.stringMatching(/does not have the function .*: no such command$/),
        fix: expect.stringContaining('copy the folder again'),
      },
    ])
  })
})
