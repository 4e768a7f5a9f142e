// The fleet: each host with its GPUs and VMs, and a line from a GPU to each VM that has it or shares it.
import { byId, el, fill, postJson, svg } from './dom.js'

const PLACES = {
  'host-enabled': 'on the host',
  'host-disabled': 'disabled',
  'restart-pending': 'waits for a restart',
  dismounted: 'dismounted',
  pooled: 'in a resource pool',
  assigned: 'in',
  missing: 'not present',
}
const GUESTS = { windows: 'Windows', linux: 'Linux', unknown: '' }

const gib = (bytes) => (bytes === null ? null : `${Math.round(bytes / 2 ** 30)} GB`)
const shortModel = (model) => model.replace(/^NVIDIA\s+/i, '').replace(/\s+\d+\s?GB\b/i, '')

const gpuRemarks = (gpu) => [
  gpu.noAcs ? 'no ACS' : null,
  gpu.problemCode === 28 ? 'no driver' : null,
  gpu.partitions ? `GPU-P, ${gpu.holders.length} of ${gpu.partitions}` : null,
]

const place = (gpu) => (gpu.place === 'assigned' ? `in ${gpu.holders[0]}` : (PLACES[gpu.place] ?? gpu.place))

const gpuRow = (gpu) =>
  el(
    'li',
    { class: 'gpu', 'data-place': gpu.place, 'data-slot': gpu.slot },
    el(
      'span',
      { class: 'gpu-line' },
      el('strong', {}, gpu.slot),
      el('span', { class: 'gpu-model', title: gpu.model }, shortModel(gpu.model)),
      gib(gpu.memoryBytes) ? el('span', { class: 'quiet' }, gib(gpu.memoryBytes)) : null,
    ),
    el(
      'span',
      { class: 'gpu-line' },
      el('span', { class: 'place' }, place(gpu)),
      gpuRemarks(gpu)
        .filter(Boolean)
        .map((remark) => el('span', { class: 'remark' }, remark)),
    ),
  )

const vmState = (vm) =>
  [
    vm.state.toLowerCase(),
    GUESTS[vm.guest],
    vm.generation === 1 ? 'gen 1' : '',
    vm.checkpoints > 0 ? 'checkpoints' : '',
    vm.isReplica ? 'replica' : '',
  ]
    .filter(Boolean)
    .join(' · ')

const vmRow = (vm) =>
  el(
    'li',
    { class: 'vm', 'data-state': vm.state, 'data-name': vm.name },
    el('span', { class: 'power', 'aria-hidden': 'true' }),
    el(
      'span',
      { class: 'vm-text' },
      el('strong', { title: vm.name }, vm.name),
      el('span', { class: 'quiet', title: vmState(vm) }, vmState(vm)),
    ),
  )

const hostCard = (host) =>
  el(
    'article',
    { class: `host ${host.reachable ? '' : 'away'}`, 'aria-label': `Host ${host.name}` },
    el(
      'header',
      { class: 'host-head' },
      el('h3', {}, host.name),
      el('span', { class: 'quiet host-os', title: host.os }, host.os.replace(/^Microsoft\s+/, '')),
      host.reachable
        ? el('span', { class: 'reach' }, 'reachable')
        : [
            el('span', { class: 'reach' }, 'not reachable'),
            el(
              'button',
              {
                type: 'button',
                class: 'small',
                onclick: () => postJson('/playground/world', { kind: 'reconnect', host: host.name }),
              },
              'Connect',
            ),
          ],
    ),
    el(
      'div',
      { class: 'host-body' },
      svg('svg', { class: 'wires', 'aria-hidden': 'true' }),
      el('ul', { class: 'gpus', 'aria-label': 'GPUs' }, host.gpus.map(gpuRow)),
      el('ul', { class: 'vms', 'aria-label': 'Virtual machines' }, host.vms.map(vmRow)),
    ),
  )

/** A curve from the right edge of the GPU to the left edge of each VM that holds it. */
const drawWires = (card, host) => {
  const body = card.querySelector('.host-body')
  const frame = body.getBoundingClientRect()
  const holdings = host.gpus.flatMap((gpu) => gpu.holders.map((holder) => ({ slot: gpu.slot, holder })))
  const wires = holdings.flatMap(({ slot, holder }) => {
    const gpu = card.querySelector(`.gpu[data-slot="${slot}"]`)
    const vm = [...card.querySelectorAll('.vm')].find((each) => each.dataset.name === holder)
    if (!gpu || !vm) return []
    const from = gpu.getBoundingClientRect()
    const to = vm.getBoundingClientRect()
    const [x1, y1] = [from.right - frame.left, from.top + from.height / 2 - frame.top]
    const [x2, y2] = [to.left - frame.left, to.top + to.height / 2 - frame.top]
    const middle = (x1 + x2) / 2
    return [
      svg('path', { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}` }),
      svg('circle', { cx: x1, cy: y1, r: 3 }),
      svg('circle', { cx: x2, cy: y2, r: 3 }),
    ]
  })
  card.querySelector('.wires').replaceChildren(...wires)
}

/** Marks what is not as it was, so that the eye finds it. */
const flash = (card, before, host) => {
  const moved = (list, key, now) => list?.find((each) => each[key] === now[key])
  host.gpus.forEach((gpu) => {
    const old = moved(before?.gpus, 'slot', gpu)
    if (old && (old.place !== gpu.place || old.holders.join() !== gpu.holders.join()))
      card.querySelector(`.gpu[data-slot="${gpu.slot}"]`)?.classList.add('flash')
  })
  host.vms.forEach((vm) => {
    const old = moved(before?.vms, 'name', vm)
    if (old && old.state !== vm.state)
      [...card.querySelectorAll('.vm')].find((each) => each.dataset.name === vm.name)?.classList.add('flash')
  })
}

const shown = new Map()
// A card that was redrawn is no longer on the page.
const resized = new window.ResizeObserver((entries) =>
  entries.forEach(({ target }) => {
    const slot = target.parentElement
    if (slot) drawWires(target, shown.get(slot.dataset.host))
    else resized.unobserve(target)
  }),
)

export const showFleet = (fleet) => {
  const hosts = byId('hosts')
  fill(
    hosts,
    fleet.hosts.map((host) => host.name),
    () => fleet.hosts.map((host) => el('div', { class: 'host-slot', 'data-host': host.name })),
  )
  for (const host of fleet.hosts) {
    const slot = [...hosts.children].find((each) => each.dataset.host === host.name)
    if (!fill(slot, host, () => hostCard(host))) continue
    const card = slot.firstElementChild
    flash(card, shown.get(host.name), host)
    shown.set(host.name, host)
    drawWires(card, host)
    resized.observe(card)
  }
}
