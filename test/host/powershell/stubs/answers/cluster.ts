/**
 * The failover cluster of a host: its name, and for each clustered VM a resource and one for its configuration. By CIM, as the
 * module asks (Microsoft, "MSCluster_Resource class", "Virtual Machine Private Properties"), and by the commands of
 * FailoverClusters, as people do by hand.
 */
import type { VmFacts } from '../../../../../src/core/inventory/inventory'
import { guidOf } from '../../../../../src/host/simulated/messages'
import { StubFailure, undocumented } from '../refusal'
import { type Bound, cim, deserialized, objects, text, typed, uint32, type Value } from '../wire'
import { type Answers, factsOf, perform, type Scene, vmRefOf } from './answer'

const objectOf = ({ clusterObjects }: Scene) => (clusterObjects === 'live' ? typed : deserialized)

const resourceOf = ({ id, name }: VmFacts, type: string, scene: Scene): Value =>
  objectOf(scene)('ClusterResource', {
    Id: guidOf(id, type),
    Name: `${type} ${name}`,
    ResourceType: type,
    State: 'Online',
    OwnerGroup: name,
  })

/** The VM that this resource is; its configuration has no offline action. */
const vmBehind = (bound: Bound, scene: Scene): VmFacts => {
  if (scene.clusterObjects === 'deserialized')
    throw new StubFailure(
      'InputObjectNotBound',
      'SIMULATED: the input object cannot be bound to any parameters for the command.',
      'RuntimeException',
    )
  const [resource] = objects(bound['InputObject'])
  const id = text(resource?.['Id'])
  const found = factsOf(scene).vms.find((vm) => vm.clustered && guidOf(vm.id, 'Virtual Machine') === id)
  return found ?? undocumented('a parameter of another resource')
}

const TYPES = ['Virtual Machine', 'Virtual Machine Configuration'] as const

const instanceOf = ({ id, name, offlineAction }: VmFacts, type: (typeof TYPES)[number]): Value =>
  cim('MSCluster_Resource', {
    Name: `${type} ${name}`,
    Type: type,
    OwnerGroup: name,
    PrivateProperties: cim('MSCluster_Property', {
      VmId: id,
      ...(type === 'Virtual Machine' ? { OfflineAction: uint32(offlineAction ?? 1) } : {}),
    }),
  })

/** Only a node of a cluster has the namespace. */
const clusterOf = (scene: Scene): string => {
  const { cluster } = factsOf(scene)
  if (cluster === null || scene.clusterSilent)
    throw new StubFailure('HRESULT 0x8004100e', 'SIMULATED: invalid namespace', 'RuntimeException')
  return cluster
}

/** Get-CimInstance in root/MSCluster. */
export const clusterInstances = (bound: Bound, scene: Scene): Value[] => {
  const [name, filter] = [text(bound['ClassName']), text(bound['Filter'])]
  const cluster = clusterOf(scene)
  if (name === 'MSCluster_Cluster' && filter === undefined) return [cim(name, { Name: cluster })]
  if (name !== 'MSCluster_Resource') return undocumented(`the class ${name ?? ''} of a cluster`)
  const types = TYPES.filter((type) => filter === undefined || filter === `Type = '${type}'`)
  if (types.length === 0) undocumented('another filter')
  return factsOf(scene)
    .vms.filter(({ clustered }) => clustered)
    .flatMap((vm) => types.map((type) => instanceOf(vm, type)))
}

/** Set-CimInstance of a resource: what is named in -Property is written, and nothing that was changed in the instance alone. */
const setInstance = (bound: Bound, scene: Scene): readonly Value[] => {
  clusterOf(scene)
  const [resource] = objects(bound['InputObject'])
  const [properties] = objects(bound['Property'])
  const [before] = objects(resource?.['PrivateProperties'])
  const [after] = objects(properties?.['PrivateProperties'])
  const vm = factsOf(scene).vms.find((each) => each.clustered && each.id === text(before?.['VmId']))
  if (!vm || text(resource?.['Type']) !== 'Virtual Machine' || Object.keys(properties ?? {}).length !== 1)
    return undocumented('a change of anything but the private properties of a VM')
  return perform(scene, {
    kind: 'setOfflineAction',
    vm: vmRefOf(vm),
    from: vm.offlineAction ?? 0,
    to: Number(after?.['OfflineAction']),
  })
}

const only = (bound: Bound): void => {
  if (text(bound['Name']) !== 'OfflineAction' && !isOfflineAction(bound['Name']))
    undocumented('a parameter other than OfflineAction')
}
const isOfflineAction = (value: Value | undefined): boolean =>
  Array.isArray(value) && value.length === 1 && value[0] === 'OfflineAction'

export const clusterAnswers: Answers = {
  'Set-CimInstance': setInstance,
  'Get-Cluster': (_, scene) => {
    const { cluster, name } = factsOf(scene)
    if (cluster === null)
      throw new StubFailure(
        'StubNoCluster',
        `SIMULATED: ${name} is a node of no cluster`,
        'ClusterCmdletException',
      )
    return [objectOf(scene)('Cluster', { Name: cluster })]
  },
  'Get-ClusterResource': (bound, scene) => {
    const id = text(bound['VMId']) ?? undocumented('resources but by -VMId')
    const vm = factsOf(scene).vms.find((each) => each.id === id.toLowerCase() && each.clustered)
    const types = vm ? TYPES : []
    return types.map((type) => resourceOf(vm!, type, scene))
  },
  'Get-ClusterParameter': (bound, scene) => {
    only(bound)
    const vm = vmBehind(bound, scene)
    return [
      typed('ClusterParameter', {
        ClusterObject: vm.name,
        Name: 'OfflineAction',
        Value: vm.offlineAction,
      }),
    ]
  },
  'Set-ClusterParameter': (bound, scene) => {
    only(bound)
    const vm = vmBehind(bound, scene)
    return perform(scene, {
      kind: 'setOfflineAction',
      vm: vmRefOf(vm),
      from: vm.offlineAction ?? 0,
      to: Number(bound['Value']),
    })
  },
}
