/** A dismounted device is listed under a PCIP id with the same ending as its node under PCI. */
export const isSameDevice = (one: string, other: string): boolean => plain(one) === plain(other)
const plain = (id: string): string => id.toUpperCase().replace(/^PCIP\\/, 'PCI\\')
