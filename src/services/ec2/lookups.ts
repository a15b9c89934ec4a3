// Finding EC2's resources by the ids of a request, with EC2's errors for those that are not there.
import { fault } from "../../kernel/index.ts"

/** How EC2 speaks of a missing resource of a kind. */
export interface Missing {
  /** `InvalidVpcID.NotFound`. */
  readonly code: string
  /** `The vpc ID`: what stands before the quoted id. */
  readonly what: string
}

/**
 * The rows of the named ids, each once, in the order of the request; all rows when none is named. Throws when one does
 * not exist: EC2 then answers none of them.
 */
export const named = <R>(
  ids: readonly string[] | undefined,
  all: () => readonly R[],
  find: (id: string) => R | undefined,
  missing: Missing,
): readonly R[] => {
  if (!ids || ids.length === 0) return all()
  const unknown = ids.filter((id) => find(id) === undefined)
  if (unknown.length === 1) throw fault(missing.code, `${missing.what} '${unknown[0]}' does not exist`)
  if (unknown.length > 1) throw fault(missing.code, `${missing.what}s '${unknown.join(", ")}' do not exist`)
  return [...new Set(ids)].map(find).filter((row) => row !== undefined)
}

/** EC2 checks the form of some kinds of ids before it looks for them. */
export const checkForm = (ids: readonly string[] | undefined, prefix: string, code: string): void => {
  for (const id of ids ?? []) {
    if (!id.startsWith(`${prefix}-`)) throw fault(code, `Invalid id: "${id}" (expecting "${prefix}-...")`)
  }
}

/** Tags as EC2 describes them. */
export const tagSet = (
  tags: readonly { readonly key: string; readonly value: string }[],
): { Key: string; Value: string }[] => tags.map(({ key, value }) => ({ Key: key, Value: value }))
