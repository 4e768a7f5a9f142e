// Hosts of 8 GPUs and 8 VMs each, one GPU in two with a VM. They answer at once, with facts made beforehand: the bench
// measures the bot, not the simulation.
import { openSimulatedFleet } from '../../dist/host/simulated/fleet.js'
import { systemClock } from '../../dist/clock.js'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const GPUS = 8
const hex = (number, digits) => number.toString(16).toUpperCase().padStart(digits, '0')
const pathOf = (gpu) => `PCIROOT(${hex(gpu + 1, 2)})#PCI(0300)#PCI(0000)`

const gpuOf = (_, gpu) => ({
  slot: `gpu${gpu}`,
  instanceId: `PCI\\VEN_10DE&DEV_20B5&SUBSYS_153310DE&REV_A1\\4&18416DC3&0&${hex(gpu, 4)}`,
  locationPath: pathOf(gpu),
  model: 'NVIDIA A100 80GB PCIe',
  memory: '80GiB',
  driver: '31.0.15.5222',
  bars: [{ size: '128GiB', bits: 64 }],
})
const vmOf = (host) => (_, vm) => ({
  id: `6f1d2c3b-0000-4000-8000-${hex(host * 100 + vm, 12).toLowerCase()}`,
  name: `train-${host}-${vm}`,
  state: 'Off',
  guest: 'linux',
  memory: { startup: '32GiB' },
  assigned: vm % 2 === 0 ? [pathOf(vm)] : [],
})
const hostOf = (_, host) => ({
  name: `hv${String(host).padStart(4, '0')}`,
  os: { caption: 'Microsoft Windows Server 2025 Datacenter', edition: 'server', release: '2025' },
  physicalAddressBits: 46,
  forceDismount: false,
  gpus: Array.from({ length: GPUS }, gpuOf),
  vms: Array.from({ length: GPUS }, vmOf(host)),
})

/** The file of a simulated fleet of so many hosts. */
export const writeFleet = (count, directory) => {
  const file = join(directory, 'fleet.yaml')
  writeFileSync(file, JSON.stringify({ fleet: 'bench', hosts: Array.from({ length: count }, hostOf) }))
  return file
}

/** `change(n)`: one host in ten has another VM running from the next reading on. */
export const fleetOf = (count, directory) => {
  const file = writeFleet(count, directory)
  const fleet = openSimulatedFleet({ file, stateFile: null, clock: systemClock, latency: 'none' })
  const facts = new Map(fleet.hosts.map(({ name }) => [name, fleet.world.facts(name)]))
  const change = (round) => {
    fleet.hosts.forEach(({ name }, index) => {
      if (index % 10 !== round % 10) return
      const now = facts.get(name)
      const [vm, ...others] = now.vms
      facts.set(name, {
        ...now,
        vms: [{ ...vm, state: vm.state === 'Off' ? 'Running' : 'Off' }, ...others],
      })
    })
  }
  const hosts = fleet.hosts.map((host) => ({ ...host, inventory: async () => facts.get(host.name) }))
  return { hosts: new Map(hosts.map((host) => [host.name, host])), change }
}
