/** Who there is, what the rules say, and the hosts: the simulated ones, with a few more GPUs so that several people can hold some in one VM. */
import { instanceId, locationPath, vmId } from '../../../src/core/inventory/inventory'
import { fleetFile } from '../../../src/host/simulated/fleet'
import { readFleetFile, type FleetFile } from '../../../src/host/simulated/schema'

export const PEOPLE = ['maya', 'ines', 'omar', 'lena', 'tomas', 'jonas', 'priya'] as const
export type Person = (typeof PEOPLE)[number]
export const accountOf = (person: Person) => `slack:T1/U0${person.toUpperCase()}`
export const POLICY = {
  people: Object.fromEntries(PEOPLE.map((each) => [each, { slack: `U0${each.toUpperCase()}` }])),
  roles: {
    research: ['maya', 'ines', 'omar', 'lena', 'tomas'],
    platform: ['jonas', 'tomas'],
    oncall: ['priya'],
  },
  administer: ['oncall'],
  breakGlass: ['research'],
}
/** Whoever wants may ask; what is taken back has an approver, all else has none. Tomas, who asks, is one, and may not speak for others. */
export const RULES = [
  { name: 'taking-back', commands: ['release'], ask: ['research'], approve: { by: ['platform'] } },
  { name: 'rest', ask: ['research'], approve: 'automatic', force: true },
]

type HostFile = FleetFile['hosts'][number]
type GpuFile = HostFile['gpus'][number]

const { hosts: AS_THEY_COME } = readFleetFile(fleetFile('default'))
const [HV01, HV02, HV03] = AS_THEY_COME as [HostFile, HostFile, HostFile]
const [A100, , A40] = HV01.gpus as [GpuFile, GpuFile, GpuFile]

/** The same card in another place: `number` is its own on all hosts. */
const another = (gpu: GpuFile, slot: string, number: number): GpuFile => ({
  ...structuredClone(gpu),
  slot,
  uuid: undefined,
  instanceId: instanceId.parse(gpu.instanceId.replace(/\\4&\w+&/, `\\4&5000000${number}&`)),
  locationPath: locationPath.parse(`PCIROOT(A${number})#PCI(0200)#PCI(0000)`),
})

/** On hv01 five GPUs that can be given whole and a VM for bystanders; on hv02 two beside the one that is split; hv03 answers. */
export const FLEET: FleetFile = {
  fleet: 'harm',
  hosts: [
    {
      ...HV01,
      gpus: [...HV01.gpus, another(A100, 'gpu3', 3), another(A100, 'gpu4', 4)],
      vms: [
        ...HV01.vms,
        {
          ...structuredClone(HV01.vms[1]!),
          id: vmId.parse('4b8e2d60-77c1-4f3a-9e05-6ad1c3f0b805'),
          name: 'train-03',
        },
      ],
    },
    {
      ...HV02,
      gpus: [
        ...HV02.gpus.map((gpu) => (gpu.slot === 'gpu1' ? another(A40, 'gpu1', 1) : gpu)),
        another(A100, 'gpu3', 5),
      ],
    },
    { ...HV03, reachable: true },
  ],
}
