// What can go wrong, brought about on purpose.
import { byId, el, fill, postJson } from './dom.js'

const STEPS = [
  ['any', 'the next step, whichever'],
  ['stopVm', 'stopping a VM'],
  ['setVm', 'changing VM settings'],
  ['disableDevice', 'disabling the device'],
  ['dismountDevice', 'dismounting from the host'],
  ['attachDevice', 'adding the GPU to the VM'],
  ['startVm', 'starting a VM'],
  ['detachDevice', 'removing the GPU from the VM'],
  ['mountDevice', 'mounting on the host'],
  ['enableDevice', 'enabling the device'],
]
const HOWS = [
  ['refuse', 'is refused'],
  ['lost-before', 'gets lost on the way'],
  ['lost-after', 'happens, its answer gets lost'],
]
const SMI = [
  ['ok', 'nvidia-smi: works'],
  ['no-driver', 'nvidia-smi: no driver'],
  ['mismatch', 'nvidia-smi: version mismatch'],
  ['code12', 'nvidia-smi: Code 12, no MMIO'],
  ['code43', 'nvidia-smi: Code 43, failed'],
  ['gpu-lost', 'nvidia-smi: GPU lost'],
  ['no-answer', 'nvidia-smi: no answer'],
]
const BY_HAND = [
  ['enable', 'enable on the host'],
  ['disable', 'disable on the host'],
  ['mount', 'mount on the host'],
  ['dismount', 'dismount from the host'],
  ['detach', 'remove from its VM'],
  ['pull', 'pull the card'],
  ['put', 'put the card back'],
]
const wordOf = (list, value) => list.find(([each]) => each === value)?.[1] ?? value

let chosen = { host: null, vm: null }
/** What this page last set, by host and VM; how a guest answers cannot be seen from outside. */
const answers = new Map()

const choose = (label, options, selected) =>
  el(
    'select',
    { 'aria-label': label },
    options.map(([value, text]) => el('option', { value, selected: value === selected }, text)),
  )

/** What was last chosen in a box; a drawer that is drawn anew shows it again, where it is still offered. */
const kept = new Map()
const chooseAndKeep = (label, options, first) => {
  const isOffered = options.some(([value]) => value === kept.get(label))
  const box = choose(label, options, isOffered ? kept.get(label) : first)
  box.addEventListener('change', () => kept.set(label, box.value))
  return box
}

const befall = async (what) => {
  const answer = await postJson('/playground/world', what)
  byId('misfortune-said').textContent = answer.body.error ?? ''
}

const act = (text, what, style = '') =>
  el('button', { type: 'button', class: `small ${style}`, onclick: () => void befall(what()) }, text)

const row = (title, ...items) =>
  el(
    'div',
    { class: 'mis-row', role: 'group', 'aria-label': title },
    el('span', { class: 'mis-label' }, title),
    ...items,
  )

const controls = (fleet) => {
  const host = fleet.hosts.find((each) => each.name === chosen.host) ?? fleet.hosts[0]
  const vm = host.vms.find((each) => each.name === chosen.vm) ?? host.vms[0]
  chosen = { host: host.name, vm: vm?.name ?? null }

  const hostBox = choose(
    'Host',
    fleet.hosts.map(({ name }) => [name, name]),
    host.name,
  )
  hostBox.addEventListener('change', () => {
    chosen = { host: hostBox.value, vm: null }
    showMisfortune(fleet)
    byId('misfortune-body').querySelector('select').focus()
  })
  const step = chooseAndKeep('Step', STEPS, 'attachDevice')
  const how = chooseAndKeep('What happens', HOWS, 'refuse')
  const rows = [
    row(
      'Host',
      hostBox,
      host.reachable
        ? act('Cut off', () => ({ kind: 'cut-off', host: host.name }))
        : act('Connect', () => ({ kind: 'reconnect', host: host.name })),
      act('Reboot', () => ({ kind: 'reboot', host: host.name })),
    ),
    row(
      'Next time',
      step,
      how,
      act('Arm', () => ({ kind: 'fail-step', host: host.name, step: step.value, how: how.value }), 'loud'),
    ),
  ]
  if (host.gpus.length > 0) {
    const gpu = chooseAndKeep(
      'GPU',
      host.gpus.map(({ slot, model }) => [slot, `${slot} ${model}`]),
      host.gpus[0].slot,
    )
    const does = chooseAndKeep('What is done to it', BY_HAND, 'enable')
    rows.push(
      row(
        'By hand',
        gpu,
        does,
        act('Do it', () => ({ kind: 'by-hand', host: host.name, slot: gpu.value, does: does.value })),
      ),
    )
  }
  if (!vm) return rows
  const vmBox = choose(
    'VM',
    host.vms.map(({ name }) => [name, name]),
    vm.name,
  )
  vmBox.addEventListener('change', () => {
    chosen = { host: host.name, vm: vmBox.value }
    showMisfortune(fleet)
  })
  const guest = `${host.name}/${vm.name}`
  const smi = choose('nvidia-smi in the guest', [['', 'nvidia-smi in it…'], ...SMI], answers.get(guest) ?? '')
  smi.addEventListener('change', () => {
    if (smi.value === '') return
    answers.set(guest, smi.value)
    void befall({ kind: 'guest-smi', host: host.name, vm: vm.name, answers: smi.value })
  })
  const to = vm.state === 'Off' ? 'Running' : 'Off'
  return [
    ...rows,
    row(
      'A VM',
      vmBox,
      act(to === 'Running' ? 'Start' : 'Turn off', () => ({
        kind: 'set-vm',
        host: host.name,
        vm: vm.name,
        state: to,
      })),
      smi,
    ),
  ]
}

const armed = (faults) =>
  faults.length === 0
    ? []
    : [
        el(
          'ul',
          { class: 'armed-list', 'aria-label': 'Armed' },
          faults.map((fault) =>
            el('li', {}, `On ${fault.host}, ${wordOf(STEPS, fault.step)} ${wordOf(HOWS, fault.kind)}`),
          ),
        ),
        act('Forget them', () => ({ kind: 'forget-failures' })),
      ]

/** Redrawn only when a choice that it offers has changed. */
export const showMisfortune = (fleet) => {
  const body = byId('misfortune-body')
  if (body.childElementCount === 0)
    body.append(
      el('div', { id: 'mis-controls' }),
      el('div', { id: 'mis-armed', class: 'mis-armed' }),
      el('p', { id: 'misfortune-said', class: 'mis-said', role: 'status' }),
    )
  const offered = fleet.hosts.map(({ name, reachable, vms }) => [
    name,
    reachable,
    vms.map((vm) => [vm.name, vm.state === 'Off']),
  ])
  fill(byId('mis-controls'), [offered, chosen], () => controls(fleet))
  fill(byId('mis-armed'), fleet.faults, () => armed(fleet.faults))
  byId('armed').textContent = fleet.faults.length > 0 ? `${fleet.faults.length} armed` : ''
}
