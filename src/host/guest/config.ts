/** How Linux guests are reached, as the configuration file says it. It holds no secret: a key is named by its file. */
import { z } from 'zod'
import { hostKey } from '../host-key'
import { isSubnet } from './subnets'

/** Networks in which guests may be asked. */
export const subnets = z
  .array(z.string().refine(isSubnet, 'is a network such as 10.20.0.0/16 or fd12:3456::/32'))
  .max(100)

const keyFile = z
  .string()
  .min(1)
  // ssh would put environment variables in, and has no way to write this otherwise.
  .refine((file) => !file.includes('${') && !/\p{Cc}/u.test(file), 'is a path without ${ in it')

/** An account in a Linux guest. */
export const linuxAccount = z.strictObject({
  user: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}$/, 'is the name of an account in the guest, such as gpubot'),
  keyFile,
  /** A second key, for what a stop would interrupt; absent: that is not asked. */
  useKeyFile: keyFile.optional(),
  /** None: the guest is not asked, and the answer says that a key has to be pinned. */
  hostKeys: z.array(hostKey).max(20).default([]),
  port: z.number().int().min(1).max(65_535).default(22),
})
export type LinuxAccount = z.infer<typeof linuxAccount>
