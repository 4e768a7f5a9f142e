/** What a script asks of its host, in PowerShell: the same that the bot's own orders expect. */
import type { Expectation, Step, VmRef } from './step'
import { expectationOf } from './step'
import { quoted, getVm } from './steps/row'

export interface ScriptCheck {
  /** What it is about: of the first one about each thing all must hold before anything is done. */
  readonly about: string
  /** An expression that is true where the step may be done. */
  readonly holds: string
  /** What it expects, as a clause. */
  readonly words: string
}

type Gpu = NonNullable<Expectation['gpu']>

const PLACES = {
  'host-enabled': 'enabled on the host',
  'host-disabled': 'disabled on the host',
  dismounted: 'dismounted from the host',
  assigned: 'assigned to its VM',
} as const satisfies { readonly [K in Gpu['place']['kind']]: string }

/** Of Place, below. */
const placeName = ({ place }: Gpu): string =>
  place.kind === 'assigned' ? `assigned ${place.vm}` : place.kind

const stateOf = (vm: VmRef, states: readonly string[]): ScriptCheck => ({
  about: `vm ${vm.id}`,
  holds: `${getVm(vm)}.State -in ${states.map(quoted).join(', ')}`,
  words: `${vm.name} is ${states.join(' or ').toLowerCase()}`,
})

const placeOf = (alias: string, gpu: Gpu): ScriptCheck => ({
  about: `gpu ${gpu.locationPath}`,
  holds: `(Place ${quoted(gpu.locationPath)} ${quoted(gpu.instanceId)}) -eq ${quoted(placeName(gpu))}`,
  words: `${alias} is ${PLACES[gpu.place.kind]}`,
})

/** The adapters of this GPU among those of a VM; older ones do not tell their GPU. */
const adaptersOf = (
  { name, commands }: { name: string; commands: 'older' | 'current' },
  vm: string,
): string =>
  `Get-VMGpuPartitionAdapter -VM ${vm}${commands === 'current' ? ` | Where-Object InstancePath -eq ${quoted(name)}` : ''}`

const partitionOf = (
  step: Extract<Step, { partition: unknown }>,
  expected: Expectation['partition'],
): ScriptCheck[] => {
  if (!expected) return []
  const about = `partitions ${step.gpu.locationPath}`
  const { partition, gpu } = step
  if (expected.kind === 'unused') {
    const list = partition.commands === 'current' ? 'Get-VMHostPartitionableGpu' : 'Get-VMPartitionableGpu'
    return [
      {
        about: `${about} count`,
        holds: `(${list} | Where-Object Name -eq ${quoted(partition.name)}).PartitionCount -eq ${expected.count}`,
        words: `${gpu.alias} is split into ${expected.count}`,
      },
      {
        about,
        holds: `@(Get-VM | ForEach-Object { ${adaptersOf(partition, '$_')} }).Count -eq 0`,
        words: `no VM has a partition of ${gpu.alias}`,
      },
    ]
  }
  const vm = 'vm' in step ? step.vm : null
  if (!vm) return []
  return [
    {
      about: `${about} ${vm.id}`,
      holds: `@(${adaptersOf(partition, getVm(vm))}).Count -eq ${expected.kind === 'held' ? 1 : 0}`,
      words: `${vm.name} has ${expected.kind === 'held' ? 'one partition' : 'no partition'} of ${gpu.alias}`,
    },
  ]
}

/** What must hold before the step. */
export const checksOf = (step: Step): readonly ScriptCheck[] => {
  const { vm, gpu, partition } = expectationOf(step)
  return [
    ...(vm && 'vm' in step ? [stateOf(step.vm, vm.states)] : []),
    ...(gpu && 'gpu' in step ? [placeOf(step.gpu.alias, gpu)] : []),
    ...('partition' in step ? partitionOf(step, partition) : []),
  ]
}

export const isPower = ({ about }: ScriptCheck): boolean => about.startsWith('vm ')
/** Needs the function below. */
export const isPlaceCheck = ({ about }: ScriptCheck): boolean => about.startsWith('gpu ')

/**
 * Where a device is, in the words of `placeName`: a VM's whatever the pool says. The codes are those of "Error codes in Device
 * Manager" (Microsoft), by number or, in newer modules, by name.
 */
export const PLACE_FUNCTION = [
  'function Place($path, $id) {',
  '  foreach ($vm in Get-VM) {',
  '    if (Get-VMAssignableDevice -VM $vm | Where-Object LocationPath -eq $path) { return "assigned $($vm.Id)" }',
  '  }',
  "  if (Get-VMHostAssignableDevice | Where-Object LocationPath -eq $path) { return 'dismounted' }",
  '  $node = Get-PnpDevice -InstanceId $id',
  "  if ([string] $node.Status -eq 'Unknown') { return 'missing' }",
  '  switch ([string] $node.ConfigManagerErrorCode) {',
  "    { $_ -in '14', 'CM_PROB_NEED_RESTART' } { return 'restart-pending' }",
  "    { $_ -in '22', 'CM_PROB_DISABLED' } { return 'host-disabled' }",
  "    default { return 'host-enabled' }",
  '  }',
  '}',
]
