/**
 * What a GPU is called where nobody knows its model: a host without a driver knows it as a video controller, and lists of
 * names lack the newest. Rules and classes are about models, so "not known" must be recognised wherever a model is named.
 */

/** `NVIDIA device 10DE:2339`, or `unknown device 10DE:2339` where even the maker is not known. */
export const unknownModel = (maker: string | null, id: string): string => `${maker ?? 'unknown'} device ${id}`

const UNKNOWN = /^(\S+) device [0-9A-F]{4}:[0-9A-F]{4}$/
/** As requests from before the ids were read have them. */
const GENERIC = /^(3D Video Controller|Video Controller|display device without a driver)\b/i

export const isUnknownModel = (model: string): boolean => UNKNOWN.test(model) || GENERIC.test(model)

/** Might a GPU of this unknown model be what the pattern names, in which `*` stands for any characters? */
export const mightBe = (model: string, pattern: string): boolean => {
  const maker = UNKNOWN.exec(model)?.[1]
  const makers = ['NVIDIA', 'AMD', 'Intel'].filter((each) =>
    new RegExp(`\\b${each}\\b`, 'i').test(pattern.replaceAll('*', ' ')),
  )
  return maker === undefined || maker === 'unknown' || makers.length === 0 || makers.includes(maker)
}
