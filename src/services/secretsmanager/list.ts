// ListSecrets.
import type { ReadCx, ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import type { SecretRow } from "../../state/index.ts"
import { broken, numberOf } from "./checks.ts"
import { describeSecret } from "./describe.ts"
import { filterOf } from "./filters.ts"
import { pageOf } from "./pages.ts"

/** The secrets of an account and region that are not marked for deletion, newest last. */
export const secretsOf = (cx: ReadCx): readonly SecretRow[] =>
  cx.tx.secrets.by("scope", scopeKey(cx.scope)).filter(({ deletion }) => !deletion)

const sortKeys = {
  "created-date": (secret: SecretRow) => secret.createdAt,
  "last-accessed-date": (secret: SecretRow) => secret.accessedAt ?? 0,
  "last-changed-date": (secret: SecretRow) => secret.changedAt,
  name: (secret: SecretRow) => secret.name,
} as const

const isSortKey = (text: string): text is keyof typeof sortKeys => Object.hasOwn(sortKeys, text)

const sorted = (rows: readonly SecretRow[], by = "created-date", order = "desc"): readonly SecretRow[] => {
  if (order !== "asc" && order !== "desc") {
    throw broken("sortOrder", "Member must satisfy enum value set: [asc, desc]", order)
  }
  if (!isSortKey(by)) {
    throw broken("sortBy", `Member must satisfy enum value set: [${Object.keys(sortKeys).join(", ")}]`, by)
  }
  const keyOf = sortKeys[by]
  const ascending = [...rows].sort((a, b) => {
    const [first, second] = [keyOf(a), keyOf(b)]
    return first < second ? -1 : first > second ? 1 : 0
  })
  return order === "asc" ? ascending : ascending.reverse()
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
export const ListSecrets: ReadOp<"secretsmanager", "ListSecrets"> = (cx, input) => {
  const limit = numberOf("maxResults", input.MaxResults, 1, 100, 100)
  const all = input.IncludePlannedDeletion ? cx.tx.secrets.by("scope", scopeKey(cx.scope)) : secretsOf(cx)
  const rows = sorted(all.filter(filterOf(input.Filters)), input.SortBy, input.SortOrder)
  const list = `secrets ${JSON.stringify([input.Filters, input.SortBy, input.SortOrder, input.IncludePlannedDeletion])}`
  const page = pageOf(list, rows, ({ arn }) => arn, { limit, token: input.NextToken })
  return {
    SecretList: page.rows.map((secret) => {
      const { VersionIdsToStages, ...described } = describeSecret(cx, secret)
      return {
        ...described,
        // Here AWS tells when deletion was asked for, and DescribeSecret when it happens.
        ...(secret.deletion && { DeletedDate: new Date(secret.deletion.requestedAt) }),
        ...(VersionIdsToStages && { SecretVersionsToStages: VersionIdsToStages }),
      }
    }),
    ...(page.token !== undefined && { NextToken: page.token }),
  }
}
