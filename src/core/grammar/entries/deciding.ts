/** What approvers and administrators do. */
import type { Entries } from './entry'
import { REASON, REQUEST_ID } from './notes'

export const DECIDING: Entries<
  'approve' | 'deny' | 'pause' | 'resume' | 'read' | 'resolve' | 'accept' | 'forget' | 'adopt' | 'reload'
> = {
  approve: {
    usage: 'approve ID [for DURATION] [because REASON]',
    says: 'Approve a request of somebody else; its plan is then carried out.',
    examples: ['approve R-12', 'approve 12 for 4h', 'approve 12 because the render farm is idle'],
    notes: [REQUEST_ID, '`for 4h` lends it for no longer than that, whatever was asked for.', REASON],
    needs: 'approver',
  },
  deny: {
    usage: 'deny ID [because REASON]',
    says: 'Deny a request.',
    examples: ['deny R-12 because hv01 is patched tonight'],
    notes: [REQUEST_ID, REASON],
    needs: 'approver',
  },
  pause: {
    usage: 'pause HOST|GPU|all [--now] [because REASON]',
    says: 'Begin nothing new on a host, or anywhere, or lend a GPU to nobody, until resumed; it outlasts a restart.',
    examples: ['pause hv01', 'pause all', 'pause hv01 --now', 'pause hv01/gpu0 because its fan is broken'],
    notes: [
      'What has begun comes to its end, done or undone.',
      '`--now` stops that between its steps, too: a GPU may then lie between two owners.',
      'A GPU that is paused is in quarantine: whoever has it keeps it and may give it back, and nobody else is given it.',
      REASON,
    ],
    needs: 'admin',
  },
  resume: {
    usage: 'resume HOST|GPU|all',
    says: 'End a pause, or the quarantine of a GPU.',
    examples: ['resume hv01', 'resume all', 'resume hv01/gpu0'],
    notes: [
      '`resume all` lifts the pauses of all hosts, and of no GPU: say that of each.',
      'What a host reports of a GPU itself ends once the host reports it in order.',
    ],
    needs: 'admin',
  },
  read: {
    usage: 'read ID',
    says: 'Read the hosts of a request that needs attention again; its card says what is where now.',
    examples: ['read R-12'],
    notes: [REQUEST_ID, 'No host is changed.'],
    needs: 'admin',
  },
  resolve: {
    usage: 'resolve ID [--as-found]',
    says: 'Say that a request that needs attention was repaired by hand; its hosts are read and must agree.',
    examples: ['resolve R-12', 'resolve R-12 --as-found', 'resolve S-3'],
    notes: [
      REQUEST_ID,
      'Where all is as planned the request is done, and where all is as before it is undone. Otherwise you are told what differs.',
      '`--as-found` closes it whatever the hosts show, as long as a VM or the host can use the GPU.',
      '`S-3` is a record of the bot that cannot be read: what it blocks is free again then.',
    ],
    needs: 'admin',
  },
  accept: {
    usage: 'accept GPU',
    says: 'Let the records follow the host: what a request gave before does not count any more.',
    examples: ['accept hv01/gpu0'],
    notes: ['`reconcile` shows where they disagree. No host is changed.'],
    needs: 'admin',
  },
  forget: {
    usage: 'forget GPU',
    says: 'Say of a GPU that its host shows no more that it is gone for good; it is in no list then.',
    examples: ['forget hv01/gpu3'],
    notes: ['Should the host show it again, it is back, by the same name. No host is changed.'],
    needs: 'admin',
  },
  adopt: {
    usage: 'adopt HOST from BOT',
    says: 'Take over a host from another bot, one that is gone for good: it takes the orders of this one from now on.',
    examples: ['adopt hv01 from bot-3f9a1c0d77e2'],
    notes: [
      '`show HOST` says which bot it is. While that one still gives orders, and for ten minutes after, it is refused.',
      'The host is read then, and nobody holds a GPU of it by earlier records.',
    ],
    needs: 'admin',
  },
  reload: {
    usage: 'reload',
    says: 'Read the policy again from its file; a wrong file changes nothing and is refused with every error.',
    examples: ['reload'],
    notes: [
      'A new policy voids what was approved under the old one and has not begun.',
      'Hosts that were added to the file are taken in; they, and hosts that did not answer, are read at once.',
    ],
    needs: 'admin',
  },
}
