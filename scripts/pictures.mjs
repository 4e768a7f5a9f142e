// `npm run pictures`: takes the README's pictures anew, in Chromium, from a playground of its own.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { prepareChromium } from './tools/chromium.mjs'
import { here } from './tools/tools.mjs'

/** A playground with a fresh fleet; `use` gets its address. */
const withPlayground = async (use) => {
  const dir = mkdtempSync(join(tmpdir(), 'gpu-chatops-pictures-'))
  const bot = spawn(process.execPath, [here('dist/main.js')], {
    env: { PATH: process.env.PATH, DATA_DIR: dir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const address = await new Promise((resolve, reject) => {
      bot.stdout.on('data', (said) => {
        const found = /http:\/\/localhost:\d+\//.exec(String(said))
        if (found) resolve(found[0])
      })
      bot.once('exit', () => reject(new Error('the playground ended')))
    })
    await use(address)
  } finally {
    bot.kill()
    await new Promise((resolve) => (bot.exitCode === null ? bot.once('exit', resolve) : resolve()))
    rmSync(dir, { recursive: true, force: true })
  }
}

const { chromium: program, noChromium } = prepareChromium()
if (program === null) throw new Error(`there is no Chromium: ${noChromium}`)
const browser = await chromium.launch({
  executablePath: program,
  args: ['--no-sandbox', '--disable-background-networking'],
})

/** Asks as Maya, approves as Jonas, and waits for `end` on the card. */
const assign = async (page, end) => {
  await page
    .getByRole('textbox')
    .first()
    .fill('/gpu assign hv01/gpu0 to train-02 --shutdown because fine-tuning')
  await page.getByRole('textbox').first().press('Enter')
  await page.locator('.b-actions').getByRole('button', { name: 'Approve' }).waitFor()
  await page.getByText('Jonas Weber').first().click()
  await page.locator('.b-actions').getByRole('button', { name: 'Approve' }).click()
  await page.locator('#confirm-yes').click()
  await page.getByText(end).first().waitFor({ timeout: 60_000 })
}

const picture = async (name, before, end) =>
  withPlayground(async (address) => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(address)
    await before(page)
    await assign(page, end)
    await page.waitForTimeout(1_500)
    await page.screenshot({ path: here(`docs/pictures/${name}.png`) })
    await page.close()
  })

try {
  await picture('playground', async () => {}, 'nvidia-smi in train-02 on hv01')
  await picture('undone', (page) => page.getByRole('button', { name: 'Arm' }).click(), 'failed and undone')
} finally {
  await browser.close()
}
