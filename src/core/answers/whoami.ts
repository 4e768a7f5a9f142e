/** `whoami`: the account, the person and the roles as the policy names them, and what they may do. */
import { runsOf } from '../notice/prose'
import type { Notice, Part } from '../notice/notice'
import type { Capability } from '../request/permission'

const WORDS: { readonly [C in Capability]: string } = {
  ask: 'ask for GPUs',
  approve: 'approve and deny requests of others',
  administer: 'pause, resume, resolve and reload',
  'break-glass': 'go on without approval in an emergency (`--break-glass`)',
  watch: 'say what a channel watches',
}

export interface Who {
  readonly account: string
  readonly name: string
  /** Null when the policy names nobody with this account. */
  readonly person: { readonly name: string; readonly accounts: readonly string[] } | null
  readonly roles: readonly string[]
  readonly may: readonly Capability[]
  /** Groups whose members are not known. */
  readonly unread: readonly string[]
}

export const whoamiNotice = ({ account, name, person, roles, may, unread }: Who): Notice => ({
  summary: `You are ${name}`,
  tone: 'plain',
  parts: [
    {
      kind: 'text',
      runs: [
        'You are ',
        { person: account },
        '. Your member id for the policy is ',
        { code: account.split('/')[1] ?? account },
        '.',
      ],
    },
    ...(person === null ? [] : [personPart(person, roles)]),
    { kind: 'text', runs: runsOf(mayText(person, may)) },
    ...(unread.length === 0
      ? []
      : [
          {
            kind: 'note' as const,
            runs: [
              `Who is in ${unread.join(', ')} could not be read, so nobody has a role by it. The log of the bot says why.`,
            ],
          },
        ]),
  ],
})

const personPart = (person: NonNullable<Who['person']>, roles: readonly string[]): Part => ({
  kind: 'facts',
  rows: [
    { label: 'Person', runs: [person.name] },
    { label: 'Accounts', runs: [person.accounts.join(', ')] },
    { label: 'Roles', runs: [roles.join(', ') || 'none'] },
  ],
})

const mayText = (person: Who['person'], may: readonly Capability[]): string => {
  if (person === null)
    return 'You are on no list of the policy, so this bot does nothing for you. An administrator can add your member id.'
  return `You may ${['look at everything', ...may.map((each) => WORDS[each])].join('; ')}.`
}
