/** What is looked at, and told. */
import type { Entries } from './entry'
import { VM_NAMES, REQUEST_ID } from './notes'

export const LOOKING: Entries<
  | 'list'
  | 'show'
  | 'check'
  | 'smi'
  | 'requests'
  | 'history'
  | 'reconcile'
  | 'why'
  | 'watch'
  | 'unwatch'
  | 'help'
  | 'whoami'
> = {
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
    examples: ['show hv01/gpu0', 'show train-01', 'show hv01', 'show R-12', 'show Q-3'],
    notes: ['A name alone is enough: `hv01/gpu0`.', VM_NAMES],
    needs: 'anyone',
  },
  check: {
    usage: 'check GPU [for VM] [--mode dda|partition]',
    says: 'Whether a GPU can be assigned: each check, passed or failed, with its cure.',
    examples: ['check hv01/gpu0', 'check hv01/gpu0 for train-01', 'check hv02/gpu0 --mode partition'],
    notes: ['Without `--mode` a GPU that offers partitions is judged both ways.', VM_NAMES],
    needs: 'anyone',
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
  why: {
    usage: 'why REQUEST|"COMMAND"',
    says: 'Why the policy answers so: which rule, which roles, and who is waited for.',
    examples: ['why R-12', 'why "assign hv01/gpu0 to train-01"'],
    notes: [REQUEST_ID, 'A command goes in quotes and is only judged: nothing is asked for or changed.'],
    needs: 'anyone',
  },
  watch: {
    usage: 'watch [GPU|HOST|all|digest] [at TIME] [in ZONE] [here]',
    says: 'Be told here what changes: in a channel everybody there, in a chat with me you alone. Without a name: what is watched here.',
    examples: [
      'watch',
      'watch hv01',
      'watch hv01/gpu0 here',
      'watch all',
      'watch digest at 09:00 in Europe/Berlin',
    ],
    notes: [
      'Told are requests and what becomes of them, assignments that changed, hosts that do not answer, and GPUs that fail.',
      '`watch digest` shows the fleet of the last 24 hours now; with `at` it comes every day at that time.',
      'A channel can be subscribed by those whom the policy lets.',
    ],
    needs: 'anyone',
  },
  unwatch: {
    usage: 'unwatch GPU|HOST|all|digest [here]',
    says: 'Be told of it here no more; `all` ends all that is watched here, but the digest.',
    examples: ['unwatch hv01', 'unwatch all', 'unwatch digest'],
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
