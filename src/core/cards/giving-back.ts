/** The end of a lease in a VM in which others hold something: what they are told, and what its holder is. */
import type { Lease, LeaseIn } from '../lease/lease'
import type { Notice, Run } from '../notice/notice'

const shutDown = ({ until }: LeaseIn<'grace'>): Run[] => [
  ' is shut down through its guest ',
  ...(until === null ? [] : ['after ', { time: until }, ' ']),
  'and started again',
]

/** To whoever holds something else in the VM that is stopped for the end of `lease`. */
export const othersNotice = (lease: LeaseIn<'grace'>, own: Lease): Notice => ({
  summary: `${own.vm.name} is shut down soon, and you hold ${own.gpu.alias} in it`,
  tone: 'waiting',
  parts: [
    {
      kind: 'text',
      runs: [
        { strong: own.vm.name },
        ', in which you hold ',
        { strong: own.gpu.alias },
        ',',
        ...shutDown(lease),
        ': ',
        ...(lease.givenBack
          ? [{ person: lease.holder }, ` gives ${lease.gpu.alias} back (${lease.id}).`]
          : ['the lease of ', { person: lease.holder }, ` (${lease.gpu.alias}, ${lease.id}) is over.`]),
      ],
    },
    {
      kind: 'buttons',
      buttons: [
        { label: 'An hour later', style: 'primary', press: { kind: 'say', text: `postpone ${lease.id}` } },
      ],
    },
    { kind: 'note', runs: ['As words: ', { code: `postpone ${lease.id}` }, '. It can be put off once.'] },
  ],
})

/** To the same, once it is not to be any more. */
export const calledOffNotice = (lease: Lease, own: Lease): Notice => ({
  summary: `${own.vm.name} is not shut down for ${lease.id} after all`,
  tone: 'good',
  parts: [
    {
      kind: 'text',
      runs: [{ strong: own.vm.name }, ` is not shut down for ${lease.id} (${lease.gpu.alias}) after all.`],
    },
  ],
})

/** To the holder who gives it back. `people` hold something else in the VM. */
export const givenBackNotice = (lease: LeaseIn<'grace'>, people: readonly string[]): Notice => ({
  summary: `${lease.gpu.alias} is given back once the others in ${lease.vm.name} have had their time`,
  tone: 'waiting',
  parts: [
    {
      kind: 'text',
      runs: [
        { strong: lease.vm.name },
        ...shutDown(lease),
        ` for ${lease.id}: others hold something in it (${people.join(', ')}), and are told. `,
        'They may put it off by an hour, once.',
      ],
    },
    { kind: 'note', runs: ['To keep it after all: ', { code: `extend ${lease.id} by 4h` }, '.'] },
  ],
})
