/** Texts by which a person could try to make a post show something else than what was typed. */
import type { Part } from '../../src/core/notice/notice'

export const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ['a channel mention of Slack', '<!channel> <!here> <!subteam^S1>'],
  ['a person mention', '<@U1> @channel @here @everyone'],
  ['a mention of Teams', '<at>Maya Lind</at> <at id="0">everyone</at>'],
  [
    'a link of Slack',
    '<https://evil.example|hv01/gpu0> https://evil.example www.evil.example a@evil.example',
  ],
  [
    'a link of markdown',
    '[hv01/gpu0](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>',
  ],
  ['markup', '*b* **b** _i_ __i__ ~s~ `c` ```x``` > q :rocket: &lt;!channel&gt; &#60;b&#62; \\*'],
  ['a list', '- one\n- two\n1. three\n\n# four\n---\n| a | b |'],
  [
    'HTML',
    '<img src=x onerror=alert(1)><script>alert(1)</script><b>bold</b><!-- x --><a href="https://evil.example">x</a>',
  ],
  ['date functions', '{{DATE(2026-02-14T06:08:39Z, SHORT)}} {{{TIME(2026-02-14T06:08:39Z)}}}'],
  ['template expressions', '${$data.secret} {{secret}} #{x} %USERNAME%'],
  ['right-to-left marks', 'gpu\u202E0upg\u2066x\u2069\u200F'],
  ['zero-width characters', 'hv\u200B01\uFEFF/\u2060gpu\u200D0\u00AD'],
  ['control characters', 'a\u0000b\u001B[31mc\u007Fd\u0085'],
  ['half a character', 'a\uD83Db'],
  ['many lines', 'line\n'.repeat(2_000)],
  ['20,000 characters', '<!channel>'.repeat(2_000)],
  ['10,000 quotation marks', '"\n'.repeat(5_000)],
  ['10,000 letters of three bytes', '電'.repeat(10_000)],
  ['nothing', ''],
]

/** Every part with this text wherever a text can stand. */
export const everyPart = (text: string): Part[] => [
  { kind: 'title', text },
  { kind: 'text', runs: [text, { code: text }, { strong: text }, { person: text }] },
  { kind: 'text', runs: [{ time: 0 }, text, { time: 0 }, '\n', text, { time: 0 }] },
  { kind: 'facts', rows: [{ label: text, runs: [text] }] },
  {
    kind: 'steps',
    steps: [
      { text, state: 'now', note: text },
      { text, state: 'failed' },
    ],
  },
  { kind: 'note', runs: [text] },
  { kind: 'note', runs: [text, { strong: text }] },
  { kind: 'table', head: [text], rows: [[text], [text, text]] },
  { kind: 'table', head: [text, text, text, text, text], rows: [[text, text, text, text, text]] },
  { kind: 'code', text },
  {
    kind: 'buttons',
    buttons: [
      {
        label: text,
        style: 'plain',
        press: { kind: 'say', text: 'list' },
        confirm: { title: text, text, yes: text },
      },
    ],
  },
]
