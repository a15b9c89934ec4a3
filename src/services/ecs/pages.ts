// Pages of list operations: the opaque token and the bounds of maxResults. Which rows are listed is each operation's.
import { invalidParameter } from "./faults.ts"

/** Bound to the operation and what it was asked, so that a token of another list is refused. */
const seal = (list: string, after: string): string =>
  Buffer.from(JSON.stringify([list, after]), "utf8").toString("base64url")

const unseal = (list: string, token: string): string => {
  try {
    const opened: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"))
    const after: unknown = Array.isArray(opened) ? opened[1] : undefined
    // Sealed again it must be the same text: decoding alone forgives characters that we never wrote.
    if (typeof after === "string" && seal(list, after) === token) return after
  } catch {
    // Falls through: what is not ours is refused in the same words.
  }
  throw invalidParameter("Invalid token.") // text from memory
}

/** What a list operation is asked. */
export interface Paged {
  readonly nextToken?: string | undefined
  readonly maxResults?: number | undefined
}

/**
 * The `after` and `limit` of a page. `list` names the operation and its filters: a token is only good for the list
 * that it came from. Throws InvalidParameterException for a bad token or a maxResults outside 1 to `most`.
 */
export const pageOf = (list: string, input: Paged, most = 100): { readonly limit: number; readonly after?: string } => {
  const limit = input.maxResults ?? most
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw invalidParameter(`maxResults must be between 1 and ${most}.`) // text from memory
  }
  return input.nextToken ? { limit, after: unseal(list, input.nextToken) } : { limit }
}

/** The `nextToken` member of an answer, absent on the last page. */
export const nextToken = (list: string, next: string | undefined): { nextToken?: string } =>
  next === undefined ? {} : { nextToken: seal(list, next) }

/** The page of a list that is sorted by `keyOf` (unique, compared as text) and begins behind `after`. */
export const cut = <T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  page: { readonly limit: number; readonly after?: string },
  order: "ASC" | "DESC" = "ASC",
): { readonly rows: readonly T[]; readonly next?: string } => {
  const { after } = page
  const isBehind = (item: T) => after === undefined || (order === "ASC" ? keyOf(item) > after : keyOf(item) < after)
  const rest = sorted.filter(isBehind)
  const rows = rest.slice(0, page.limit)
  const last = rows.at(-1)
  return last !== undefined && rest.length > rows.length ? { rows, next: keyOf(last) } : { rows }
}
