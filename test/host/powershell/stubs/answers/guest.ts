/**
 * Inside VMs and on the host: nvidia-smi, as a program that asks for what it prints; and the way into a guest, with
 * the error ids of PowerShell's own remoting (PowerShell source, PSRemotingErrorId).
 */
import { vmId, type VmId } from '../../../../../src/core/inventory/inventory'
import { StubFailure } from '../refusal'
import { type Bound, text, texts, type Value } from '../wire'
import { type Answers, factsOf, type Scene } from './answer'

export const GUEST_ACCOUNT = { user: 'reader', password: 'canary.7f3a9c51.battery' } as const

const guestOf = (bound: Bound): VmId | null => vmId.safeParse(text(bound['Guest'])).data ?? null

const smi = async (bound: Bound, scene: Scene): Promise<Value[]> => {
  const guest = guestOf(bound)
  const answer = await scene.smi(guest === null ? { kind: 'host' } : { kind: 'guest', vm: guest })
  return answer.kind === 'ran'
    ? [answer.exitCode, answer.stdout.trimEnd(), answer.problemCode ?? -1]
    : [127, '', -1]
}

const enter = async (bound: Bound, scene: Scene): Promise<Value[]> => {
  const id = texts(bound['VMId'])[0]
  const vm = factsOf(scene).vms.find((each) => each.id === id)
  if (!vm) throw new StubFailure('InvalidVMIdNotSingle', 'SIMULATED: no such VM', 'PSArgumentException')
  if (vm.state !== 'Running')
    throw new StubFailure('InvalidVMState', 'SIMULATED: the VM is not running', 'PSArgumentException')
  if (bound['User'] !== GUEST_ACCOUNT.user || bound['Password'] !== GUEST_ACCOUNT.password)
    throw new StubFailure('PSSessionStateBroken', 'The credential is invalid.', 'PSDirectException')
  if ((await scene.smi({ kind: 'guest', vm: vm.id })).kind === 'not-run')
    throw new StubFailure(
      'PSSessionStateBroken',
      'An error has occurred which Windows PowerShell cannot handle. A remote session might have ended.',
      'RuntimeException',
    )
  return []
}

export const guestAnswers: Answers = { 'nvidia-smi': smi, 'Invoke-Command': enter }
