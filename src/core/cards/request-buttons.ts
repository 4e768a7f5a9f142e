/** What can be pressed on the card of a request, by its state. */
import type { Part } from '../notice/notice'
import { isExtension } from '../plan/extension'
import type { Progress } from '../operation/progress'
import { mayBeAskedAgain, type Request } from '../request/request'
import { waysOut } from '../drift/ways-out'
import { titleOf } from './plan'
import { wayButton } from './way'

type Buttons = Extract<Part, { kind: 'buttons' }>['buttons']

const againButton = (id: string): Buttons[number] => ({
  label: 'Ask again',
  style: 'plain',
  press: { kind: 'say', text: `again ${id}` },
})

/** The VM by its id: its name may have come to mean another one. */
const mmioButton = (host: string, vm: { readonly id: string; readonly name: string }): Buttons[number] => ({
  label: 'More MMIO space',
  style: 'primary',
  press: { kind: 'say', text: `resize ${host}/${vm.id} --mmio more --shutdown` },
  confirm: {
    title: 'Ask for more MMIO space?',
    text: `${vm.name} is shut down through its guest, gets the sum of all BARs and the largest one again, and is started.`,
    yes: 'Ask',
  },
})

const scriptButton = (id: string): Buttons[number] => ({
  label: 'Whole script',
  style: 'plain',
  press: { kind: 'say', text: `show ${id}` },
})

/** After Code 12 in the guest of a VM that has a whole GPU. */
const shortOfMmio = (request: Request): Buttons[number] | null => {
  if (request.state !== 'succeeded' || request.verification.kind !== 'failed') return null
  const { mode, host, to } = request.plan
  return request.verification.cure === 'mmio' && mode === 'dda' && to ? mmioButton(host, to) : null
}

export const buttonParts = (request: Request, progress: Progress | null): Part[] => {
  const decide = (verdict: 'approve' | 'deny' | 'cancel') =>
    ({ kind: 'decide', verdict, requestId: request.id, version: request.version }) as const
  const cancel: Buttons[number] = { label: 'Cancel', style: 'plain', press: decide('cancel') }
  if (request.state === 'approved') return [{ kind: 'buttons', buttons: [cancel] }]
  if (mayBeAskedAgain(request.state) && request.command)
    return [{ kind: 'buttons', buttons: [againButton(request.id)] }]
  if (request.state === 'needs-attention')
    return [{ kind: 'buttons', buttons: waysOut(request, progress).map(wayButton) }]
  const short = shortOfMmio(request)
  if (short) return [{ kind: 'buttons', buttons: [short] }]
  if (request.state !== 'pending') return []
  const costs =
    request.plan.costs.length > 0 ? `It costs: ${request.plan.costs.join(' ')}` : 'No VM is stopped by it.'
  return [
    {
      kind: 'buttons',
      buttons: [
        {
          label: 'Approve',
          style: 'primary',
          press: decide('approve'),
          confirm: {
            title: 'Approve this plan?',
            text: `${titleOf(request.plan)}. ${costs}`,
            yes: 'Approve',
          },
        },
        { label: 'Deny', style: 'danger', press: decide('deny') },
        cancel,
        ...(isExtension(request.plan) ? [] : [scriptButton(request.id)]),
      ],
    },
  ]
}
