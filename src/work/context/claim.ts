/** Claims of hosts: each has an id that no other bot, and no copy of this one's store, could draw too. */
import { randomBytes } from 'node:crypto'
import { claimId, type ClaimId } from '../../core/fence'

export const drawClaim = (): ClaimId => claimId.parse(randomBytes(8).toString('hex'))
