/**
 * Plug and Play: GPUs, sound functions of the same cards, and what dismounting leaves (a node of the class System
 * that is present, and a trace of the old one that is not). Keys and figures: Microsoft's SurveyDDA.ps1.
 */
import { type GpuFacts, type HostFacts, placeOf } from '../../../../../src/core/inventory'
import { StubFailure, undocumented } from '../refusal'
import { type Bound, cim, text, texts, type Value } from '../wire'
import { type Answers, factsOf, gpuRefOf, perform, type Scene } from './answer'
import { pooledId } from './devices'

interface Node {
  readonly instanceId: string
  readonly name: string
  readonly class: string
  readonly status: 'OK' | 'Error' | 'Unknown'
  readonly problem: number
  readonly gpu: GpuFacts
  readonly locationPath: string | null
}

const gpuNode = (facts: HostFacts, gpu: GpuFacts): Node => {
  const there = gpu.problemCode !== null
  const problem = gpu.problemCode ?? 45
  return {
    instanceId: gpu.instanceId,
    name: gpu.model,
    class: gpu.driverVersion === null && there ? '' : 'Display',
    status: !there ? 'Unknown' : problem === 0 ? 'OK' : 'Error',
    problem,
    gpu,
    locationPath: placeOf(facts, gpu).kind.startsWith('host') ? gpu.locationPath : null,
  }
}

const soundNode = (gpu: GpuFacts): Node[] =>
  gpu.audioFunction === null
    ? []
    : [
        {
          instanceId: gpu.instanceId.replace(/DEV_[0-9A-F]{4}/, 'DEV_0BEE').replace(/.$/, '1'),
          name: 'High Definition Audio Controller',
          class: 'MEDIA',
          status: 'OK',
          problem: 0,
          gpu,
          locationPath: gpu.audioFunction,
        },
      ]

const pooledNode = (facts: HostFacts, gpu: GpuFacts): Node[] =>
  facts.dismounted.includes(gpu.locationPath) ||
  facts.vms.some((vm) => vm.assigned.includes(gpu.locationPath))
    ? [
        {
          instanceId: pooledId(gpu.instanceId),
          name: 'SIMULATED: dismounted device',
          class: 'System',
          status: 'OK',
          problem: 0,
          gpu,
          locationPath: gpu.locationPath,
        },
      ]
    : []

export const nodesOf = (facts: HostFacts): Node[] =>
  facts.gpus.flatMap((gpu) => [gpuNode(facts, gpu), ...soundNode(gpu), ...pooledNode(facts, gpu)])

const nodeMeant = (id: string, scene: Scene): Node => {
  const found = nodesOf(factsOf(scene)).find((each) => each.instanceId.toUpperCase() === id.toUpperCase())
  if (found) return found
  throw new StubFailure(
    'CmdletizationQuery_NotFound_InstanceId',
    `SIMULATED: no device ${id}`,
    'RuntimeException',
  )
}

const objectOf = (node: Node): Value =>
  cim('Win32_PnPEntity', {
    InstanceId: node.instanceId,
    FriendlyName: node.name,
    Class: node.class,
    Status: node.status,
    Present: node.status !== 'Unknown',
    // Newer modules print the name where older ones have the number.
    ConfigManagerErrorCode:
      node.problem === 22 ? 'CM_PROB_DISABLED' : node.problem === 0 ? 'CM_PROB_NONE' : node.problem,
  })

const getDevice = (bound: Bound, scene: Scene): Value[] => {
  const nodes =
    bound['InstanceId'] === undefined
      ? nodesOf(factsOf(scene))
      : texts(bound['InstanceId']).map((id) => nodeMeant(id, scene))
  return nodes
    .filter((node) => bound['PresentOnly'] !== true || node.status !== 'Unknown')
    .filter((node) => bound['Class'] === undefined || texts(bound['Class']).includes(node.class))
    .map(objectOf)
}

/** SurveyDDA writes two blanks before the number; both spellings name the property. */
const SURVEY = /^\{3AB22E31-8264-4b4e-9AF5-A8D2D8E33E62\} +(\d+)$/i

const dataOf = (node: Node, key: string): Value | undefined => {
  if (node.locationPath === null) return undefined
  const survey = SURVEY.exec(key)?.[1]
  if (key === 'DEVPKEY_Device_LocationPaths')
    return [node.locationPath, `ACPI(_SB_)#ACPI(PC00)#${node.locationPath.split('#').slice(1).join('#')}`]
  if (node.class === 'MEDIA' || node.class === 'System') return undefined
  if (key === 'DEVPKEY_Device_DriverVersion') return node.gpu.driverVersion ?? undefined
  if (survey === '1') return node.gpu.deviceType ?? undefined
  if (survey === '3') return node.gpu.baseClass ?? undefined
  if (survey === '31') return node.gpu.acs ?? undefined
  if (survey === '34') return node.gpu.reservedMemory ?? undefined
  return undocumented(`the property ${key} is in no document`)
}

const getProperty = (bound: Bound, scene: Scene): Value[] => {
  const keys = texts(bound['KeyName'])
  if (keys.length === 0) undocumented('all properties of a device at once')
  return texts(bound['InstanceId']).flatMap((id) => {
    const node = nodeMeant(id, scene)
    return keys.map((key) => {
      const data = dataOf(node, key)
      return cim('DeviceProperty', {
        KeyName: key,
        Type: data === undefined ? 'Empty' : 'String',
        Data: data ?? null,
      })
    })
  })
}

const change = (kind: 'disableDevice' | 'enableDevice') => (bound: Bound, scene: Scene) =>
  texts(bound['InstanceId']).flatMap((id) =>
    perform(scene, { kind, gpu: gpuRefOf(nodeMeant(id, scene).gpu) }),
  )

export const pnpAnswers: Answers = {
  'Get-PnpDevice': getDevice,
  'Get-PnpDeviceProperty': getProperty,
  'Disable-PnpDevice': change('disableDevice'),
  'Enable-PnpDevice': change('enableDevice'),
  'Get-ItemProperty': (bound, scene) => {
    const path = text(bound['LiteralPath']) ?? texts(bound['LiteralPath'])[0] ?? texts(bound['Path'])[0]
    if (path !== 'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\HyperV')
      undocumented(`the registry key ${path}`)
    const { requireSecureDeviceAssignment: secure, requireSupportedDeviceAssignment: supported } =
      factsOf(scene).policies
    if (secure === null && supported === null)
      throw new StubFailure(
        'PathNotFound',
        `Cannot find path '${path}' because it does not exist.`,
        'ItemNotFoundException',
      )
    return [
      cim('RegistryKey', {
        ...(secure === null ? {} : { RequireSecureDeviceAssignment: Number(secure) }),
        ...(supported === null ? {} : { RequireSupportedDeviceAssignment: Number(supported) }),
      }),
    ]
  },
}
