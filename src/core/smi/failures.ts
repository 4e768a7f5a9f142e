/** What a failed nvidia-smi means, and what to do about it: by problem code, by what it printed, by exit code. */

export interface Failure {
  readonly why: string
  readonly next: string
  /** More MMIO space for the VM may mend it. */
  readonly cure?: 'mmio'
  /** It is the card that fails, whatever the guest does. */
  readonly card?: true
}

const LOOK_AT_THE_DEVICE =
  'Look at the device in Device Manager (Windows) or in `dmesg` (Linux): it says why the driver does not take it.'

const NO_DRIVER: Failure = {
  why: 'no NVIDIA driver runs there',
  next: 'Install the NVIDIA driver there and restart; an assignment is in order all the same. (On a host that has given away all its NVIDIA GPUs this is normal.)',
}
/** Whose driver the device needs: NVIDIA's, or that of a maker who is not known for certain. */
type Maker = 'nvidia' | 'other'
const DRIVER = { nvidia: 'the NVIDIA driver', other: 'the driver of its maker' } as const satisfies {
  [M in Maker]: string
}
const MISMATCH: Failure = {
  why: 'the driver that runs and its library have different versions, as after an update',
  next: 'Restart that system.',
}

export const LOST: Failure = {
  why: 'the GPU is lost: it has fallen off the bus',
  card: true,
  next: 'Turn the VM off and start it again; if the GPU stays lost, restart the host.',
}

export const RESET: Failure = {
  why: 'the GPU requires a reset before it can be used again',
  card: true,
  next: 'Turn the VM off and start it again; if it says so then too, restart the host.',
}

export const UNREADABLE: Failure = {
  why: 'neither name nor UUID of the GPU can be read: the driver does not reach it',
  card: true,
  next: `Turn the VM off and start it again. If that does not help: ${LOOK_AT_THE_DEVICE}`,
}

const NO_RIGHT: Failure = {
  why: 'the account may not run nvidia-smi',
  next: 'Give the account that the bot uses there the right to run it.',
}

const CORRUPTED: Failure = {
  why: 'the infoROM of the GPU is corrupted',
  next: 'The GPU may work on; ask the maker of the card.',
}

/** A card of which that is said works all the same where its figures are there. */
export const isWarning = ({ why }: Failure): boolean => why === CORRUPTED.why

/** ConfigManagerErrorCode of the display device in a Windows guest (Microsoft: "Error codes in Device Manager"). */
const problems = (maker: Maker): { readonly [code: number]: Failure } => ({
  10: {
    why: 'the device reports Code 10: it cannot start',
    next: `Update ${DRIVER[maker]} in the guest and restart the VM.`,
  },
  12: {
    why: 'the device reports Code 12: it finds too few free resources, which here means too little MMIO space',
    next: 'Give the VM more: `resize VM --mmio more` sets the sum of all BARs and the largest one again, which holds them wherever the space begins; `--mmio SIZE` sets any other size.',
    cure: 'mmio',
  },
  22: {
    why: 'the device reports Code 22: it is disabled',
    next: 'Enable it in Device Manager of the guest.',
  },
  28:
    maker === 'nvidia'
      ? NO_DRIVER
      : {
          why: 'the device reports Code 28: it has no driver',
          next: `Install ${DRIVER[maker]} there and restart; an assignment is in order all the same.`,
        },
  31: {
    why: 'the device reports Code 31: Windows cannot load its driver',
    next: `Install ${DRIVER[maker]} in the guest anew and restart the VM.`,
  },
  43: {
    why: 'the device reports Code 43: its driver stopped it',
    next: `Update ${DRIVER[maker]} in the guest${maker === 'nvidia' ? ' (versions before 465 refuse GeForce cards in VMs)' : ''}. If that does not help, check that MMIO is large enough and that the VM has no GPU partition beside a whole GPU. A paravirtual partition needs the driver files of the host anew after each update there.`,
  },
})

/** Null where the device works, or nothing is known about it. */
export const problemOf = (code: number | null, maker: Maker): Failure | null => {
  if (code === null || code === 0) return null
  return problems(maker)[code] ?? { why: `the device reports Code ${code}`, next: LOOK_AT_THE_DEVICE }
}

/** The more particular text comes first: on Windows the first one follows the second. */
const TEXTS: readonly (Failure & { readonly holds: RegExp })[] = [
  {
    holds: /is in WDDM mode/i,
    why: 'nvidia-smi cannot reach the NVIDIA driver',
    next: 'In a VM: install the NVIDIA driver and restart the VM. If it is installed, another adapter is the primary display while the GPU is in WDDM mode: switch the GPU to TCC mode, or make it the primary display. On a host that has given away all its NVIDIA GPUs this is normal.',
  },
  { holds: /couldn['’]t communicate with the NVIDIA driver/i, ...NO_DRIVER },
  { holds: /Driver\/library version mismatch/i, ...MISMATCH },
  { holds: /Failed to initialize NVML: Insufficient Permissions/i, ...NO_RIGHT },
  // Reported of paravirtual partitions (dxgkrnl-dkms, issue 7; oneclick-gpu-pv, issue 8; WSL, issue 14339).
  {
    holds: /GPU access blocked by the operating system/i,
    why: 'the operating system there blocked the access to the GPU',
    next: 'A paravirtual partition needs the driver files of the host anew after each update there. If it has them, look on the host in which mode its driver runs the GPU, TCC or WDDM.',
  },
  {
    holds: /Failed to initialize NVML/i,
    why: 'NVML, the library by which nvidia-smi reaches the driver, does not start',
    next: 'Restart that system; if that does not help, install the NVIDIA driver there anew.',
  },
  // In place of figures, with exit code 0 as well.
  { holds: /GPU is lost/i, ...LOST },
  // Behind the figures, with exit code 0 as well.
  { holds: /infoROM is corrupted/i, ...CORRUPTED },
  {
    holds: /system not yet initialized/i,
    why: 'CUDA waits for the NVSwitch fabric of the board, which the Fabric Manager of NVIDIA sets up',
    next: 'Install the Fabric Manager there in the version of the driver, and start its service.',
  },
  {
    holds: /No devices were found/i,
    why: 'the driver runs, but finds no GPU',
    next: LOOK_AT_THE_DEVICE,
  },
  {
    holds: /Unable to determine the device handle/i,
    why: 'the driver runs, but gets no handle of a GPU: the GPU does not answer it',
    card: true,
    next: `Turn the VM off and start it again. If that does not help: ${LOOK_AT_THE_DEVICE}`,
  },
]

/** nvidia-smi often reports its failures on standard output. Its own texts are not localised. */
export const failureIn = (output: string): Failure | null => {
  const found = TEXTS.find(({ holds }) => holds.test(output))
  if (!found) return null
  const { holds, ...failure } = found
  return failure
}

/** NVIDIA: "GPU Operator, troubleshooting", exit codes of nvidia-smi; 18 was seen with a version mismatch. */
const EXITS: { readonly [code: number]: Failure } = {
  2: {
    why: 'nvidia-smi does not understand the query',
    next: 'It is too old for the columns asked for: update the NVIDIA driver.',
  },
  3: {
    why: 'the query is not available on this device',
    next: 'The assignment is in order; nvidia-smi says little about this model.',
  },
  4: NO_RIGHT,
  6: { why: 'nvidia-smi finds no such device', next: LOOK_AT_THE_DEVICE },
  8: {
    why: 'the power cables of the GPU are not attached properly',
    card: true,
    next: 'Check the cables of the card in the host.',
  },
  9: NO_DRIVER,
  10: {
    why: 'the driver has a problem with the interrupts of the GPU',
    next: 'Restart that system; `check` says whether the device has message-signalled interrupts.',
  },
  12: { why: 'the NVML library is missing', next: 'Install the NVIDIA driver there anew.' },
  13: {
    why: 'the NVML library lacks a function: it is older than nvidia-smi',
    next: 'Install the NVIDIA driver there anew.',
  },
  14: CORRUPTED,
  15: LOST,
  18: MISMATCH,
  /** As a shell says it, and the module (Smi.ps1): there is no such program. */
  127: {
    why: 'nvidia-smi is not installed there',
    next: NO_DRIVER.next,
  },
  255: {
    why: 'nvidia-smi failed for a reason that it has no code for (255)',
    next: 'Run nvidia-smi there and read what it says.',
  },
}

/** Null for success. */
export const exitOf = (code: number): Failure | null => {
  if (code === 0) return null
  return (
    EXITS[code] ?? {
      why: `nvidia-smi ended with exit code ${code}`,
      next: 'Run nvidia-smi there and read what it says.',
    }
  )
}
