/** What those who need a GPU ask for. */
import type { Entries } from './entry'
import {
  CONSENT_FLAGS,
  PLAN_FLAGS,
  CONSENTS,
  BREAK_GLASS,
  REASON,
  LEASE,
  VM_NAMES,
  ENTRY_ID,
  REQUEST_ID,
  LEASE_NAMED,
  RESTORE,
  MMIO,
} from './notes'

export const ASKING: Entries<
  | 'assign'
  | 'move'
  | 'release'
  | 'partition'
  | 'resize'
  | 'cancel'
  | 'again'
  | 'retry'
  | 'agree'
  | 'object'
  | 'postpone'
  | 'comment'
  | 'extend'
  | 'done'
  | 'ask'
  | 'queue'
  | 'take'
  | 'leave'
> = {
  assign: {
    usage: `assign GPU to VM [for DURATION | until TIME] [--mode dda|partition] [--vram SIZE] [--mmio SIZE|more] [--restore ID] ${PLAN_FLAGS}`,
    says: 'Give a GPU, or a share of one, to a VM: makes a plan, asks an approver, then does it.',
    examples: [
      'assign hv01/gpu0 to train-01',
      'assign hv01/gpu0 to train-02 --shutdown because training run 7',
      'assign hv01/gpu0 to train-01 for 8h',
      'assign hv01/gpu1 to "my vm" --dry-run --script',
      'assign hv02/gpu0 to vdi-01 --mode partition --vram 8GiB --shutdown',
    ],
    notes: [
      ...CONSENTS,
      BREAK_GLASS,
      REASON,
      VM_NAMES,
      '`--mode partition` gives a share of a GPU that is split (`partition GPU into N`); without it the VM gets the whole GPU.',
      '`--vram` is how much video memory that share has; without it the host decides.',
      MMIO,
      LEASE,
      RESTORE,
    ],
    needs: 'requester',
  },
  move: {
    usage: `move GPU|any MODEL from VM to VM [for DURATION | until TIME] [--mmio SIZE|more] [--restore ID] [--mine] ${PLAN_FLAGS}`,
    says: 'Take a GPU from the VM that has it and give it, or one like it on another host, to another VM.',
    examples: [
      'move hv01/gpu2 to train-01 --shutdown',
      'move hv01/gpu2 to train-02 because urgent --dry-run',
      'move any A40 from render-01 to vdi-01 --shutdown',
    ],
    notes: [
      'A GPU stays in its host. With `any MODEL from VM` the VM that is named last may be on another one: it gets a free GPU of that model there, and the first VM gives its own back, in one request.',
      ...CONSENTS,
      BREAK_GLASS,
      REASON,
      VM_NAMES,
      LEASE,
      'What an administrator moves stays with whoever holds it, until the same end; `--mine` makes them the holder.',
      MMIO,
      RESTORE,
    ],
    needs: 'requester',
  },
  release: {
    usage: `release GPU|VM ${PLAN_FLAGS}`,
    says: "Give a GPU, or the GPU or partition of a VM, back to its host and restore the VM's settings.",
    examples: ['release hv01/gpu0', 'release train-01 --shutdown because done'],
    notes: [
      'What you hold yourself needs no approver, but for `--power-off`.',
      ...[...CONSENTS, BREAK_GLASS, REASON, VM_NAMES],
    ],
    needs: 'requester',
  },
  partition: {
    usage: 'partition GPU into N [--dry-run] [--script] [--break-glass] [because REASON]',
    says: 'Split a GPU into N partitions (GPU-P), so that several VMs share it; 1 makes it whole again.',
    examples: ['partition hv02/gpu0 into 4', 'partition hv02/gpu0 into 8 because more desktops'],
    notes: [
      'The counts that a GPU offers are in `show GPU`. The count can be changed only while no VM has a partition.',
      '`--dry-run` shows the plan and stops. `--script` shows the plan as one PowerShell script.',
      BREAK_GLASS,
      REASON,
    ],
    needs: 'requester',
  },
  resize: {
    usage: `resize VM --vram SIZE | --mmio SIZE|more ${PLAN_FLAGS}`,
    says: 'Give the GPU partition of a VM more or less video memory, or a VM with whole GPUs more or less MMIO space.',
    examples: [
      'resize vdi-05 --vram 8GiB --shutdown',
      'resize vdi-05 --vram 6144MiB --dry-run',
      'resize train-01 --mmio more --shutdown',
    ],
    notes: [
      'Code 12 in a guest says that its MMIO space is too small. Its GPUs stay with it.',
      MMIO,
      ...CONSENTS,
      BREAK_GLASS,
      REASON,
      VM_NAMES,
    ],
    needs: 'requester',
  },
  cancel: {
    usage: 'cancel ID [because REASON]',
    says: 'Withdraw a request that has not begun to run.',
    examples: ['cancel R-12', 'cancel R-12 because not needed any more'],
    notes: [REQUEST_ID, 'Only the person who asked, or an administrator, may cancel it.', REASON],
    needs: 'anyone',
  },
  retry: {
    usage: 'retry ID',
    says: 'Try again what a request that needs attention could not do: its undo, or the last start of a VM.',
    examples: ['retry R-12'],
    notes: [
      REQUEST_ID,
      'The start is for whoever asked, and for administrators; the undo is for administrators.',
      'Before an undo every host is read, and must be as the request has left it.',
    ],
    needs: 'anyone',
  },
  agree: {
    usage: 'agree ID [because REASON]',
    says: 'Agree that a request stops a VM in which you hold something.',
    examples: ['agree R-12'],
    notes: [REQUEST_ID, 'Approvers of what somebody else holds there may agree in their place.', REASON],
    needs: 'anyone',
  },
  object: {
    usage: 'object ID [because REASON]',
    says: 'Object to that; whoever decides sees it, and may still agree in your place.',
    examples: ['object R-12 because my training runs until six'],
    notes: [REQUEST_ID, REASON],
    needs: 'anyone',
  },
  postpone: {
    usage: 'postpone ID',
    says: "Have a VM in which you hold something stopped an hour later for the end of another one's lease.",
    examples: ['postpone R-12'],
    notes: ['The id is that of the lease that has ended. It can be put off once.'],
    needs: 'anyone',
  },
  again: {
    usage: 'again ID',
    says: 'Ask anew for what a request asked that came to nothing: void, expired, denied, cancelled or undone.',
    examples: ['again R-12'],
    notes: [
      REQUEST_ID,
      'It is planned afresh and is yours, whoever asked first. Broken glass is not broken again.',
    ],
    needs: 'requester',
  },
  comment: {
    usage: 'comment ID TEXT',
    says: 'Say something about a request; it is shown on its card.',
    examples: ['comment R-12 the other job ends at noon'],
    notes: [REQUEST_ID, 'The card shows the last three. Nobody decides by a comment.'],
    needs: 'anyone',
  },
  extend: {
    usage: 'extend [ID|GPU] by DURATION',
    says: 'Keep a GPU longer than its lease says.',
    examples: ['extend hv01/gpu0 by 4h', 'extend R-12 by 2 days', 'extend by 1h30m'],
    notes: [
      LEASE_NAMED,
      'The policy says how far.',
      'Beyond what was approved, and while somebody waits for that GPU, an approver is asked.',
    ],
    needs: 'anyone',
  },
  done: {
    usage: 'done [ID|GPU] [--shutdown] [--power-off] [--no-start] [because REASON]',
    says: 'End your lease now and give the GPU back; that needs no approver.',
    examples: ['done', 'done hv01/gpu0 --shutdown', 'done R-12'],
    notes: [LEASE_NAMED, ...CONSENTS.slice(0, 3)],
    needs: 'anyone',
  },
  ask: {
    usage: 'ask GPU [because REASON]',
    says: 'Ask whoever holds a GPU to give it up; they are told privately, and need not answer.',
    examples: ['ask hv01/gpu0 because the demo is at noon'],
    notes: [REASON, 'To take it, with an approver, use `move` or `release`.'],
    needs: 'anyone',
  },
  queue: {
    usage: `queue [GPU | any MODEL] [with SIZE free] [to VM] [for DURATION] ${CONSENT_FLAGS} [because REASON]`,
    says: 'Wait for a GPU: it is offered to you when your turn comes. With nothing to wait for: who waits.',
    examples: [
      'queue',
      'queue hv01/gpu2 to train-01 --shutdown',
      'queue any A40 for 8h because nightly runs',
      'queue any with 24GiB free to train-01',
    ],
    notes: [
      '`any MODEL` is any GPU with these words in its name, or of this class of the policy; `any` alone one of any model. With a VM it is one of its host.',
      'Once it is your turn the GPU is offered to you alone, for a while; `take Q-N` asks for it then, and is approved as any other request. An offer that nobody takes goes to the next.',
      'The team that has used least comes first, then who has waited longest; whoever has waited for long goes before all who have not.',
      ENTRY_ID,
      REASON,
      VM_NAMES,
    ],
    needs: 'anyone',
  },
  take: {
    usage: `take Q-N [to VM] [for DURATION] ${CONSENT_FLAGS} [because REASON]`,
    says: 'Ask for the GPU that is offered to you.',
    examples: ['take Q-3', 'take Q-3 to train-01 --shutdown', 'take Q-3 for 2h'],
    notes: [
      'The VM, the time, the flags and the reason are those given to `queue`, unless they are given here.',
      'Without a time it is lent for as long as was said in the queue, and never for longer than the policy lets a lease last.',
      ENTRY_ID,
    ],
    needs: 'requester',
  },
  leave: {
    usage: 'leave Q-N',
    says: 'Leave the queue; what is offered to you goes to the next one.',
    examples: ['leave Q-3'],
    notes: [ENTRY_ID, 'Administrators may take others out of it.'],
    needs: 'anyone',
  },
}
