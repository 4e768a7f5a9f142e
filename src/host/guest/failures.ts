/**
 * Why a guest could not be asked, told from what ssh itself says (its log, never what the guest printed). The texts of
 * OpenSSH are not localised. None of them is passed on: they hold paths and accounts, and words of the far side.
 */
export type GuestFailure =
  /** Another address of the guest may answer. */
  | { readonly kind: 'unreachable'; readonly what: string }
  /** The machine at this address is another one, or has a new key. */
  | { readonly kind: 'other-key' }
  /** The guest was found; no other address will do better. */
  | { readonly kind: 'final'; readonly why: string }

const final = (why: string): GuestFailure => ({ kind: 'final', why })
const unreachable = (what: string): GuestFailure => ({ kind: 'unreachable', what })

const HELP = 'see docs/guests.md'

const SAYINGS: readonly { readonly says: RegExp; readonly failure: GuestFailure }[] = [
  { says: /^ssh: connect to host .*: Connection refused$/m, failure: unreachable('refuses the connection') },
  {
    says: /^ssh: connect to host .*: (Connection|Operation) timed out$|^Connection timed out during banner exchange$/m,
    failure: unreachable('does not answer'),
  },
  {
    says: /^ssh: connect to host .*: (No route to host|Network is (unreachable|down)|Host is down)$/m,
    failure: unreachable('is not reachable from the bot'),
  },
  { says: /^ssh: connect to host /m, failure: unreachable('cannot be connected to') },
  { says: /^Host key verification failed\.$/m, failure: { kind: 'other-key' } },
  {
    says: /^Unable to negotiate with .*no matching host key type/m,
    failure: final(
      `the guest has no host key of a kind that the bot's ssh takes: give it an ed25519 key and pin that one (${HELP})`,
    ),
  },
  {
    says: /^Unable to negotiate with /m,
    failure: final(
      'ssh of the bot and of the guest have no way of encryption in common: update the older of the two',
    ),
  },
  {
    says: /^Permissions .* are too open\.$|UNPROTECTED PRIVATE KEY FILE/m,
    failure: final(
      "the bot's key for this guest may be read by others, so ssh does not use it: give the file mode 0600",
    ),
  },
  {
    says: /^Load key /m,
    failure: final(
      "the bot's key for this guest cannot be read by ssh: it needs an OpenSSH private key without a passphrase",
    ),
  },
  {
    // Methods in brackets are those that the guest would take instead.
    says: /: Permission denied \([^)]*\bpublickey\b[^)]*\)\.$/m,
    failure: final(
      `the guest refuses the bot's account or key: check the account and its authorized_keys there (${HELP})`,
    ),
  },
  {
    says: /: Permission denied \(/m,
    failure: final(
      `the guest asks the bot's account for more than its key, such as a password: let it in by the key alone (${HELP})`,
    ),
  },
  {
    says: /^(kex_exchange_identification|ssh_exchange_identification|Connection (closed|reset) by|banner exchange|Received disconnect from|Disconnected from)/m,
    failure: unreachable('ends the connection before anybody is let in'),
  },
]

/** What came of a run that ended with 255, with which both ssh and nvidia-smi end; null where nvidia-smi said it. */
export const failureOf = (log: string, stderr: string): GuestFailure | null => {
  const lines = log.replaceAll('\r', '')
  if (/^Authenticated to /m.test(lines)) {
    const lost =
      /^(client_loop:|Connection to .* closed by remote host|Read from remote host|Timeout, server )/m
    return lost.test(lines) || lost.test(stderr)
      ? final('the connection to the guest was lost: ask again, and look whether it has restarted')
      : null
  }
  return (
    SAYINGS.find(({ says }) => says.test(lines))?.failure ??
    final('ssh ended for a reason that the bot does not know: run it by hand as the bot does (' + HELP + ')')
  )
}
