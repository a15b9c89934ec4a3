// Pages of list operations: the opaque token. Bound to the list that it came from, so that a token of another is refused.
import { fault } from "../../kernel/index.ts"

const seal = (list: string, after: string): string =>
  Buffer.from(JSON.stringify([list, after]), "utf8").toString("base64url")

const unseal = (list: string, token: string): string => {
  try {
    const opened: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"))
    const after: unknown = Array.isArray(opened) ? opened[1] : undefined
    if (typeof after === "string" && seal(list, after) === token) return after
  } catch {
    // Falls through: what is not ours is refused in the same words.
  }
  throw fault("InvalidNextToken", "The specified token isn't valid.")
}

/** Cuts a page out of rows in the order of `nameOf`, which is unique. */
export const pageOf = <R>(
  list: string,
  rows: readonly R[],
  nameOf: (row: R) => string,
  { limit, token }: { readonly limit: number; readonly token: string | undefined },
): { readonly rows: readonly R[]; readonly token?: string } => {
  const after = token ? unseal(list, token) : undefined
  const sorted = [...rows].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const rest = after === undefined ? sorted : sorted.filter((row) => nameOf(row) > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return last !== undefined && rest.length > page.length
    ? { rows: page, token: seal(list, nameOf(last)) }
    : { rows: page }
}
