/** Whose plans are tried: every kind that stops a VM or takes something out of one, who else holds what there, and what they say. */
import type { Person } from './team'

export interface Holding {
  readonly person: Person
  readonly gpu: string
  readonly vm: string
  /** How it is asked for, beside `--shutdown`. */
  readonly how?: string
}
type Room = Omit<Holding, 'person'>

const SHARED = { gpu: 'hv02/gpu0', how: '--mode partition --vram 8g' }
/** Lena has something of both hosts, in VMs that no plan names. */
export const BYSTANDER: readonly Holding[] = [
  { person: 'lena', gpu: 'hv01/gpu3', vm: 'train-03' },
  { person: 'lena', vm: 'vdi-03', ...SHARED },
]

/** It is Tomas who asks. */
export interface Kind {
  readonly name: string
  /** What was done before. */
  readonly before?: readonly string[]
  /** Who holds what already, whoever else does. */
  readonly held: readonly Holding[]
  /** VMs that an administrator has shut down since. */
  readonly off?: readonly string[]
  readonly ask: string
  /** Whose changes are seen over PowerShell, where that is tried. */
  readonly host: string
  /** VMs that it may stop; no other. */
  readonly names: readonly string[]
  /** What others may hold there beside that. */
  readonly room: readonly Room[]
  /** Whether it takes an approver, who then has seen whom it touches. */
  readonly approved?: true
}

const WIDE = '--mmio 900g'
export const KINDS: readonly Kind[] = [
  {
    name: 'assign',
    held: [],
    ask: 'assign hv01/gpu1 to train-02',
    host: 'hv01',
    names: ['train-02'],
    room: [
      { gpu: 'hv01/gpu0', vm: 'train-02' },
      { gpu: 'hv01/gpu4', vm: 'train-02' },
    ],
  },
  {
    name: 'move',
    held: [{ person: 'tomas', gpu: 'hv01/gpu1', vm: 'train-01' }],
    ask: 'move hv01/gpu1 to train-02',
    host: 'hv01',
    names: ['train-01', 'train-02'],
    room: [
      { gpu: 'hv01/gpu0', vm: 'train-02' },
      { gpu: 'hv01/gpu4', vm: 'train-01' },
    ],
  },
  {
    name: 'moving away what somebody else has',
    held: [{ person: 'maya', gpu: 'hv01/gpu1', vm: 'train-02' }],
    ask: 'move hv01/gpu1 to train-01',
    host: 'hv01',
    names: ['train-02'],
    room: [
      { gpu: 'hv01/gpu0', vm: 'train-02' },
      { gpu: 'hv01/gpu4', vm: 'train-02' },
    ],
  },
  {
    name: 'release',
    held: [],
    ask: 'release hv01/gpu2',
    host: 'hv01',
    names: ['render-01'],
    room: [
      { gpu: 'hv01/gpu0', vm: 'render-01', how: WIDE },
      { gpu: 'hv01/gpu4', vm: 'render-01', how: WIDE },
    ],
    approved: true,
  },
  {
    name: 'taking it from its holder',
    held: [{ person: 'maya', gpu: 'hv01/gpu1', vm: 'train-02' }],
    ask: 'release hv01/gpu1',
    host: 'hv01',
    names: ['train-02'],
    room: [
      { gpu: 'hv01/gpu0', vm: 'train-02' },
      { gpu: 'hv01/gpu4', vm: 'train-02' },
    ],
    approved: true,
  },
  {
    name: 'taking it from a VM that is off',
    held: [{ person: 'maya', gpu: 'hv01/gpu1', vm: 'train-01' }],
    off: ['train-01'],
    ask: 'release hv01/gpu1',
    host: 'hv01',
    names: [],
    room: [{ gpu: 'hv01/gpu0', vm: 'train-01' }],
    approved: true,
  },
  {
    name: 'more MMIO space',
    held: [{ person: 'tomas', gpu: 'hv01/gpu1', vm: 'train-02' }],
    ask: 'resize train-02 --mmio 900g',
    host: 'hv01',
    names: ['train-02'],
    room: [
      { gpu: 'hv01/gpu0', vm: 'train-02' },
      { gpu: 'hv01/gpu4', vm: 'train-02' },
    ],
  },
  {
    name: 'move to another host',
    held: [],
    ask: 'move any A40 from render-01 to lab-01',
    host: 'hv01',
    names: ['render-01'],
    room: [
      { gpu: 'hv01/gpu0', vm: 'render-01', how: WIDE },
      { gpu: 'hv01/gpu4', vm: 'render-01', how: WIDE },
    ],
  },
  {
    name: 'move to a VM that runs on another host',
    held: [],
    ask: 'move any A40 from render-01 to vdi-01',
    host: 'hv02',
    names: ['render-01', 'vdi-01'],
    room: [
      { gpu: 'hv02/gpu3', vm: 'vdi-01' },
      { gpu: 'hv01/gpu0', vm: 'render-01', how: WIDE },
    ],
  },
  {
    name: 'moving to another host what somebody else has',
    before: ['release hv01/gpu2'],
    held: [{ person: 'maya', gpu: 'hv01/gpu2', vm: 'train-02' }],
    ask: 'move any A40 from train-02 to vdi-01',
    host: 'hv01',
    names: ['train-02', 'vdi-01'],
    room: [
      { gpu: 'hv02/gpu3', vm: 'vdi-01' },
      { gpu: 'hv01/gpu0', vm: 'train-02' },
    ],
  },
  {
    name: 'a partition for a VM that runs',
    held: [],
    ask: 'assign hv02/gpu0 to vdi-01 --mode partition --vram 8g',
    host: 'hv02',
    names: ['vdi-01'],
    room: [],
  },
  {
    name: "resizing one's own partition",
    held: [{ person: 'tomas', vm: 'vdi-01', ...SHARED }],
    ask: 'resize vdi-01 --vram 6g',
    host: 'hv02',
    names: ['vdi-01'],
    room: [],
  },
  {
    name: "resizing somebody else's partition",
    held: [{ person: 'maya', vm: 'vdi-01', ...SHARED }],
    ask: 'resize vdi-01 --vram 6g',
    host: 'hv02',
    names: ['vdi-01'],
    room: [],
  },
  {
    name: "resizing somebody else's partition in a VM that is off",
    held: [{ person: 'maya', vm: 'vdi-01', ...SHARED }],
    off: ['vdi-01'],
    ask: 'resize vdi-01 --vram 6g',
    host: 'hv02',
    names: [],
    room: [],
  },
  {
    name: 'taking a partition from its holder',
    held: [{ person: 'maya', vm: 'vdi-01', ...SHARED }],
    ask: 'release vdi-01',
    host: 'hv02',
    names: ['vdi-01'],
    room: [],
    approved: true,
  },
  {
    name: 'taking a partition that nobody holds',
    held: [],
    ask: 'release vdi-05',
    host: 'hv02',
    names: ['vdi-05'],
    room: [],
    approved: true,
  },
]

export interface Arrangement {
  readonly name: string
  readonly holdings: readonly Holding[]
  /** It is the usual one: whatever is said, each change is refused once. Of the others that is so where it matters most. */
  readonly usual?: boolean
}

const UNTIL = 'for 8h'
export const TWO_OTHERS = 'with two others'

/** Every arrangement of people in that room, of whom none holds something already. */
export const arrangementsOf = ({ held, room }: Pick<Kind, 'held' | 'room'>): readonly Arrangement[] => {
  const [first = 'maya', second = 'ines'] = (['maya', 'ines', 'omar'] as const).filter(
    (each) => !held.some(({ person }) => person === each),
  )
  const [one, two] = room
  const apart = one && two && one.vm !== two.vm
  const has = (person: Person, place: Room): Holding => ({ person, ...place })
  return [
    { name: 'with nobody else there', holdings: [], usual: true },
    ...(one
      ? [
          { name: `with somebody else in ${one.vm}`, holdings: [has(first, one)], usual: true },
          {
            name: `with somebody else in ${one.vm} until later`,
            holdings: [{ ...has(first, one), how: `${one.how ?? ''} ${UNTIL}` }],
          },
        ]
      : []),
    ...(apart ? [{ name: `with somebody else in ${two.vm}`, holdings: [has(first, two)] }] : []),
    ...(one && two
      ? [
          { name: TWO_OTHERS, holdings: [has(first, one), has(second, two)] },
          { name: 'with somebody else and the asker', holdings: [has(first, one), has('tomas', two)] },
        ]
      : []),
  ]
}

export interface Saying {
  readonly minute: number
  readonly person: Person
  readonly words: string
}
export interface Way {
  readonly name: string
  /** How many others there have to be for it to differ. */
  readonly others: 0 | 1 | 2
  /** In which minute the message to one of them arrives, if not at once. */
  readonly late?: number
  /** What is said after the ask, in this order. */
  readonly said: (others: readonly Person[]) => readonly Saying[]
}

const at = (minute: number, words: string, ...people: readonly Person[]): Saying[] =>
  people.map((person) => ({ minute, person, words }))

export const GLASS = 'the glass is broken'
export const UNANSWERED = 'nobody answers'
export const AGREED = 'all agree at once'
export const OVERRULED = 'all object and an approver agrees'
export const WAYS: readonly Way[] = [
  { name: UNANSWERED, others: 0, said: () => [] },
  { name: GLASS, others: 0, said: () => [] },
  { name: AGREED, others: 1, said: (others) => at(1, 'agree', ...others) },
  { name: 'all object', others: 1, said: (others) => at(1, 'object', ...others) },
  {
    name: 'all agree and change their minds',
    others: 1,
    said: (others) => [...at(1, 'agree', ...others), ...at(1, 'object', ...others)],
  },
  {
    name: OVERRULED,
    others: 1,
    said: (others) => [...at(1, 'object', ...others), ...at(2, 'agree', 'jonas')],
  },
  {
    name: 'an approver agrees, and the message to one of them arrives late',
    others: 1,
    late: 15,
    said: () => at(1, 'agree', 'jonas'),
  },
  { name: 'an approver agrees early', others: 1, said: () => at(1, 'agree', 'jonas') },
  { name: 'an approver agrees late', others: 1, said: () => at(30, 'agree', 'jonas') },
  { name: 'an administrator agrees', others: 1, said: () => at(1, 'agree', 'priya') },
  { name: 'the asker agrees', others: 1, said: () => at(1, 'agree', 'tomas') },
  { name: 'a bystander agrees', others: 1, said: () => at(1, 'agree', 'lena') },
  {
    name: 'one agrees and one says nothing',
    others: 2,
    said: (others) => at(1, 'agree', ...others.slice(0, 1)),
  },
  {
    name: 'one agrees and one objects',
    others: 2,
    said: (others) => [...at(1, 'agree', ...others.slice(0, 1)), ...at(1, 'object', ...others.slice(1))],
  },
]
