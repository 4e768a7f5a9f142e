/** What the help of several commands says in the same words. */
export const CONSENTS_SAY = [
  '`--shutdown` allows a running VM to be shut down through its guest; without it a running VM is left alone.',
  '`--power-off` has it turned off like a power cut instead: unsaved work is lost.',
  '`--no-start` leaves a VM that was off switched off; one that ran before always runs again.',
  '`--dry-run` shows the plan and stops. `--script` shows the plan as one PowerShell script.',
]
export const BREAK_GLASS_SAYS =
  '`--break-glass` goes on without approval, for those whom the policy lets; it needs a reason and is announced.'
export const REASON_SAYS =
  '`because` takes the rest of the line, up to 500 characters. Flags at its very end are still flags; a reason that is quoted as a whole may contain anything.'
export const LEASE_SAYS =
  '`for 8h` or `until friday`, `until 18:00`, `until 2026-12-01 09:00` says how long it is lent; the times are those of your own time zone, unless a city is named: `until 9am in Berlin`. You are reminded before the end.'
export const LEASE_NAMED_SAYS =
  'A GPU means your own lease of it, and no name your only one. The id is that of the request by which you got it; `list --mine` shows them.'
export const RESTORE_SAYS =
  '`--restore R-12` puts back what that request lent and somebody changed on the host: its holder and its end stay.'
export const VM_NAMES_SAY =
  'VM names need not be unique: `hv01/train-01`, or the id of the VM, says which. Names with spaces go in quotes.'
export const ENTRY_ID_SAYS = 'A place in the queue is written `Q-3` or just `3`.'
export const MMIO_SAYS =
  '`--mmio 193GiB` is how much high MMIO space the VM gets in place of what is computed; `--mmio more` is the sum of all BARs and the largest one again.'
export const REQUEST_ID_SAYS = 'A request is written `R-12` or just `12`.'
