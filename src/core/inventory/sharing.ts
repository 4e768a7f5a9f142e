/**
 * What follows from the release of Windows. Sources: Microsoft, "GPU partitioning" and "Use GPUs with clustered VMs" (both
 * from Windows Server 2025 on, and from version 22H2 of Azure Stack HCI, now Azure Local, on); "Supported operations for
 * Azure Local virtual machines" (whose GPUs are attached and detached by Azure CLI alone).
 */
import type { HostFacts } from './inventory'

type Os = HostFacts['os']

const SHARING = {
  '2016': 'no',
  '2019': 'no',
  '2022': 'no',
  '23H2': 'no',
  '2025': 'yes',
  'azure-local': 'yes',
  client: 'no',
  unknown: 'unknown',
} as const satisfies { readonly [R in Os['release']]: 'yes' | 'no' | 'unknown' }

/** Does Microsoft support partitions of GPUs there, and pools of GPUs for the VMs of a cluster? The two came together. */
export const sharingSupport = ({ release }: Os): 'yes' | 'no' | 'unknown' => SHARING[release]

/** What is to be said about the release itself, and what to do; null where nothing is. */
export const releaseDoubt = ({
  name,
  os,
}: Pick<HostFacts, 'name' | 'os'>): { readonly reason: string; readonly fix: string } | null => {
  if (os.release === 'unknown')
    return {
      reason: `${name} runs ${os.caption}, of a release that this bot does not know: what holds for others may not hold for it`,
      fix: 'Try it with verify-host first, or take a newer version of the bot',
    }
  if (os.release === 'azure-local')
    return {
      reason: `${name} runs ${os.caption}: the GPUs of a VM that Azure Arc manages are given and taken by Azure CLI alone, and the host does not tell which VMs those are`,
      fix: "Let the host's allow-list name no VM that Azure Arc manages",
    }
  return null
}
