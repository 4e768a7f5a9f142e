import { expect, test } from '@jest/globals'
import { checkBlocks } from '../../../src/playground/slack/block-limits'
import { everyPost } from '../posts'

test.each(everyPost())('the blocks of $name are within every limit of Slack’s', ({ slack }) => {
  expect(checkBlocks(slack.blocks)).toMatchObject({ kind: 'fine' })
})
