/** Whose plans are tried: every kind that stops a VM, what else is in that VM, and what whoever holds it says. */
export const PEOPLE = ['maya', 'ines', 'tomas', 'jonas', 'priya'] as const
export type Person = (typeof PEOPLE)[number]
export const accountOf = (person: Person) => `slack:T1/U0${person.toUpperCase()}`
export const POLICY = {
  people: Object.fromEntries(PEOPLE.map((each) => [each, { slack: `U0${each.toUpperCase()}` }])),
  roles: { research: ['maya', 'ines', 'tomas'], platform: ['jonas'], oncall: ['priya'] },
  administer: ['oncall'],
  breakGlass: ['research'],
}
/** Whoever wants may ask; what is taken back has an approver, all else has none. */
export const RULES = [
  { name: 'taking-back', commands: ['release'], ask: ['research'], approve: { by: ['platform'] } },
  { name: 'rest', ask: ['research'], approve: 'automatic' },
]

export interface Kind {
  readonly name: string
  readonly before: readonly string[]
  readonly ask: string
  readonly host: string
  /** The VM that is stopped. */
  readonly vm: string
  /** Commands by which others get something in that VM. */
  readonly others: readonly [Person, string][]
}

export const KINDS: readonly Kind[] = [
  {
    name: 'assign',
    before: [],
    ask: 'assign hv01/gpu1 to train-02',
    host: 'hv01',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
  {
    name: 'move',
    before: ['assign hv01/gpu1 to train-01'],
    ask: 'move hv01/gpu1 to train-02',
    host: 'hv01',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
  {
    name: 'release',
    before: [],
    ask: 'release hv01/gpu1',
    host: 'hv01',
    vm: 'train-02',
    others: [
      ['maya', 'assign hv01/gpu0 to train-02 --shutdown'],
      ['ines', 'assign hv01/gpu1 to train-02 --shutdown'],
    ],
  },
  {
    name: 'resize',
    before: [],
    ask: 'resize vdi-01 --vram 6g',
    host: 'hv02',
    vm: 'vdi-01',
    others: [['maya', 'assign hv02/gpu0 to vdi-01 --mode partition --vram 8g --shutdown']],
  },
  {
    name: 'more MMIO space',
    before: ['assign hv01/gpu1 to train-02 --shutdown'],
    ask: 'resize train-02 --mmio 400g',
    host: 'hv01',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
  {
    name: 'move to another host',
    before: [],
    ask: 'move any A40 from render-01 to lab-01',
    host: 'hv01',
    vm: 'render-01',
    others: [['maya', 'assign hv01/gpu0 to render-01 --mmio 400g --shutdown']],
  },
  {
    name: 'taking it from its holder',
    before: [],
    ask: 'release hv01/gpu0',
    host: 'hv01',
    vm: 'train-02',
    others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
  },
]

/** Tomas gives back what is his, which needs nobody's yes; the others in the VM have half an hour, and may put it off by one. */
export const GIVEN_BACK: Kind = {
  name: 'giving back',
  before: ['assign hv01/gpu1 to train-02 --shutdown'],
  ask: 'release hv01/gpu1 --shutdown',
  host: 'hv01',
  vm: 'train-02',
  others: [['maya', 'assign hv01/gpu0 to train-02 --shutdown']],
}
export const NOTICES: Readonly<Record<string, { readonly putOff: boolean; readonly minutes: number }>> = {
  'nobody answers': { putOff: false, minutes: 30 },
  'the holder puts it off': { putOff: true, minutes: 90 },
}

/** How the others and those who may speak for them behave: what they say at which minute after the ask. */
export const WAYS: Readonly<Record<string, readonly (readonly [minute: number, Person, words: string])[]>> = {
  'nobody answers': [],
  'the holder agrees at once': [[1, 'maya', 'agree']],
  'the holder objects': [[1, 'maya', 'object']],
  'the holder objects and an approver agrees': [
    [1, 'maya', 'object'],
    [2, 'jonas', 'agree'],
  ],
  'an approver agrees early': [[1, 'jonas', 'agree']],
  'an approver agrees late': [[30, 'jonas', 'agree']],
  'the asker agrees': [[1, 'tomas', 'agree']],
  'the glass is broken': [],
}
