/** The offer of a GPU to the one whose turn it is, and what became of it. */
import { shown } from '../text/shown'
import { runsOf } from '../notice/prose'
import { span } from '../time/span'
import type { Notice, Part } from '../notice/notice'
import type { Entry, EntryIn } from '../queue/entry'
import type { Waiter } from '../queue/waiter'

/** As the entry is now; only an offer that stands has buttons. `lentMs`: for how long it would be lent; null: without an end. */
export const offerNotice = ({ entry, vm, request }: Waiter, lentMs: number | null = null): Notice => {
  if (entry.state === 'offered') return standing(entry, vm, lentMs)
  const text = becameOf(entry, request)
  return { summary: text, tone: 'plain', parts: [{ kind: 'text', runs: runsOf(text) }] }
}

const standing = (entry: EntryIn<'offered'>, vm: Waiter['vm'], lentMs: number | null): Notice => {
  const { id, gpu, until } = entry
  const rows = [
    ...(vm === null ? [] : [{ label: 'For', runs: [shown(vm.name)] }]),
    ...(lentMs === null ? [] : [{ label: 'Lent', runs: [`for ${span(lentMs)}`] }]),
  ]
  return {
    summary: `${gpu.alias} is on offer to you (${id})`,
    tone: 'waiting',
    parts: [
      { kind: 'title', text: `${gpu.alias} is on offer to you` },
      { kind: 'text', runs: ['It is kept for you until ', { time: until }, `; you waited for it as ${id}.`] },
      ...(vm === null ? [whichVm(id)] : []),
      ...(rows.length === 0 ? [] : [{ kind: 'facts' as const, rows }]),
      { kind: 'buttons', buttons: [...(vm === null ? [] : [button(entry, 'take')]), button(entry, 'leave')] },
      {
        kind: 'note',
        runs: [
          'Taking it asks for it, and is approved as any other request. If you do not, it goes to the next one.',
        ],
      },
    ],
  }
}

const whichVm = (id: string): Part => ({
  kind: 'text',
  runs: ['To have it, say for which VM: ', { code: `take ${id} to VM` }],
})

type Button = Extract<Part, { kind: 'buttons' }>['buttons'][number]
const button = ({ id, version }: Entry, verdict: 'take' | 'leave'): Button => ({
  label: verdict === 'take' ? 'Take it' : 'Leave the queue',
  style: verdict === 'take' ? 'primary' : 'plain',
  press: { kind: 'offer', verdict, entryId: id, version },
})

const becameOf = (entry: Entry, request: string | undefined): string => {
  switch (entry.state) {
    case 'accepted':
      return `You took ${entry.gpu.alias}: ${request ?? 'a request'} asks for it.`
    case 'declined':
      return `You left ${entry.gpu.alias} to the next one (${entry.id}).`
    case 'lapsed':
      return `The offer of ${entry.gpu.alias} has ended (${entry.id}).`
    case 'withdrawn':
    case 'dropped':
      return `${entry.id} is out of the queue, and this offer with it.`
    case 'waiting':
    case 'offered':
      return `This offer was taken back; you keep your place (${entry.id}).`
  }
}

/** What happened without the person's doing, as a message of its own; `why` of an offer that is taken back. */
export const newsOf = (
  entry: Entry,
  why: string | null,
): { readonly text: string; readonly by?: string } | null => {
  switch (entry.state) {
    case 'lapsed':
      return {
        text: `You did not take ${entry.gpu.alias}, so it goes to the next one, and your wait (${entry.id}) is over. \`queue\` lets you wait anew.`,
      }
    case 'dropped':
      return { text: `You wait no longer (${entry.id}): ${entry.why}.` }
    case 'withdrawn':
      return entry.withdrawnBy === entry.by
        ? null
        : { text: `${entry.id} was taken out of the queue.`, by: entry.withdrawnBy }
    case 'waiting':
      return {
        text: `What was on offer to you is taken back: ${why ?? 'it cannot be had now'}. You keep your place (${entry.id}).`,
      }
    case 'accepted':
    case 'declined':
    case 'offered':
      return null
  }
}
