/**
 * What an error of a host means, and what to do about it. Matched on what no host translates: codes, error ids, and names
 * of policies and paths. Texts are localised, and none is matched here. Sources are those of each row.
 */

export interface Hint {
  /** What it means, as far as that is known. */
  readonly means: string
  readonly next: string
  /** PowerShell on the host that tells more and changes nothing. */
  readonly tells: string
}

interface Known extends Hint {
  readonly sign: RegExp
}

const GPUS_OF_VMS = 'Get-VM | Get-VMAssignableDevice; Get-VMHostAssignableDevice'
const PARTITIONS =
  'Get-VMHostPartitionableGpu | Format-List Name, *Partition*; Get-VM | Get-VMGpuPartitionAdapter'

const KNOWN: readonly Known[] = [
  {
    // STATUS_HV_FEATURE_UNAVAILABLE (Microsoft, ntstatus.h); the causes are those of public reports.
    sign: /\b0xC035001E\b/i,
    means:
      'The hypervisor may not give devices to VMs: client Windows, an IOMMU that is off or not given to the hypervisor, or a slot without ACS.',
    next: 'Turn VT-d or AMD-Vi, SR-IOV and ACS on in the firmware, say `bcdedit /set hypervisoriommupolicy enable`, and restart the host. Client Windows gives no whole device to a VM.',
    tells: "(Get-VMHost).IovSupportReasons; bcdedit /enum '{current}'",
  },
  {
    // ERROR_NOT_FOUND as an HRESULT (Microsoft, [MS-ERREF]); windowsserverdocs#3083.
    sign: /\b0x80070490\b/i,
    means: 'The VM has a device that the host does not find: it was pulled, moved or renamed.',
    next: 'Compare what the VM lists with what the host has. `reconcile HOST` shows the difference and what mends it.',
    tells: GPUS_OF_VMS,
  },
  {
    // The abbreviation is not translated; Easy-GPU-PV#278.
    sign: /\bInvalid(?:Parameter|Argument)\b.*\bMMIO\b/is,
    means: 'The MMIO space of the VM reaches beyond what the processor of the host can address.',
    next: 'Ask with a smaller size, as `--mmio 64GiB`, which has to hold the GPU all the same.',
    tells: 'Get-VM | Format-Table Name, LowMemoryMappedIoSpace, HighMemoryMappedIoSpace',
  },
  {
    // Easy-GPU-PV#125; Microsoft, Open virtual machines source (OVM).
    sign: /\bRequire(?:Secure|Supported)DeviceAssignment\b/,
    means: 'A policy of the host allows only devices that Windows takes for secure, or for supported.',
    next: 'Whoever owns the host decides whether to relax it: a device that is not secure may reach memory of the host. The bot does not change it.',
    tells: "Get-ItemProperty 'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\HyperV'",
  },
  {
    // Error id and E_OUTOFMEMORY (minikube#4067, #18049).
    sign: /\bOutOfMemory\b|\b0x8007000E\b/i,
    means:
      'The host has too little free memory for the VM. A VM with a whole GPU needs all of its memory at once.',
    next: 'Stop another VM there, or give this one less memory.',
    tells:
      'Get-CimInstance Win32_OperatingSystem | Format-List FreePhysicalMemory; Get-VM | Format-Table Name, State, MemoryAssigned, MemoryStartup',
  },
  {
    // ERROR_NO_SYSTEM_RESOURCES as an HRESULT ([MS-ERREF]); for memory MSLab#300, for partitions Easy-GPU-PV#62 and #316.
    sign: /\b0x800705AA\b/i,
    means:
      'The host lacks a resource: memory, or a free partition of the very GPU that the VM names. GPUs that were replaced, moved, or got another driver are reported to end so too.',
    next: 'Look at free memory first. For a partition: take it from the VM and give it anew, once the host lists the GPU.',
    tells: PARTITIONS,
  },
  {
    // ERROR_NOT_SUPPORTED, of a clustered VM with a partition on Windows Server 2022; Easy-GPU-PV#238.
    sign: /\b0x(?:8007)?0*32\b/i,
    means:
      'The host does not support it. Reported of clustered VMs with a GPU partition on Windows Server 2022.',
    next: 'Take the VM out of the cluster, or use Windows Server 2025.',
    tells: 'Get-ClusterGroup; Get-VM | Get-VMGpuPartitionAdapter',
  },
  {
    // Microsoft, Open virtual machines source (OVM).
    sign: /\bMSVM_VMMS_PROXY_FAILED_LOAD\b/,
    means:
      'The device was dismounted, but the driver that stands in for it on the host (pcip.sys) did not start.',
    next: 'Restart the host when that is possible.',
    tells: "Get-PnpDevice -InstanceId 'PCIP\\*' | Format-List FriendlyName, Status, Problem",
  },
  {
    // The text names the path in every language; "not dismounted" is reported of it (docs/hosts.md).
    sign: /\bObjectNotFound\b.*\bPCIROOT\(/is,
    means:
      'The device is not among those that the host can give to a VM: it is not dismounted, or another VM has it.',
    next: '`reconcile HOST` shows where it is and what mends it.',
    tells: GPUS_OF_VMS,
  },
  {
    sign: /\bInvalidState\b/,
    means:
      'The VM was not in a state that allows it: something else started or stopped it, or works on it, as a backup does.',
    next: 'Wait until that is over.',
    tells: 'Get-VM | Format-Table Name, State, Status, OperationalStatus',
  },
]

/** A VM does not start, and the bot does not know why. */
const NOT_KNOWN: Hint = {
  means: 'What this error means is not known to the bot.',
  next: 'The logs of the host may say more.',
  tells:
    'Get-WinEvent -MaxEvents 20 -LogName Microsoft-Windows-Hyper-V-Worker-Admin, Microsoft-Windows-Hyper-V-VMMS-Admin | Format-List TimeCreated, Message',
}

/** What is known about the error text of a host, or of several. */
export const hintsOf = (text: string): readonly Hint[] => KNOWN.filter(({ sign }) => sign.test(text))

/** The same for a VM that does not start; of an error that is not known: where to look. */
export const startHintsOf = (text: string): readonly Hint[] => {
  const known = hintsOf(text)
  return known.length > 0 ? known : [NOT_KNOWN]
}
