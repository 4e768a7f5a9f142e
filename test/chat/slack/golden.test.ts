import { join } from 'node:path'
import { renderSlack } from '../../../src/chat/slack/render'
import { goldenTests } from '../golden'

goldenTests(join(__dirname, 'golden'), renderSlack)
