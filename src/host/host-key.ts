/** Keys by which machines that are reached over SSH are known. */
import { z } from 'zod'

/** As `ssh-keyscan` prints it, without the host's name in front: type and key. */
export const hostKey = z
  .string()
  .regex(
    /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}$/,
    'is a public host key such as "ssh-ed25519 AAAA..." (ssh-keyscan prints it; compare it on the host itself)',
  )
