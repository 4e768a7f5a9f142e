import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { renderSlack } from '../../../src/chat/slack/render'
import { checkBlocks } from '../../../src/playground/slack/block-limits'
import { goldenTests } from '../golden'
import { NOTICES } from '../notices'

goldenTests(join(__dirname, 'golden'), renderSlack)

test.each(Object.keys(NOTICES))('the blocks of %s are within every limit of Slack’s', (name) => {
  expect(checkBlocks(renderSlack(NOTICES[name]!).blocks)).toMatchObject({ kind: 'fine' })
})
