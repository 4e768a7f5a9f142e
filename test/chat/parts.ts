/** A small notice for each kind of part, and between them every look, tone and press that a post can have. */
import type { Notice, Part } from '../../src/core/notice/notice'
import { JONAS, MAYA } from './notices'
import { NOW } from '../core/answers/reading'

type Button = Extract<Part, { kind: 'buttons' }>['buttons'][number]

const of = (tone: Notice['tone'], ...parts: readonly Part[]): Notice => ({
  summary: `${parts[0]!.kind} <&>`,
  tone,
  parts: [...parts],
})

const approve: Button = {
  label: 'Approve',
  style: 'primary',
  press: { kind: 'decide', verdict: 'approve', requestId: 'R-7', version: 1 },
}
const giveBack: Button = {
  label: 'Give it back',
  style: 'danger',
  press: { kind: 'lease', verb: 'done', leaseId: 'R-7', version: 2 },
}
const extend: Button = {
  label: 'Extend',
  style: 'plain',
  press: { kind: 'lease', verb: 'extend', leaseId: 'R-7', version: 2, byMs: 3_600_000 },
}
const take: Button = {
  label: 'Take it',
  style: 'plain',
  press: { kind: 'offer', verdict: 'take', entryId: 'Q-3', version: 3 },
}
const next: Button = { label: 'Next', style: 'plain', press: { kind: 'say', text: 'list --page 2' } }

const asking = (button: Button): Button => ({
  ...button,
  confirm: { title: 'Sure?', text: 'train-01 is shut down.\nIt is started again.', yes: 'Yes' },
})

export const PARTS: Readonly<Record<string, Notice>> = {
  title: of('good', { kind: 'title', text: 'Assign hv01/gpu0 to train-01' }),
  text: of('waiting', {
    kind: 'text',
    runs: [
      'plain ',
      { strong: 'bold' },
      ' ',
      { code: 'PCI\\VEN_10DE' },
      '\nby ',
      { person: MAYA },
      ' & <him>',
    ],
  }),
  moments: of(
    'bad',
    { kind: 'text', runs: ['Ends ', { time: NOW }, '\n', { time: NOW }, ': *asked* by ', { person: JONAS }] },
    { kind: 'text', runs: ['Asked\nat ', { time: NOW }] },
  ),
  facts: of('working', {
    kind: 'facts',
    rows: [
      { label: 'GPU', runs: [{ strong: 'hv01/gpu0' }, ' A100'] },
      { label: 'Held by', runs: ['the host'] },
    ],
  }),
  steps: of('plain', {
    kind: 'steps',
    steps: [
      { text: 'shut down', state: 'done', note: '4 s' },
      { text: 'disable', state: 'now' },
      { text: 'dismount', state: 'todo' },
      { text: 'add', state: 'undone' },
      { text: 'start', state: 'failed', note: 'refused' },
    ],
  }),
  code: of('plain', { kind: 'code', text: "Get-VM  -Name 'a'\n\n  | Stop-VM" }),
  call: of(
    'waiting',
    { kind: 'call', words: 'Waits for', whom: [{ person: MAYA }, { person: JONAS, name: 'jonas' }] },
    { kind: 'call', words: 'Waits for', whom: [{ group: 'S0PLATFORM', name: 'platform <!here>' }] },
  ),
  link: of('plain', {
    kind: 'text',
    runs: [
      'R-7 is done. ',
      { link: 'https://example.com/m/7?a=1&b=2', words: 'See its card' },
      ' or ',
      { about: 'nothing' },
    ],
  }),
  note: of(
    'plain',
    { kind: 'note', runs: ['read 3 s ago'] },
    { kind: 'note', runs: ['As words: ', { code: 'done R-7' }] },
  ),
  table: of(
    'plain',
    { kind: 'table', head: ['GPU', 'Where'], rows: [['hv01/gpu0', 'free | idle'], ['hv01/gpu1']] },
    { kind: 'table', head: [], rows: [['a', 'b']] },
  ),
  'wide-table': of('plain', {
    kind: 'table',
    head: ['GPU', 'Model', 'Where', 'Until', 'Health'],
    rows: [['hv01/gpu0', 'A100', 'train-01', '18:00', 'fine']],
  }),
  buttons: of('plain', { kind: 'buttons', buttons: [approve, giveBack, extend, take, next] }),
  questions: of('plain', { kind: 'buttons', buttons: [asking(approve), asking(giveBack), asking(next)] }),
  // A note says what was cut.
  cut: of(
    'plain',
    { kind: 'text', runs: ['short'] },
    {
      kind: 'buttons',
      buttons: [{ ...next, press: { kind: 'say', text: 'x'.repeat(2_000) } }],
    },
  ),
}
