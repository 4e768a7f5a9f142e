import { describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeServiceUrl } from '../../src/chat/teams/service-url'
import { readConfig } from '../../src/config/config'
import { Fault } from '../../src/core/errors'
import { hostsSchema } from '../../src/host/powershell/config'
import { useTempDirs } from '../fakes/temp'

const POLICY = 'policy: { ask: [U012ABCDEF], approve: [U034GHIJKL] }\n'
const TOKEN = 'xoxb-1-2-three'
const SIGNING_SECRET = '0123456789abcdef0123456789abcdef'

const tempDir = useTempDirs()

/** The path of a configuration file with this text. */
const fileOf = (text: string): string => {
  const path = join(tempDir(), 'gpu-chatops.yaml')
  writeFileSync(path, text)
  return path
}
const serving = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  SLACK_BOT_TOKEN: TOKEN,
  SLACK_SIGNING_SECRET: SIGNING_SECRET,
  ...changes,
})
const withFile = (text: string, changes: NodeJS.ProcessEnv = {}) => {
  const path = fileOf(text)
  return { path, environment: serving({ GPU_CHATOPS_CONFIG: path, ...changes }) }
}

const server = (environment: NodeJS.ProcessEnv) => {
  const config = readConfig(environment)
  if (config.kind !== 'server') throw new Error('it is the playground')
  return config
}

const faultOf = (environment: NodeJS.ProcessEnv): Fault => {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('this configuration is accepted')
}
/** Each error as the operator reads it, without the line that counts them. */
const errorsOf = (environment: NodeJS.ProcessEnv): string[] => {
  const [, ...errors] = faultOf(environment).message.split('\n  - ')
  return errors
}
const withoutLine = (error: string): string => error.replace(/ \(line \d+\)$/, '')
/** The errors of a configuration file, without its path in front and the line behind. */
const errorsIn = (text: string): string[] => {
  const { path, environment } = withFile(text)
  return errorsOf(environment).map((error) => {
    if (!error.startsWith(`${path}: `)) throw new Error(`no path in: ${error}`)
    return withoutLine(error.slice(path.length + 2))
  })
}

const NO_SLACK = { SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '' }
const TEAMS = {
  MicrosoftAppId: '11111111-2222-4333-8444-555555555555',
  MicrosoftAppPassword: 'the value of a client secret',
  MicrosoftAppTenantId: 'AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  MicrosoftAppType: 'SingleTenant',
}

describe('with nothing set', () => {
  it('it is the playground, with defaults that work', () => {
    expect(readConfig({})).toEqual({
      kind: 'playground',
      DATA_DIR: './data',
      PORT: 3978,
      LOG_LEVEL: 'info',
      AGENTS_PLAYGROUND: null,
    })
  })

  it('or only variables that the playground has too, it is the playground with these', () => {
    const config = readConfig({ PORT: '0', HOST: '127.0.0.1', DATA_DIR: '/srv/gpu', LOG_LEVEL: 'debug' })

    expect(config).toEqual({
      kind: 'playground',
      DATA_DIR: '/srv/gpu',
      PORT: 0,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      AGENTS_PLAYGROUND: null,
    })
  })

  it.each(['http://localhost:56150', 'http://127.0.0.1:56150/', 'http://[::1]:56150'])(
    'Microsoft 365 Agents Playground may be its client at %s',
    (AGENTS_PLAYGROUND) => {
      expect(readConfig({ AGENTS_PLAYGROUND })).toMatchObject({
        kind: 'playground',
        AGENTS_PLAYGROUND: AGENTS_PLAYGROUND.replace(/\/$/, ''),
      })
    },
  )

  it.each(['localhost:56150', 'https://localhost:56150', 'http://10.0.0.7:56150', 'http://localhost:1/x'])(
    'that client cannot be at %s',
    (AGENTS_PLAYGROUND) => {
      expect(errorsOf({ AGENTS_PLAYGROUND })).toEqual([
        expect.stringMatching(/^AGENTS_PLAYGROUND: is not the address of a client on this machine/),
      ])
    },
  )

  it('or only to nothing, as a compose file does it, it is the playground too', () => {
    const config = readConfig({
      SLACK_BOT_TOKEN: '',
      SLACK_SIGNING_SECRET: '',
      SLACK_APP_TOKEN: '',
      GPU_CHATOPS_CONFIG: '',
      PORT: '',
      LOG_LEVEL: '',
    })

    expect(config).toMatchObject({ kind: 'playground', PORT: 3978, LOG_LEVEL: 'info' })
  })

  it.each(['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'GPU_CHATOPS_CONFIG'])(
    'but %s, it is a server with errors, never silently the playground',
    (name) => {
      expect(errorsOf({ [name]: 'x' }).length).toBeGreaterThan(1)
    },
  )
})

describe('a server', () => {
  it('has its tokens, its policy and the defaults', () => {
    const { environment } = withFile(POLICY)

    expect(readConfig(environment)).toEqual({
      kind: 'server',
      path: environment['GPU_CHATOPS_CONFIG'],
      DATA_DIR: './data',
      PORT: 3978,
      LOG_LEVEL: 'info',
      slack: {
        botToken: TOKEN,
        signingSecret: SIGNING_SECRET,
        appToken: null,
        apiUrl: 'https://slack.com/api/',
      },
      teams: null,
      file: {
        policy: { ask: ['U012ABCDEF'], approve: ['U034GHIJKL'], admin: [] },
        channels: {},
        requests: { expireMinutes: 240 },
      },
    })
  })

  it('is no place for Microsoft 365 Agents Playground, which signs nothing', () => {
    const { environment } = withFile(POLICY, { AGENTS_PLAYGROUND: 'http://localhost:56150' })

    expect(errorsOf(environment)).toEqual([
      'AGENTS_PLAYGROUND: is for the playground, which signs for that client: unset it',
    ])
  })

  it('uses Socket Mode with an app token, and needs no signing secret then', () => {
    const { environment } = withFile(POLICY, { SLACK_SIGNING_SECRET: '', SLACK_APP_TOKEN: 'xapp-1' })

    expect(server(environment).slack).toMatchObject({ signingSecret: null, appToken: 'xapp-1' })
  })

  it('may have Teams alone, for one tenant', () => {
    const { environment } = withFile(POLICY, { ...NO_SLACK, ...TEAMS })

    expect(server(environment)).toMatchObject({
      slack: null,
      teams: {
        appId: TEAMS.MicrosoftAppId,
        tenantId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
        cloud: { kind: 'microsoft', appPassword: TEAMS.MicrosoftAppPassword },
      },
    })
  })

  it('may have Teams in the Government Community Cloud, whose channels have an address of their own', () => {
    const { teams } = server(withFile(POLICY, { ...TEAMS, MicrosoftTeamsCloud: 'gcc' }).environment)

    expect(homeServiceUrl(teams)).toBe('https://smba.infra.gcc.teams.microsoft.com/teams')
    expect(homeServiceUrl(server(withFile(POLICY, TEAMS).environment).teams)).toBe(
      'https://smba.trafficmanager.net/teams/',
    )
  })

  it.each(['gcc-high', 'dod', 'china'])('in the cloud %s is refused with the reason', (cloud) => {
    const errors = errorsOf(withFile(POLICY, { ...TEAMS, MicrosoftTeamsCloud: cloud }).environment)

    expect(errors).toEqual([
      expect.stringMatching(/MicrosoftTeamsCloud: is not one of public, gcc: .*GCC High/),
    ])
  })

  it('may have both chats', () => {
    const { slack, teams } = server(withFile(POLICY, TEAMS).environment)

    expect([slack, teams]).not.toContain(null)
  })

  it.each(['MicrosoftAppId', 'MicrosoftAppPassword', 'MicrosoftAppTenantId'])(
    'with Teams but without %s does not start',
    (name) => {
      const errors = errorsOf(withFile(POLICY, { ...NO_SLACK, ...TEAMS, [name]: '' }).environment)

      expect(errors).toEqual([expect.stringContaining(`${name}: is missing`)])
    },
  )

  it.each(['MultiTenant', 'UserAssignedMSI'])('of type %s is refused with the reason', (type) => {
    const errors = errorsOf(withFile(POLICY, { ...TEAMS, MicrosoftAppType: type }).environment)

    expect(errors).toEqual([expect.stringContaining('MicrosoftAppType: must be SingleTenant')])
  })

  it('finds a relative fleet file beside the configuration file, wherever it is started', () => {
    const { path, environment } = withFile(`${POLICY}fleet: fleets/lab.yaml\n`)

    expect(server(environment).file.fleet).toBe(join(path, '..', 'fleets', 'lab.yaml'))
  })

  it('takes an absolute fleet file as it is', () => {
    const { environment } = withFile(`${POLICY}fleet: /srv/lab.yaml\n`)

    expect(server(environment).file.fleet).toBe('/srv/lab.yaml')
  })
})

describe('a wrong environment', () => {
  it('is one fault that counts and lists every error, of the variables and of the file', () => {
    const { path, environment } = withFile('policy: { ask: [maya] }\n', {
      SLACK_BOT_TOKEN: 'xoxp-1',
      SLACK_SIGNING_SECRET: 'short',
      SLACK_APP_TOKEN: 'xoxb-1',
      SLACK_API_URL: 'slack',
      PORT: 'http',
      LOG_LEVEL: 'loud',
    })

    const fault = faultOf(environment)

    expect(fault.code).toBe('config')
    expect(fault.message.split('\n')).toEqual([
      'the configuration has 7 errors:',
      '  - PORT: is not a port: a whole number from 0 to 65535',
      '  - LOG_LEVEL: is not one of debug, info, warn, error',
      '  - SLACK_BOT_TOKEN: is not a bot token, starting with xoxb- (OAuth & Permissions, Bot User OAuth Token)',
      '  - SLACK_SIGNING_SECRET: is too short: copy the whole Signing Secret (Basic Information)',
      '  - SLACK_APP_TOKEN: is not an app token, starting with xapp- (Basic Information, App-Level Tokens)',
      '  - SLACK_API_URL: is not an address such as https://slack.com/api/',
      `  - ${path}: policy.ask.0: a Slack user id looks like U012ABCDEF (profile, More, Copy member ID), a person in Teams is an Entra object id (line 1)`,
    ])
  })

  it('counts a single error as one', () => {
    expect(faultOf({ LOG_LEVEL: 'loud' }).message).toContain('has 1 error:')
  })

  it('says of each variable that is missing what it should be', () => {
    expect(errorsOf({ SLACK_BOT_TOKEN: '', GPU_CHATOPS_CONFIG: '', SLACK_APP_TOKEN: 'xapp-1' })).toEqual([
      'SLACK_BOT_TOKEN: is missing: set it to a bot token, starting with xoxb- (OAuth & Permissions, Bot User OAuth Token)',
      'GPU_CHATOPS_CONFIG: is missing: set it to the path of the YAML file with your policy',
    ])
  })

  it('says of a token that expires what to do, and nothing else of it', () => {
    const { environment } = withFile(POLICY, { SLACK_BOT_TOKEN: 'xoxe.xoxb-1-secret' })

    expect(errorsOf(environment)).toEqual([
      expect.stringMatching(
        /^SLACK_BOT_TOKEN: is a token that expires.*manifests\/slack\.json.*rotation is off/,
      ),
    ])
    expect(faultOf(environment).message).not.toContain('secret')
  })

  it('says that one of the two ways to reach Slack is missing, also when both are set to nothing', () => {
    const { environment } = withFile(POLICY, { SLACK_SIGNING_SECRET: '', SLACK_APP_TOKEN: '' })

    expect(errorsOf(environment)).toEqual([
      'SLACK_SIGNING_SECRET (HTTP mode) or SLACK_APP_TOKEN (Socket Mode) is missing: set one of them',
    ])
  })

  it.each(['65536', '-1', '80.5', 'http', '3978 3979'])('has a PORT of %s refused', (PORT) => {
    expect(errorsOf({ PORT })).toEqual(['PORT: is not a port: a whole number from 0 to 65535'])
  })

  it('has a PORT of nothing but blanks refused, rather than some port taken that nobody knows', () => {
    expect(errorsOf({ PORT: '  ' })).toEqual(['PORT: is not a port: a whole number from 0 to 65535'])
  })

  it.each([
    ['0', 0],
    ['65535', 65_535],
  ])('is not one with a PORT of %s', (PORT, port) => {
    expect(readConfig({ PORT }).PORT).toBe(port)
  })

  it('never has the value of a secret repeated in its errors', () => {
    const values = {
      SLACK_BOT_TOKEN: 'xoxp-hush',
      SLACK_SIGNING_SECRET: 'psst',
      SLACK_APP_TOKEN: 'xapq-quiet',
    }
    const { environment } = withFile(POLICY, values)

    const { message } = faultOf(environment)

    for (const [name, value] of Object.entries(values)) {
      expect(message).toContain(name)
      expect(message).not.toContain(value)
    }
  })
})

describe('a wrong configuration file', () => {
  it('that does not exist is named', () => {
    const path = join(tempDir(), 'nowhere.yaml')

    expect(errorsOf(serving({ GPU_CHATOPS_CONFIG: path }))).toEqual([
      `GPU_CHATOPS_CONFIG: there is no file ${path}`,
    ])
  })

  it('that is a directory is named', () => {
    const path = tempDir()

    expect(errorsOf(serving({ GPU_CHATOPS_CONFIG: path }))).toEqual([
      expect.stringMatching(`^${path}: .*directory`),
    ])
  })

  it('that is not YAML is named with the line', () => {
    expect(errorsIn('policy:\n  ask: [U012ABCDEF\n')).toEqual([expect.stringContaining('line 3')])
  })

  it('that says one thing twice is named with the line', () => {
    expect(errorsIn(`${POLICY}${POLICY}`)).toEqual([expect.stringMatching(/unique[^]*line 2/)])
  })

  it.each(['', '# nothing yet\n', 'policy\n', '- policy\n'])('that holds no settings says so: %j', (text) => {
    expect(errorsIn(text)).toEqual([
      'the file: must hold settings, of which `policy` is one (see README, "Connect it to Slack")',
    ])
  })

  it.each(['fleet: lab.yaml\n', 'policy:\n'])('without a policy says what a policy is: %j', (text) => {
    expect(errorsIn(text)).toEqual([
      'policy: is missing: people, roles and rules, or lists of member ids under ask, approve and admin',
    ])
  })

  it('has the line of each error behind it, in a policy of people and rules too', () => {
    const { path, environment } = withFile(
      'policy:\n  people:\n    maya: { slack: maya }\n  roles:\n    all: [maja]\n  rules:\n    - name: one\n      ask: [everyone]\n      approve: automatic\n      quorum: 2\n',
    )

    expect(errorsOf(environment)).toEqual([
      `${path}: policy.people.maya.slack: a Slack user id looks like U012ABCDEF (profile, More, Copy member ID) (line 3)`,
      `${path}: policy.rules.0: nothing is called quorum here (line 7)`,
      `${path}: policy.rules.0.ask: there is no role everyone (line 8)`,
    ])
  })

  it('has names that mean nothing refused, each where it stands', () => {
    const text =
      'polices: {}\nextra: 1\npolicy: { approvers: [] }\nchannels: { request: C012ABCDEF }\nrequests: { expire: 5 }\n'

    expect(errorsIn(text).sort()).toEqual([
      'channels: nothing is called request here',
      'policy: nothing is called approvers here',
      'requests: nothing is called expire here',
      'the file: nothing is called polices or extra here',
    ])
  })

  it('says of every wrong id which one it is and what an id looks like', () => {
    const text =
      'policy: { ask: [U012ABCDEF, "@maya"], admin: [u034ghijkl] }\nchannels: { requests: "#gpus", changes: D012ABCDEF }\n'

    expect(errorsIn(text)).toEqual([
      'policy.ask.1: a Slack user id looks like U012ABCDEF (profile, More, Copy member ID), a person in Teams is an Entra object id',
      'policy.admin.0: a Slack user id looks like U012ABCDEF (profile, More, Copy member ID), a person in Teams is an Entra object id',
      'channels.requests: a Slack channel id looks like C012ABCDEF (channel details, at the bottom), one of Teams like 19:...@thread.tacv2',
      'channels.changes: a Slack channel id looks like C012ABCDEF (channel details, at the bottom), one of Teams like 19:...@thread.tacv2',
    ])
  })

  it('samples no VM unless it is told how often, and knows no limit of temperature of its own', () => {
    const healthIn = (text: string) => server(withFile(`${POLICY}${text}`).environment).file.health

    expect(healthIn('')).toBeUndefined()
    expect(healthIn('health: { everyMinutes: 5 }\n')).toEqual({ everyMinutes: 5 })
    expect(healthIn('health: { everyMinutes: 5, hotCelsius: 85 }\n')?.hotCelsius).toBe(85)
    expect(errorsIn(`${POLICY}health: { everyMinutes: 0.1, hotCelsius: 500 }\n`)).toEqual([
      expect.stringMatching(/^health\.everyMinutes/),
      expect.stringMatching(/^health\.hotCelsius/),
    ])
  })

  it('takes one channel for requests, or several of either chat, each once', () => {
    const channelsIn = (requests: string) =>
      server(withFile(`${POLICY}channels: { requests: ${requests} }\n`).environment).file.channels.requests

    expect(channelsIn('C012ABCDEF')).toEqual(['C012ABCDEF'])
    expect(channelsIn('[C012ABCDEF, "19:gpusgpusgpus@thread.tacv2", C012ABCDEF]')).toEqual([
      'C012ABCDEF',
      '19:gpusgpusgpus@thread.tacv2',
    ])
  })

  it.each(['0', '-5', '10081', 'soon'])('has an expiry of %s minutes refused where it stands', (given) => {
    expect(errorsIn(`${POLICY}requests: { expireMinutes: ${given} }\n`)).toEqual([
      expect.stringMatching(/^requests\.expireMinutes: /),
    ])
  })
})

describe('the hosts of a configuration file', () => {
  const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0zQ'
  const VM = '7e0b6b1c-4f0a-4b43-9a5e-2f1d6c8e3a01'
  const ssh = (more = '') =>
    `{ name: hv02, via: ssh, computer: hv02.example.org, user: gpubot, keyFile: keys/hv02, hostKeys: [${KEY}]${more} }`

  it('are reached locally or over SSH, with the key file meant from where the file is', () => {
    const text = `${POLICY}powershell: /opt/pwsh\nhosts: [{ name: hv01, via: local, forceDismount: true }, ${ssh()}]\n`
    const { path, environment } = withFile(text)

    const { hosts, powershell } = server(environment).file

    expect(powershell).toBe('/opt/pwsh')
    expect(hosts).toEqual([
      {
        name: 'hv01',
        via: 'local',
        forceDismount: true,
        unsupportedPartitioning: false,
        guests: {},
      },
      {
        name: 'hv02',
        via: 'ssh',
        forceDismount: false,
        unsupportedPartitioning: false,
        guests: {},
        computer: 'hv02.example.org',
        port: 22,
        user: 'gpubot',
        keyFile: join(path, '..', 'keys', 'hv02'),
        hostKeys: [KEY],
      },
    ])
  })

  it('name the account of a guest, never its password', () => {
    const guests = `guests: { ${VM}: { credential: "vault:Gpu/train-01" } }`

    const { hosts } = server(
      withFile(`${POLICY}hosts: [{ name: hv01, via: local, ${guests} }]\n`).environment,
    ).file

    expect(hosts?.[0]?.guests).toEqual({ [VM]: { credential: 'vault:Gpu/train-01' } })
  })

  it('name the account of a Linux guest, its key by a file and its host by pinned keys', () => {
    const linux = `linux: { user: gpubot, keyFile: keys/train-02, useKeyFile: keys/use, hostKeys: [${KEY}] }`
    const { path, environment } = withFile(
      `${POLICY}hosts: [{ name: hv01, via: local, allowedSubnets: [10.20.0.0/16], guests: { ${VM}: { ${linux} } } }]\n`,
    )

    const host = server(environment).file.hosts?.[0]

    expect(host?.allowedSubnets).toEqual(['10.20.0.0/16'])
    expect(host?.guests).toEqual({
      [VM]: {
        linux: {
          ...{ user: 'gpubot', keyFile: join(path, '..', 'keys', 'train-02'), hostKeys: [KEY], port: 22 },
          useKeyFile: join(path, '..', 'keys', 'use'),
        },
      },
    })
  })

  it('are not reached over WinRM from anywhere but Windows, and the error says so', () => {
    const hosts = hostsSchema('linux').safeParse([{ name: 'hv01', via: 'winrm', computer: 'hv01' }])
    const onWindows = hostsSchema('win32').safeParse([{ name: 'hv01', via: 'winrm', computer: 'hv01' }])

    expect(hosts.error?.issues[0]?.message).toMatch(/WinRM is reached from Windows alone .* use ssh/)
    expect(onWindows.data).toEqual([
      {
        name: 'hv01',
        via: 'winrm',
        computer: 'hv01',
        endpoint: 'GpuChatOps',
        ssl: true,
        forceDismount: false,
        unsupportedPartitioning: false,
        guests: {},
      },
    ])
  })

  it.each([
    [
      'twice the same name',
      `[{ name: hv01, via: local }, { name: HV01, via: local }]`,
      'hosts.1.name: HV01 appears twice',
    ],
    ['none at all', '[]', 'hosts: names no host'],
    ['an unknown way', '[{ name: hv01, via: telnet }]', 'hosts.0.via: needs `via`: local, winrm or ssh'],
    [
      'SSH without a pinned key',
      '[{ name: hv01, via: ssh, computer: h, user: u, keyFile: k, hostKeys: [] }]',
      'hosts.0.hostKeys: needs at least one key, so that no other machine is taken for this host',
    ],
    [
      'a password in the place of a reference',
      `[{ name: hv01, via: local, guests: { ${VM}: { credential: "hunter2" } } }]`,
      `hosts.0.guests.${VM}.credential: names where a credential is: env:NAME (NAME_USER and NAME_PASSWORD are set) or vault:VAULT/SECRET (SecretManagement)`,
    ],
    [
      'a Linux guest, and no network to ask it in',
      `[{ name: hv01, via: local, guests: { ${VM}: { linux: { user: u, keyFile: k } } } }]`,
      'hosts.0.allowedSubnets: names the networks of the Linux guests, such as 10.20.0.0/16; without it none is asked',
    ],
    [
      'a network that is none',
      '[{ name: hv01, via: local, allowedSubnets: [lab.example.org] }]',
      'hosts.0.allowedSubnets.0: is a network such as 10.20.0.0/16 or fd12:3456::/32',
    ],
    [
      'a guest that is neither Windows nor Linux',
      `[{ name: hv01, via: local, guests: { ${VM}: {} } }]`,
      `hosts.0.guests.${VM}: needs either \`credential\` (a Windows guest) or \`linux\` (user, keyFile, hostKeys)`,
    ],
    [
      'an account that ssh would take for an option',
      `[{ name: hv01, via: local, allowedSubnets: [10.0.0.0/8], guests: { ${VM}: { linux: { user: -oX, keyFile: k } } } }]`,
      `hosts.0.guests.${VM}.linux.user: is the name of an account in the guest, such as gpubot`,
    ],
    [
      'a key file with a variable in its path',
      `[{ name: hv01, via: local, allowedSubnets: [10.0.0.0/8], guests: { ${VM}: { linux: { user: u, keyFile: "\${HOME}/k" } } } }]`,
      `hosts.0.guests.${VM}.linux.keyFile: is a path without \${ in it`,
    ],
  ])('are refused with %s', (_, hosts, error) => {
    expect(errorsIn(`${POLICY}hosts: ${hosts}\n`)).toEqual([error])
  })

  it('are not mixed with a simulated fleet', () => {
    expect(errorsIn(`${POLICY}fleet: lab.yaml\nhosts: [{ name: hv01, via: local }]\n`)).toEqual([
      'fleet: describes a simulated fleet, and `hosts` names real ones: keep one of the two',
    ])
  })
})
