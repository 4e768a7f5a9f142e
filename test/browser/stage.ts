/** A playground of its own for a journey, and a page on it. What the page complains of is kept. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { startPlayground } from '../../src/app'
import type { Latency } from '../../src/hosts'
import { bringLayoutCheck } from './layout'

const nothing = (): undefined => undefined
const silent = { info: nothing, warn: nothing, error: nothing }

/** Just below that of a test, so that what was waited for is named. */
const PATIENCE_MS = 55_000

export interface Stage {
  readonly page: Page
  /** What went wrong in the page: exceptions, errors on its console, answers that are errors. */
  readonly complaints: readonly string[]
  end(): Promise<void>
}

export const openStage = async (browser: Browser, latency: Latency): Promise<Stage> => {
  const dir = mkdtempSync(join(tmpdir(), 'gpu-chatops-browser-'))
  const settings = { HOST: undefined, LOG_LEVEL: 'error', AGENTS_PLAYGROUND: null } as const
  const playground = await startPlayground(
    { kind: 'playground', DATA_DIR: dir, PORT: 0, ...settings },
    silent,
    { latency, ackMs: null },
  )
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.setDefaultTimeout(PATIENCE_MS)
  await bringLayoutCheck(page)
  await page.goto(`http://localhost:${playground.port}/`)
  return {
    page,
    complaints,
    end: async () => {
      await page.close()
      await playground.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
