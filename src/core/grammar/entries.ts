/** What help says about each command, as data; refusals take their usage lines from here. */
import type { CommandKind } from '../command'

export interface HelpEntry {
  readonly usage: string
  readonly says: string
  /** Each of them is a command that is understood. */
  readonly examples: readonly [string, ...string[]]
  readonly notes?: readonly string[]
  readonly needs: 'anyone' | 'requester' | 'approver' | 'admin'
}

const PLAN_FLAGS =
  '[--shutdown] [--power-off] [--no-start] [--dry-run] [--script] [--break-glass] [because REASON]'
const CONSENTS = [
  '`--shutdown` allows a running VM to be shut down through its guest; without it a running VM is left alone.',
  '`--power-off` has it turned off like a power cut instead: unsaved work is lost.',
  '`--no-start` leaves a VM that was off switched off; one that ran before always runs again.',
  '`--dry-run` shows the plan and stops. `--script` shows the plan as one PowerShell script.',
]
const BREAK_GLASS =
  '`--break-glass` goes on without approval, for those whom the policy lets; it needs a reason and is announced.'
const REASON =
  '`because` takes the rest of the line, up to 500 characters. Flags at its very end are still flags; a reason that is quoted as a whole may contain anything.'
const VM_NAMES =
  'VM names need not be unique: `hv01/train-01`, or the id of the VM, says which. Names with spaces go in quotes.'
const REQUEST_ID = 'A request is written `R-12` or just `12`.'

export const HELP: { readonly [K in CommandKind]: HelpEntry } = {
  list: {
    usage: 'list [--host HOST] [--free] [--mine] [--page N]',
    says: 'The GPUs, where they are and who holds them.',
    examples: ['list', 'list --free', 'list --host hv01 --page 2'],
    notes: [
      '`--free` shows GPUs that nobody holds, `--mine` those that you asked for.',
      'The list is from the last reading of each host and shows its age.',
    ],
    needs: 'anyone',
  },
  show: {
    usage: 'show NAME',
    says: 'Everything known about a GPU, VM, host or request.',
    examples: ['show hv01/gpu0', 'show train-01', 'show hv01', 'show R-12'],
    notes: [VM_NAMES],
    needs: 'anyone',
  },
  check: {
    usage: 'check GPU [for VM] [--mode dda|partition]',
    says: 'Whether a GPU can be assigned: each check, passed or failed, with its cure.',
    examples: ['check hv01/gpu0', 'check hv01/gpu0 for train-01', 'check hv02/gpu0 --mode partition'],
    notes: ['Without `--mode` a GPU that offers partitions is judged both ways.', VM_NAMES],
    needs: 'anyone',
  },
  assign: {
    usage: `assign GPU to VM [--mode dda|partition] [--vram SIZE] ${PLAN_FLAGS}`,
    says: 'Give a GPU, or a share of one, to a VM: makes a plan, asks an approver, then does it.',
    examples: [
      'assign hv01/gpu0 to train-01',
      'assign hv01/gpu0 to train-02 --shutdown because training run 7',
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
      'A lease (`for 8h`) is refused until leases exist: ask without `for`, and use `release` when you are done.',
    ],
    needs: 'requester',
  },
  move: {
    usage: `move GPU to VM ${PLAN_FLAGS}`,
    says: 'Take a GPU from the VM that has it and give it to another one on the same host.',
    examples: [
      'move hv01/gpu2 to train-01 --shutdown',
      'move hv01/gpu2 to train-02 because urgent --dry-run',
    ],
    notes: [...CONSENTS, BREAK_GLASS, REASON, VM_NAMES],
    needs: 'requester',
  },
  release: {
    usage: `release GPU|VM ${PLAN_FLAGS}`,
    says: "Give a GPU, or the GPU or partition of a VM, back to its host and restore the VM's settings.",
    examples: ['release hv01/gpu0', 'release train-01 --shutdown because done'],
    notes: [...CONSENTS, BREAK_GLASS, REASON, VM_NAMES],
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
    usage: `resize VM --vram SIZE ${PLAN_FLAGS}`,
    says: 'Give the GPU partition of a VM more or less video memory.',
    examples: ['resize vdi-05 --vram 8GiB --shutdown', 'resize vdi-05 --vram 6144MiB --dry-run'],
    notes: [...CONSENTS, BREAK_GLASS, REASON, VM_NAMES],
    needs: 'requester',
  },
  smi: {
    usage: 'smi VM|HOST',
    says: 'What nvidia-smi says inside a VM, or on a host.',
    examples: ['smi train-01', 'smi hv02'],
    notes: [VM_NAMES],
    needs: 'anyone',
  },
  requests: {
    usage: 'requests [--all] [--page N]',
    says: 'The open requests; with `--all` the finished ones too.',
    examples: ['requests', 'requests --all --page 2'],
    needs: 'anyone',
  },
  approve: {
    usage: 'approve ID [because REASON]',
    says: 'Approve a request of somebody else; its plan is then carried out.',
    examples: ['approve R-12', 'approve 12 because the render farm is idle'],
    notes: [REQUEST_ID, REASON],
    needs: 'approver',
  },
  deny: {
    usage: 'deny ID [because REASON]',
    says: 'Deny a request.',
    examples: ['deny R-12 because hv01 is patched tonight'],
    notes: [REQUEST_ID, REASON],
    needs: 'approver',
  },
  cancel: {
    usage: 'cancel ID [because REASON]',
    says: 'Withdraw a request that has not begun to run.',
    examples: ['cancel R-12', 'cancel R-12 because not needed any more'],
    notes: [REQUEST_ID, 'Only the person who asked, or an administrator, may cancel it.', REASON],
    needs: 'anyone',
  },
  comment: {
    usage: 'comment ID TEXT',
    says: 'Say something about a request; it is shown on its card.',
    examples: ['comment R-12 the other job ends at noon'],
    notes: [REQUEST_ID, 'The card shows the last three. Nobody decides by a comment.'],
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
  history: {
    usage: 'history [NAME] [--page N]',
    says: 'What was done, when and by whom; for one GPU, VM, host or request if you name it.',
    examples: ['history', 'history hv01/gpu0', 'history train-01 --page 2'],
    notes: [VM_NAMES],
    needs: 'anyone',
  },
  reconcile: {
    usage: 'reconcile [HOST]',
    says: 'Where hosts and the records of the bot disagree, and GPUs that nobody can use, with what can be done.',
    examples: ['reconcile', 'reconcile hv01'],
    notes: ['Nothing is done by itself: each way out is a request that needs approval, or an administrator.'],
    needs: 'anyone',
  },
  accept: {
    usage: 'accept GPU',
    says: 'Let the records follow the host: what a request gave before does not count any more.',
    examples: ['accept hv01/gpu0'],
    notes: ['`reconcile` shows where they disagree. No host is changed.'],
    needs: 'admin',
  },
  pause: {
    usage: 'pause HOST|all',
    says: 'Begin no new step on a host, or anywhere, until resumed; it outlasts a restart.',
    examples: ['pause hv01', 'pause all'],
    needs: 'admin',
  },
  resume: {
    usage: 'resume HOST|all',
    says: 'End a pause.',
    examples: ['resume hv01', 'resume all'],
    needs: 'admin',
  },
  resolve: {
    usage: 'resolve ID',
    says: 'Close a request that needs attention, once its host was read and found consistent.',
    examples: ['resolve R-12'],
    notes: [REQUEST_ID],
    needs: 'admin',
  },
  reload: {
    usage: 'reload',
    says: 'Read the policy again from its file; a wrong file changes nothing and is refused with every error.',
    examples: ['reload'],
    notes: ['A new policy voids what was approved under the old one and has not begun.'],
    needs: 'admin',
  },
  why: {
    usage: 'why REQUEST|"COMMAND"',
    says: 'Why the policy answers so: which rule, which roles, and who is waited for.',
    examples: ['why R-12', 'why "assign hv01/gpu0 to train-01"'],
    notes: [REQUEST_ID, 'A command goes in quotes and is only judged: nothing is asked for or changed.'],
    needs: 'anyone',
  },
  help: {
    usage: 'help [COMMAND]',
    says: 'The commands you may use, or one of them with examples.',
    examples: ['help', 'help assign'],
    needs: 'anyone',
  },
  whoami: {
    usage: 'whoami',
    says: 'Who you are to this bot, and what you may do.',
    examples: ['whoami'],
    needs: 'anyone',
  },
}

/** For refusals: the usage line and the first example. */
export const usageOf = (kind: CommandKind): string =>
  `Usage: \`${HELP[kind].usage}\`, for example \`${HELP[kind].examples[0]}\`.`
