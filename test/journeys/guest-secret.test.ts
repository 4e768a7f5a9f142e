/** The password of a Windows guest stays in the engine, whatever comes of asking the guest. */
import { describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder, leaksOf } from '../fakes/leaks'
import { makeTempDir, removeTempDir } from '../fakes/temp'
import { GUEST_ACCOUNT } from '../host/powershell/stubs/answers/guest'
import { withEngine } from '../host/powershell/pwsh'
import { StubFailure } from '../host/powershell/stubs/refusal'
import { tell, type Story } from './guest-secret'

const RIGHT = { reference: 'env:GUEST', ...GUEST_ACCOUNT } as const
const WRONG = { ...RIGHT, password: 'canary.0d61e2b8.wrong' } as const
const IN_VAULT = 'vault:Bot/guest'

const inGuest =
  (act: NonNullable<Story['before']>): NonNullable<Story['before']> =>
  (call, powers) =>
    call.command === 'Invoke-Command' ? act(call, powers) : undefined

const silent = (): never => {
  throw new StubFailure('PSSessionStateBroken', 'A remote session might have ended.', 'RuntimeException')
}
/** The session says in its own words whom it refused, password and all. */
const tactless: NonNullable<Story['before']> = ({ bound }) => {
  throw new StubFailure(
    'PSSessionStateBroken',
    `The credential ${JSON.stringify(bound['User'])}:${JSON.stringify(bound['Password'])} is invalid.`,
    'PSDirectException',
  )
}
const malformed: NonNullable<Story['before']> = ({ command, bound }) => {
  if (command === 'nvidia-smi' && bound['Arguments'] !== undefined)
    throw new StubFailure('SIMULATED', 'nvidia-smi prints something else')
}

const STORIES: readonly { name: string; story: Story; says: RegExp }[] = [
  { name: 'the guest answers', story: RIGHT, says: /1 GPU verified/ },
  {
    name: 'the guest answers, to a credential of a vault',
    story: { ...RIGHT, reference: IN_VAULT },
    says: /1 GPU verified/,
  },
  { name: 'the guest refuses the credential', story: WRONG, says: /the guest refuses the credential/ },
  {
    name: 'the guest refuses the credential of a vault',
    story: { ...WRONG, reference: IN_VAULT },
    says: /the guest refuses the credential/,
  },
  {
    name: 'what refuses the credential repeats it',
    story: { ...RIGHT, before: inGuest(tactless) },
    says: /the guest refuses the credential/,
  },
  {
    name: 'the guest is silent',
    story: { ...RIGHT, before: inGuest(silent) },
    says: /does not answer PowerShell Direct/,
  },
  {
    name: 'the engine is killed in the middle',
    story: { ...RIGHT, before: inGuest((_, { kill }) => kill()) },
    says: /the PowerShell process ended/,
  },
  {
    name: 'the answer is malformed',
    story: { ...RIGHT, before: malformed },
    says: /in a form that is not known/,
  },
]

withEngine('the password of a Windows guest', (found) => {
  it.each(STORIES)('is nowhere when $name', async ({ story, says }) => {
    const told = await tell(found, story)

    expect(told.smi).toMatch(says)
    expect(told.answers).toHaveLength(1)
    expect([...told.places.keys()].map((each) => each.replace(/.*\//, ''))).toEqual(
      expect.arrayContaining([
        'gpu-chatops.db',
        'hv01.json',
        'fence',
        'posts.jsonl',
        'requests',
        'answers',
        'log',
      ]),
    )
    expect(told.places.get('requests')!.toString()).toContain('Get-GuestSmi')
    expect(leaksOf(story.password, told.places)).toEqual([])
  })

  it('is found where a module does leak it', async () => {
    const spoil = (text: string): string =>
      text.replace(
        'throw (Get-GuestRefusal $_)',
        'throw (New-Refusal \'Leaking\' "It was $($Credential.GetNetworkCredential().Password).")',
      )

    const told = await tell(found, { ...WRONG, spoil })

    const leaks = leaksOf(WRONG.password, told.places).map((each) => each.replace(/.*\//, ''))
    expect(leaks).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^gpu-chatops\.db/),
        ...['posts.jsonl', 'answers', 'answered', 'posts'],
      ]),
    )
  })
})

describe('the search for a secret', () => {
  it.each<[string, (secret: string) => Buffer]>([
    ['as it is', (secret) => Buffer.from(`before ${secret} after`)],
    ['in UTF-16', (secret) => Buffer.from(`before ${secret} after`, 'utf16le')],
    [
      'in base64 at the beginning',
      (secret) => Buffer.from(Buffer.from(`${secret} after`).toString('base64')),
    ],
    [
      'in base64 one character later',
      (secret) => Buffer.from(Buffer.from(`b${secret} after`).toString('base64')),
    ],
    [
      'in base64 two characters later',
      (secret) => Buffer.from(Buffer.from(`be${secret}`).toString('base64')),
    ],
    [
      'in base64 of UTF-16',
      (secret) => Buffer.from(Buffer.from(`b${secret} after`, 'utf16le').toString('base64')),
    ],
    [
      'in base64 of base64',
      (secret) => Buffer.from(Buffer.from(Buffer.from(secret).toString('base64')).toString('base64')),
    ],
    ['in hexadecimal', (secret) => Buffer.from(Buffer.from(secret).toString('hex'))],
  ])('finds it %s', (_, hidden) => {
    const dir = makeTempDir()
    writeFileSync(join(dir, 'file'), hidden('canary.7f3a9c51'))

    const [there, absent] = [
      leaksOf('canary.7f3a9c51', filesUnder(dir)),
      leaksOf('canary.99999999', filesUnder(dir)),
    ]
    removeTempDir(dir)

    expect([there, absent]).toEqual([[join(dir, 'file')], []])
  })
})
