/** The playground in a real browser: each journey once, then its end at every width, in both themes. */
import { afterAll, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { withChromium } from './chromium'
import { layoutFaultsAt, violationsIn, WIDTHS } from './examine'
import { JOURNEYS } from './journeys'
import { openStage, type Stage } from './stage'

withChromium('the playground', (browser) => {
  describe.each(JOURNEYS)('$story', ({ latency = 'none', walk }) => {
    let stage: Stage | undefined
    let walking: Promise<Page> | undefined
    afterAll(() => stage?.end())

    /** The page at the end of the journey, which is walked once. */
    const end = (): Promise<Page> => {
      const journey = async (): Promise<Page> => {
        stage = await openStage(browser(), latency)
        await walk(stage.page)
        return stage.page
      }
      return (walking ??= journey())
    }

    it('to its end, without an error in the page', async () => {
      await end()

      expect(stage?.complaints).toEqual([])
    })

    it.each(WIDTHS)('and nothing overflows or overlaps there at %i px', async (width) => {
      expect(await layoutFaultsAt(await end(), width)).toEqual([])
    })

    it('and axe finds no violation there', async () => {
      expect(await violationsIn(await end())).toEqual([])
    })
  })
})
