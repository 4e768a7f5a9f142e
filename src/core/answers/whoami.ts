/** `whoami`: the account as the policy names it, and what it may do. */
import type { Notice } from '../notice'

const WORDS = {
  ask: 'ask for GPUs',
  approve: 'approve and deny requests of others',
  admin: 'pause, resume and resolve',
} as const

export const whoamiNotice = (who: {
  account: string
  name: string
  roles: readonly (keyof typeof WORDS)[]
}): Notice => ({
  summary: `You are ${who.name}`,
  tone: 'plain',
  parts: [
    {
      kind: 'text',
      runs: [
        'You are ',
        { person: who.account },
        '. Your member id for the policy is ',
        { code: who.account.split('/')[1] ?? who.account },
        '.',
      ],
    },
    {
      kind: 'text',
      runs: [
        who.roles.length === 0
          ? 'You are on no list of the policy, so this bot does nothing for you. An administrator can add your member id.'
          : `You may look at everything, and ${who.roles.map((role) => WORDS[role]).join('; ')}.`,
      ],
    },
  ],
})
