import { describe, expect, test } from '@jest/globals'
import { mentions, textOfMessage } from '../../../src/chat/slack/escape'

describe('what Slack made of the words in a message is read back:', () => {
  test.each([
    ['the mention of the bot is taken off', '<@UBOT> list', 'list'],
    ['wherever it stands', 'list --free <@UBOT>', 'list --free'],
    ['with its name', '<@UBOT|gpu> list', 'list'],
    ['a mention alone says nothing', '<@UBOT>', ''],
    [
      'somebody else stays as in a slash command',
      'deny R-7 because <@U2> said so',
      'deny R-7 because <@U2> said so',
    ],
    ['three characters are read back', 'because a &lt; b &amp;&amp; c &gt; d', 'because a < b && c > d'],
    ['and once only', 'because &amp;lt;', 'because &lt;'],
    ['what a person typed is no mention', '&lt;@UBOT&gt; list', '<@UBOT> list'],
    [
      'a host is its name',
      'list --host <http://hv01.contoso.com|hv01.contoso.com>',
      'list --host hv01.contoso.com',
    ],
    [
      'an address is itself',
      'because see <https://x.example/a?b=1&amp;c>',
      'because see https://x.example/a?b=1&c',
    ],
    ['an address of mail is itself', 'because <mailto:a@x.example|a@x.example>', 'because a@x.example'],
    ['and without a label', 'because <mailto:a@x.example>', 'because a@x.example'],
    ['a channel is its name', 'because of <#C1|gpu>', 'because of #gpu'],
    ['everybody is a word', 'because <!here> asked', 'because @here asked'],
    ['a group is its name', 'because <!subteam^S1|@infra> asked', 'because @infra asked'],
    ['a date is its words', 'because <!date^1700000000^{date}|14 November>', 'because 14 November'],
    ['code is what stands in it', '<@UBOT> `approve R-7`', 'approve R-7'],
    ['a block of code, too', '```\nlist --free\n```', 'list --free'],
    ['code inside a sentence stays', 'comment R-7 try `list`', 'comment R-7 try `list`'],
  ])('%s', (_, text, words) => {
    expect(textOfMessage(text, 'UBOT')).toBe(words)
  })
})

test.each([
  ['<@UBOT> list', true],
  ['list <@UBOT|gpu>', true],
  ['<@UBOT2> list', false],
  ['&lt;@UBOT&gt; list', false],
])('that %s mentions the bot is %s', (text, does) => {
  expect(mentions(text, 'UBOT')).toBe(does)
})
