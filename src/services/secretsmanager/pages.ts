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
  throw fault("InvalidNextTokenException", "The NextToken value is invalid.") // text from memory
}

/**
 * Cuts a page out of rows in order. The token names the last row of the page before; when that is gone since, the next page
 * begins anew behind nothing, which is refused as a token that is no longer good.
 */
export const pageOf = <R>(
  list: string,
  rows: readonly R[],
  nameOf: (row: R) => string,
  { limit, token }: { readonly limit: number; readonly token: string | undefined },
): { readonly rows: readonly R[]; readonly token?: string } => {
  let begin = 0
  if (token) {
    const after = unseal(list, token)
    begin = rows.findIndex((row) => nameOf(row) === after) + 1
    if (begin === 0) throw fault("InvalidNextTokenException", "The NextToken value is invalid.")
  }
  const page = rows.slice(begin, begin + limit)
  const last = page.at(-1)
  return last !== undefined && begin + limit < rows.length
    ? { rows: page, token: seal(list, nameOf(last)) }
    : { rows: page }
}
