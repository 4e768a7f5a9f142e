/** The policy in force, and how an administrator has its file read again. */
import type { ConfigFile } from './config'
import { Fault, refusal, refused, type Outcome } from './core/errors'
import { policyFrom, type Chats, type Policy } from './core/policy/policy'
import type { PolicySource } from './work/parts'
import type { Read } from './yaml'

/** Throws Fault('config') when the file's policy does not suit the chats that are enabled. */
export const policySource = (
  file: ConfigFile,
  chats: Chats,
  readAgain: () => Read<ConfigFile>,
): PolicySource => {
  const first = policyFrom(file.policy, chats)
  if (!first.ok)
    throw new Fault('config', first.refusals.map(({ reason, next = '' }) => `${reason}. ${next}`).join('\n'))
  let inForce = first.value
  return {
    inForce: () => inForce,
    reload: () => {
      const read = policyIn(readAgain(), chats)
      if (read.ok) inForce = read.value
      return read
    },
  }
}

const STAYS = 'Mend the file and say `reload` again; until then the policy stays as it was.'

const policyIn = (read: Read<ConfigFile>, chats: Chats): Outcome<Policy> =>
  'value' in read
    ? policyFrom(read.value.policy, chats)
    : refused(...read.problems.map((problem) => refusal('not-possible', problem, STAYS)))

/** A policy without a file, as the playground has. */
export const fixedPolicy = (policy: Policy): PolicySource => ({
  inForce: () => policy,
  reload: () => refused(refusal('not-possible', 'the policy is built in, and there is no file of it')),
})
