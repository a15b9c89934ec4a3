// Between records and wire shapes: dropping absent members and lifting a record's read-only type.
// No knowledge of any one resource lives here.
import type { Frozen } from "../../state/index.ts"

/** `T` without members that are undefined: what a record or an answer may hold. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** A copy of `members` without those that are undefined: an omitted member is truly absent on AWS's wire. */
export const present = <T extends object>(members: T): Present<T> => {
  const out: Record<string, unknown> = {}
  for (const key in members) if (members[key] !== undefined) out[key] = members[key]
  return out as Present<T>
}

/** The same value under the SDK's mutable type. It stays frozen: answers are only read, by wire/ or by call(). */
export const thaw = <T>(record: Frozen<T>): T => record as unknown as T

/** Milliseconds of a record as the Date of an answer. */
export const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms))
