/** What goes over the wire between the stand-ins (assembly/Wire.cs) and their server. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value }
export type Bound = { readonly [name: string]: Value | undefined }

/** An object of the Hyper-V module. */
export const typed = (type: string, properties: { readonly [name: string]: Value }): Value => ({
  type,
  properties,
})
/** An object of the FailoverClusters module that came from another session: its properties, and no more. */
export const deserialized = (type: string, properties: { readonly [name: string]: Value }): Value => ({
  deserialized: type,
  properties,
})
/** An instance of a CIM class. */
export const cim = (name: string, properties: { readonly [name: string]: Value }): Value => ({
  cim: name,
  properties,
})
export const uint64 = (value: number | bigint): Value => ({ uint64: String(value) })
export const uint32 = (value: number): Value => ({ uint32: value })

export const text = (value: Value | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined
export const texts = (value: Value | undefined): string[] =>
  Array.isArray(value)
    ? value.flatMap((each) => text(each as Value) ?? [])
    : text(value) === undefined
      ? []
      : [text(value)!]
/** Objects that were passed as parameters. */
export const objects = (value: Value | undefined): Bound[] =>
  (Array.isArray(value) ? (value as Value[]) : [value ?? null]).filter(
    (each): each is { readonly [name: string]: Value } =>
      each !== null && typeof each === 'object' && !Array.isArray(each),
  )
