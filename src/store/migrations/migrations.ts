/** Applied in order, each in its own transaction; never edited once released. */
import { firstTables } from './01-first-tables'
import { otherPlaces } from './02-other-places'
import { peoplesDecisions } from './03-peoples-decisions'
import { replacingPosts } from './04-replacing-posts'
import { requestComments } from './05-request-comments'
import { leaseTable } from './06-lease-table'
import { queueTable } from './07-queue-table'
import { subscriptionsAndSamples } from './08-subscriptions-and-samples'
import { readingsApart } from './09-readings-apart'
import { deliveriesByAccount } from './10-deliveries-by-account'
import { chatIdentities } from './11-chat-identities'
import { asideTable } from './12-aside-table'
import { immediatePauses } from './13-immediate-pauses'
import { ownIdAndAdoptions } from './14-own-id-and-adoptions'
import { postsAboutOthers } from './15-posts-about-others'
import { threadPosts } from './16-thread-posts'
import { pauseReasonsAndFailing } from './17-pause-reasons-and-failing'
import { leaseIndexes } from './18-lease-indexes'
import { heardPosts } from './19-heard-posts'
import { mentionsTable } from './20-mentions-table'

export const MIGRATIONS: readonly (readonly string[])[] = [
  firstTables,
  otherPlaces,
  peoplesDecisions,
  replacingPosts,
  requestComments,
  leaseTable,
  queueTable,
  subscriptionsAndSamples,
  readingsApart,
  deliveriesByAccount,
  chatIdentities,
  asideTable,
  immediatePauses,
  ownIdAndAdoptions,
  postsAboutOthers,
  threadPosts,
  pauseReasonsAndFailing,
  leaseIndexes,
  heardPosts,
  mentionsTable,
]
