// Pages of list operations: the opaque token and the bounds of maxResults. Which rows are listed is each operation's.
import { fault } from "../../kernel/index.ts"
import { invalidParameter } from "./faults.ts"

interface Paged {
  readonly nextToken?: string | undefined
  readonly maxResults?: number | undefined
}

const seal = (list: string, after: string): string =>
  Buffer.from(JSON.stringify([list, after]), "utf8").toString("base64url")

const unseal = (list: string, token: string): string => {
  try {
    const opened: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"))
    const after: unknown = Array.isArray(opened) ? opened[1] : undefined
    // Sealed again it must be the same text: a token is good for the list that it came from, and nothing else.
    if (typeof after === "string" && seal(list, after) === token) return after
  } catch {
    // Falls through: what is not ours is refused in the same words.
  }
  throw fault(
    "InvalidParameterException",
    "Invalid parameter at 'nextToken' failed to satisfy constraint: 'must be valid'",
  )
}

/**
 * The part of `sorted` (by `keyOf`, unique) that is asked for, at most 1000 items and 100 where nothing is said. `list`
 * names the operation and its filters.
 */
export const pageOf = <T>(
  list: string,
  input: Paged,
  sorted: readonly T[],
  keyOf: (item: T) => string,
): { readonly items: readonly T[]; readonly nextToken?: string } => {
  const limit = input.maxResults ?? 100
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalidParameter("maxResults", "must be between 1 and 1000")
  const after = input.nextToken ? unseal(list, input.nextToken) : undefined
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return rest.length > items.length && last !== undefined ? { items, nextToken: seal(list, keyOf(last)) } : { items }
}

/** By text, as keys are compared. */
export const byKey =
  <T>(keyOf: (item: T) => string) =>
  (a: T, b: T): number =>
    keyOf(a) < keyOf(b) ? -1 : 1
