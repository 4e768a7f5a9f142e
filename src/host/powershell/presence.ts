/** Is a device there that a VM lists? */
import type { VmDevice } from '../../core/inventory/inventory'
import { isListedGpu, pciIdIn } from '../pci-ids'
import type { RawEntry, RawInventory } from './raw'
import { isSameDevice } from './same-device'

/**
 * `gone` where neither node of the device is present, the one on the host and the one that a dismounted device has: that
 * is deduced, no document says it. Earlier modules looked at displays alone: of them, and of no disk or adapter, it is
 * known that they are gone.
 */
export const presenceOf = (entry: RawEntry, raw: RawInventory): VmDevice['device'] => {
  const { instanceId: id, locationPath: path, present } = entry
  if (present !== null) return present ? 'there' : 'gone'
  const dismounted = raw.dismounted.some(
    (each) => (path !== '' && each.locationPath === path) || (id !== '' && isSameDevice(each.instanceId, id)),
  )
  if (dismounted) return 'there'
  if (id === '') return 'gone'
  if (raw.pooled?.some((each) => isSameDevice(each, id))) return 'there'
  const node = raw.devices.find((each) => isSameDevice(each.instanceId, id))
  if (node) return node.present ? 'there' : 'unknown'
  const pci = pciIdIn(id)
  return pci !== null && isListedGpu(pci) ? 'gone' : 'unknown'
}
