/**
 * Plug and Play: GPUs, sound functions of the same cards, and what dismounting leaves (a node of the class System
 * that is present, and a trace of the old one that is not). Keys and figures: Microsoft's SurveyDDA.ps1.
 */
import { type GpuFacts, type HostFacts, placeOf } from '../../../../../src/core/inventory/inventory'
import { StubFailure, undocumented } from '../refusal'
import { type Bound, cim, text, texts, type Value } from '../wire'
import type { OtherDevice } from '../differences'
import { type Answers, factsOf, gpuRefOf, perform, type Scene } from './answer'
import { devicesIn, pooledId } from './devices'

interface Node {
  readonly instanceId: string
  readonly name: string
  readonly class: string
  readonly status: 'OK' | 'Error' | 'Unknown'
  readonly problem: number
  readonly locationPath: string | null
  /** ACPI's name of the place comes before the other: both orders exist. */
  readonly acpiFirst?: boolean
  /** By the number of the survey's key. */
  readonly survey: Readonly<Record<string, Value | undefined>>
  readonly driver: string | null
  readonly gpu: GpuFacts | null
}

const RESTART = 14

const gpuNode = (facts: HostFacts, gpu: GpuFacts, pending: Scene['pending']): Node => {
  const there = gpu.problemCode !== null
  const problem = pending.has(gpu.instanceId) ? RESTART : (gpu.problemCode ?? 45)
  return {
    instanceId: gpu.instanceId,
    // Windows' own name for what has no driver; of a device that is not there the old one stays.
    name: gpu.driverVersion === null && there ? '3D Video Controller' : gpu.model,
    class: gpu.driverVersion === null && there ? '' : 'Display',
    status: !there ? 'Unknown' : problem === 0 ? 'OK' : 'Error',
    problem,
    gpu,
    locationPath: placeOf(facts, gpu).kind.startsWith('host') ? gpu.locationPath : null,
    acpiFirst: Number(gpu.slot.slice(3)) % 2 === 1,
    driver: gpu.driverVersion,
    survey: {
      '1': gpu.deviceType ?? undefined,
      '3': gpu.baseClass ?? undefined,
      '31': gpu.acs ?? undefined,
      '34': gpu.reservedMemory ?? undefined,
    },
  }
}

/** Sound, and what else is no display, answers the survey too. */
const SOUND = 4
const surveyOf = (baseClass: number): Node['survey'] => ({ '1': 2, '3': baseClass, '31': 3, '34': false })

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
          gpu: null,
          locationPath: gpu.audioFunction,
          driver: '10.0.20348.1',
          survey: surveyOf(SOUND),
        },
      ]

const dismountedNode = ({ instanceId, locationPath }: Pick<Node, 'instanceId' | 'locationPath'>): Node => ({
  instanceId: pooledId(instanceId),
  name: 'SIMULATED: dismounted device',
  class: 'System',
  status: 'OK',
  problem: 0,
  gpu: null,
  locationPath,
  driver: null,
  survey: {},
})

/** Of a card that was taken out there is none, though a VM may list it. */
const pooledNode = (facts: HostFacts, gpu: GpuFacts): Node[] => {
  const held = facts.vms
    .flatMap(({ devices }) => devices)
    .some(({ path, device }) => path === gpu.locationPath && device === 'there')
  return held || facts.dismounted.includes(gpu.locationPath) || gpu.pool !== null ? [dismountedNode(gpu)] : []
}

/** What VMs have beside GPUs, as far as it is there. */
const vmDeviceNodes = (facts: HostFacts): Node[] =>
  facts.vms.flatMap((vm) =>
    devicesIn(vm, facts).flatMap(({ gpu, device, instanceId, locationPath }) =>
      gpu || device !== 'there' ? [] : [dismountedNode({ instanceId, locationPath })],
    ),
  )

const NO_DRIVER = 28

/** Of a device that is dismounted the old node stays as a trace. */
const otherNodes = (other: OtherDevice): Node[] => {
  const { at, baseClass, class: name } = other
  const there = at === 'host'
  const node: Node = {
    ...other,
    status: !there ? 'Unknown' : name === '' ? 'Error' : 'OK',
    problem: !there ? 45 : name === '' ? NO_DRIVER : 0,
    gpu: null,
    locationPath: there ? other.locationPath : null,
    driver: name === '' ? null : '10.0.20348.1',
    survey: there ? surveyOf(baseClass) : {},
  }
  return there ? [node] : [node, dismountedNode(other)]
}

const nodesOf = (facts: HostFacts, { pending, others }: Pick<Scene, 'pending' | 'others'>): Node[] => [
  ...facts.gpus.flatMap((gpu) => [
    gpuNode(facts, gpu, pending),
    ...soundNode(gpu),
    ...pooledNode(facts, gpu),
  ]),
  ...vmDeviceNodes(facts),
  ...others.flatMap(otherNodes),
]

const nodeMeant = (id: string, scene: Scene): Node => {
  const nodes = nodesOf(factsOf(scene), scene)
  const found = nodes.find((each) => each.instanceId.toUpperCase() === id.toUpperCase())
  if (found) return found
  throw new StubFailure(
    'CmdletizationQuery_NotFound_InstanceId',
    `SIMULATED: no device ${id}`,
    'RuntimeException',
  )
}

/** Microsoft, "Error codes in Device Manager"; the names are those of cfg.h. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'CM_PROB_NONE',
  14: 'CM_PROB_NEED_RESTART',
  22: 'CM_PROB_DISABLED',
  28: 'CM_PROB_FAILED_INSTALL',
  43: 'CM_PROB_FAILED_POST_START',
  45: 'CM_PROB_PHANTOM',
}

const objectOf = (node: Node, { older }: Scene): Value =>
  cim('Win32_PnPEntity', {
    InstanceId: node.instanceId,
    FriendlyName: node.name,
    Class: node.class,
    Status: node.status,
    Present: node.status !== 'Unknown',
    // Newer modules print the name where older ones have the number.
    ConfigManagerErrorCode: older ? node.problem : (NAMES[node.problem] ?? node.problem),
  })

const getDevice = (bound: Bound, scene: Scene): Value[] => {
  const nodes =
    bound['InstanceId'] === undefined
      ? nodesOf(factsOf(scene), scene)
      : texts(bound['InstanceId']).map((id) => nodeMeant(id, scene))
  return nodes
    .filter((node) => bound['PresentOnly'] !== true || node.status !== 'Unknown')
    .filter((node) => bound['Class'] === undefined || texts(bound['Class']).includes(node.class))
    .map((node) => objectOf(node, scene))
}

/** SurveyDDA writes two blanks before the number; both spellings name the property. */
const SURVEY = /^\{3AB22E31-8264-4b4e-9AF5-A8D2D8E33E62\} +(\d+)$/i

const dataOf = (node: Node, key: string): Value | undefined => {
  const { locationPath, driver } = node
  if (locationPath === null) return undefined
  if (key === 'DEVPKEY_Device_LocationPaths') {
    const twin = `ACPI(_SB_)#ACPI(PC00)#${locationPath.split('#').slice(1).join('#')}`
    return node.acpiFirst ? [twin, locationPath] : [locationPath, twin]
  }
  if (key === 'DEVPKEY_Device_DriverVersion') return driver ?? undefined
  const number = SURVEY.exec(key)?.[1]
  if (number === undefined || !['1', '3', '31', '34'].includes(number))
    return undocumented(`the property ${key} is in no document`)
  return node.survey[number]
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
  texts(bound['InstanceId']).flatMap((id) => {
    const { gpu } = nodeMeant(id, scene)
    if (!gpu) return undocumented('another device than a GPU is switched')
    // What waits for a restart is taken back by the opposite.
    if (kind === 'disableDevice' && scene.disableNeedsRestart !== false) {
      scene.pending.add(id)
      return []
    }
    if (scene.pending.has(id)) {
      if (scene.disableNeedsRestart !== 'kept') scene.pending.delete(id)
      return []
    }
    if (kind === 'enableDevice' && scene.enableNeedsRestart) scene.pending.add(id)
    return perform(scene, { kind, gpu: gpuRefOf(gpu) })
  })

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
