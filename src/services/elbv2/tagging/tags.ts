// Tags of new and old things: what may be one, and how they are kept and shown.
import { type Fault, fault } from "../../../kernel/index.ts"
import { checkLength, invalid, repeated } from "../checks.ts"
import { limits } from "../limits.ts"

export type Tags = readonly { readonly key: string; readonly value: string }[]

export interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** Text of moto's tests. */
const tooMany = (what: string): Fault =>
  fault("TooManyTags", `The quota for the number of tags that can be assigned to a ${what} has been reached`)

/** The tags of a thing with these added, or a fault. */
export const withTags = (old: Tags, added: readonly WireTag[] | undefined, what: string): Tags => {
  const keys = (added ?? []).map(({ Key }) => Key ?? "")
  const [twice] = repeated(keys)
  if (twice !== undefined) throw fault("DuplicateTagKeys", `Tag key was specified more than once: ${twice}`)
  const all = new Map(old.map(({ key, value }) => [key, value]))
  for (const [i, { Key: key = "", Value: value = "" }] of (added ?? []).entries()) {
    checkLength(`tags.${i + 1}.member.key`, key, 128, 1)
    checkLength(`tags.${i + 1}.member.value`, value, 256)
    // text from memory
    if (/^aws:/i.test(key)) throw invalid("aws: prefixed tag key names are not allowed for external use")
    all.set(key, value)
  }
  if (all.size > limits.tags) throw tooMany(what)
  return [...all].map(([key, value]) => ({ key, value }))
}

export const shownTags = (tags: Tags): { Key: string; Value: string }[] =>
  tags.map(({ key, value }) => ({ Key: key, Value: value }))

/** Whether both are the same tags, in whatever order. */
export const sameTags = (a: Tags, b: Tags): boolean =>
  a.length === b.length && a.every(({ key, value }) => b.some((other) => other.key === key && other.value === value))
