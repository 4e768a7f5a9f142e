/** What to do about a host that is not reached. What ssh complains of is English everywhere; what Windows says is not. */
import type { HostConfig } from '../host/powershell/config'

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /starting PowerShell/,
    'Install PowerShell 7 where the bot runs, so that pwsh is on its path, or name the program as `powershell:` in the configuration.',
  ],
  [
    /host key .* has changed|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    'Find out why first: another machine may answer. Then correct `hostKeys`.',
  ],
  [
    /host key is known|Host key verification failed/i,
    'Read the key on the host itself and add it to `hostKeys`.',
  ],
  [
    /Permission denied/i,
    'Put the public half of `keyFile` into gpuchatops_authorized_keys on the host, check `user`, and restart sshd.',
  ],
  [/Could not resolve|Name or service not known/i, 'Correct `computer`, or ask whoever runs the DNS.'],
  [/Connection refused/i, 'Start sshd on the host (Start-Service -Name sshd), or correct `port`.'],
  [/timed out|No route to host/i, 'Is the host up, and does its firewall let this machine in?'],
  [
    /subsystem request failed/i,
    'sshd has no subsystem called powershell: run Register-GpuChatOps.ps1 -Ssh on the host and restart sshd.',
  ],
  [
    /Load key|identity file|no such identity/i,
    'Correct `keyFile`: an OpenSSH private key without a passphrase, mode 0600.',
  ],
  [
    /credential .* is not there/i,
    'Set the two variables NAME_USER and NAME_PASSWORD, or store the secret in the vault.',
  ],
]

const BY_HAND: { readonly [K in HostConfig['via']]: string } = {
  local: 'Open PowerShell as the account that the bot runs as, and try: Get-VM',
  winrm:
    'From where the bot runs, as its account: Test-WSMan COMPUTER -UseSSL, then Enter-PSSession with the same endpoint.',
  ssh: 'From where the bot runs: ssh -v -i KEY USER@COMPUTER. Step 5 of docs/hosts.md says what it has to print.',
}

/** One sentence that says what to do next. */
export const cureFor = (via: HostConfig['via'], why: string): string =>
  REMEDIES.find(([pattern]) => pattern.test(why))?.[1] ?? BY_HAND[via]
