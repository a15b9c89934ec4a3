// Idempotency tokens: the same ClientToken with the same request answers what the first request made, and with another
// request is refused. A token lives as long as what it made.
import { hash } from "node:crypto"
import { fault, type Scope } from "../../kernel/index.ts"
import { keyOf } from "./lookups.ts"

interface Token {
  readonly value: string
  readonly request: string
}

/** The token to keep in the row that is made; undefined when the caller gave none. */
export const tokenOf = (input: { readonly ClientToken?: string | undefined }): Token | undefined => {
  const { ClientToken, ...request } = input
  if (ClientToken === undefined) return undefined
  return {
    value: ClientToken,
    request: hash("sha256", JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1)))),
  }
}

/** The row that an earlier request with this token made. Throws when that request was another one. */
export const madeBefore = <R extends { readonly token?: Token }>(
  table: { first(index: "token", value: string): R | undefined },
  scope: Scope,
  token: Token | undefined,
): R | undefined => {
  const known = token && table.first("token", keyOf(scope, token.value))
  if (known && known.token?.request !== token.request) {
    throw fault(
      "IdempotentParameterMismatch",
      "The request uses the same client token as a previous, but non-identical request.",
    )
  }
  return known
}
