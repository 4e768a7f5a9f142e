/** What a host with nothing on it writes. */
export const BARE_INVENTORY = {
  module: 1,
  os: { caption: 'Microsoft Windows Server 2022 Datacenter', build: '20348', productType: 3 },
  iov: { supported: true, reasons: [] },
  policies: { RequireSecureDeviceAssignment: null, RequireSupportedDeviceAssignment: null },
  devices: [],
  dismounted: [],
  vms: [],
  cluster: null,
  partitionCommand: null,
  gpus: [],
}
