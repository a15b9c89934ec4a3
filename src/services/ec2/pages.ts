// `MaxResults` and `NextToken` of EC2's Describe operations.
import { fault } from "../../kernel/index.ts"

interface Paging {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

/** EC2 refuses pages of fewer than 5 and more than 1000. */
const smallest = 5
const largest = 1000

const encode = (id: string): string => Buffer.from(JSON.stringify({ after: id })).toString("base64url")

const decode = (token: string): string => {
  try {
    const { after } = JSON.parse(Buffer.from(token, "base64url").toString()) as { after?: unknown }
    if (typeof after === "string") return after
  } catch {
    // Not one of ours: refused below like any other text.
  }
  throw fault("InvalidNextToken", `The token '${token}' is invalid`)
}

/**
 * The page of `rows` that was asked for, in the order of their ids, and the token of the next. All rows as they are
 * when no page was asked for.
 */
export const pageOf = <R>(
  rows: readonly R[],
  idOf: (row: R) => string,
  { MaxResults, NextToken }: Paging,
): { readonly rows: readonly R[]; readonly NextToken: string | undefined } => {
  if (MaxResults === undefined && NextToken === undefined) return { rows, NextToken: undefined }
  if (MaxResults !== undefined && (MaxResults < smallest || MaxResults > largest)) {
    const bound = MaxResults < smallest ? `greater than or equal to ${smallest}` : `less than or equal to ${largest}`
    throw fault(
      "InvalidParameterValue",
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value ${bound}.`,
    )
  }
  const after = NextToken === undefined ? "" : decode(NextToken)
  const rest = rows.filter((row) => idOf(row) > after).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  const page = rest.slice(0, MaxResults ?? largest)
  const last = page.at(-1)
  return { rows: page, NextToken: rest.length > page.length && last ? encode(idOf(last)) : undefined }
}
