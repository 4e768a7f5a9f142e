/** The layout check itself: it finds what was planted, and lets alone what is meant. */
import { beforeAll, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { withChromium } from './chromium'
import { bringLayoutCheck, layoutFaults } from './layout'

const page = (body: string): string =>
  `<!doctype html><style>body { font: 14px/1.5 monospace } * { box-sizing: border-box; min-width: 0 }</style>${body}`

const LONG = 'unbroken'.repeat(20)

withChromium('the layout check', (browser) => {
  let shown: Page
  beforeAll(async () => {
    shown = await browser().newPage({ viewport: { width: 600, height: 400 } })
    await bringLayoutCheck(shown)
    await shown.goto('about:blank')
  })
  const faultsOf = async (body: string): Promise<string[]> => {
    await shown.setContent(page(body))
    return layoutFaults(shown)
  }

  test.each([
    ['a page that is wider than the window', '<div style="width: 900px">x</div>', /wider than the window/],
    ['text that runs out of its box', `<p style="width: 200px">${LONG}</p>`, /overflows p "" sideways/],
    [
      'text that its box cuts',
      `<p style="width: 200px; overflow: hidden">${LONG}</p>`,
      /is cut by p "" sideways/,
    ],
    [
      'text that its box cuts below',
      '<div style="height: 30px; overflow: hidden">one<br>two<br>three</div>',
      /"three" is cut by div "" downwards/,
    ],
    [
      'an ellipsis without a title',
      `<p style="width: 200px; overflow: hidden; text-overflow: ellipsis">${LONG}</p>`,
      /is cut by p/,
    ],
    [
      'a button that runs out of its row',
      '<div style="width: 90px; display: flex"><button style="flex: none; width: 99px">Go</button></div>',
      /button "Go" overflows div/,
    ],
    [
      'text that lies on other text',
      '<p style="margin: 0">first</p><p style="margin: -18px 0 0">second</p>',
      /p "first" lies on p "second"/,
    ],
    [
      'a button that lies on text',
      '<p style="margin: 0">words</p><button style="position: absolute; left: 8px; top: 8px">Go</button>',
      /lies on .*"(words|Go)"/,
    ],
    [
      'an overlap in what is scrolled out of sight',
      '<div style="height: 50px; overflow: auto"><p style="margin: 300px 0 0">first</p><p style="margin: -18px 0 0">second</p></div>',
      /p "first" lies on p "second"/,
    ],
    [
      'a pane that lies on another',
      '<div style="height: 40px; overflow: auto">first</div><div style="height: 40px; overflow: auto; margin-top: -35px">second</div>',
      /"first" lies on div "second"/,
    ],
  ])('finds %s', async (_, body, fault) => {
    const faults = await faultsOf(body)

    expect(faults).toContainEqual(expect.stringMatching(fault))
  })

  test.each([
    [
      'ordinary text and buttons',
      '<p>Some <b>bold <i>words</i></b> that wrap '.repeat(9) + '<button>Go <b>on</b></button>',
    ],
    ['what a box scrolls', `<pre style="width: 200px; overflow: auto">${LONG}</pre>`],
    [
      'spaces at the end of a line',
      '<p style="width: 100px; white-space: pre-wrap">word word wo    word</p>',
    ],
    [
      'an ellipsis with a title',
      `<p title="${LONG}" style="width: 200px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap">${LONG}</p>`,
    ],
    [
      'what is there for screen readers alone',
      '<p>a</p><p style="position: absolute; top: 8px; clip-path: inset(50%)">b</p>',
    ],
    [
      'what is scrolled away under its neighbour',
      '<div style="height: 30px; overflow: auto">a<br>b<br>c</div><p style="margin: 0">d</p>',
    ],
  ])('lets %s alone', async (_, body) => {
    expect(await faultsOf(body)).toEqual([])
  })
})
