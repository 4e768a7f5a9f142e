/** The failover cluster of a host: its name, and for each clustered VM a resource and one for its configuration. */
import type { VmFacts } from '../../../../../src/core/inventory'
import { guidOf } from '../../../../../src/host/simulated/messages'
import { StubFailure, undocumented } from '../refusal'
import { type Bound, deserialized, objects, text, typed, type Value } from '../wire'
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

const only = (bound: Bound): void => {
  if (text(bound['Name']) !== 'OfflineAction' && !isOfflineAction(bound['Name']))
    undocumented('a parameter other than OfflineAction')
}
const isOfflineAction = (value: Value | undefined): boolean =>
  Array.isArray(value) && value.length === 1 && value[0] === 'OfflineAction'

export const clusterAnswers: Answers = {
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
    const types = vm ? ['Virtual Machine', 'Virtual Machine Configuration'] : []
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
