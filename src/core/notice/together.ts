/** Posts that belong together as one. */
import type { Notice } from './notice'

const GRAVEST: readonly Notice['tone'][] = ['bad', 'waiting', 'working', 'good', 'plain']

/** The later one below the earlier; the tone is the graver of the two. */
export const together = (earlier: Notice, later: Notice): Notice => ({
  summary: `${earlier.summary} · ${later.summary}`,
  tone: GRAVEST.find((tone) => tone === earlier.tone || tone === later.tone) ?? later.tone,
  parts: [...earlier.parts, ...later.parts],
})
