// Tags of IAM's things: read from a request, merged, written out. Keys are the same whatever their case.
import { fault } from "../../kernel/index.ts"
import type { IamTag } from "../../state/index.ts"
import { pageInOrder } from "./pages.ts"

type WireTag = { readonly Key?: string | undefined; readonly Value?: string | undefined }

const most = 50

/** The tags of a request. Throws for keys that come twice or are AWS's own. */
export const tagsOf = (tags: readonly WireTag[] | undefined): readonly IamTag[] => {
  const seen = new Set<string>()
  return (tags ?? []).map(({ Key: key = "", Value: value = "" }) => {
    const folded = key.toLowerCase()
    if (seen.has(folded))
      throw fault("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    // text from memory
    if (folded.startsWith("aws:"))
      throw fault("InvalidInput", "Tag keys that begin with 'aws:' are reserved for system use.")
    seen.add(folded)
    return { key, value }
  })
}

/** The tags that there are with those of a request over them. */
export const withTags = (
  old: readonly IamTag[],
  added: readonly WireTag[] | undefined,
  noun: string,
): readonly IamTag[] => {
  const fresh = tagsOf(added)
  const keys = new Set(fresh.map(({ key }) => key.toLowerCase()))
  const all = [...old.filter(({ key }) => !keys.has(key.toLowerCase())), ...fresh]
  if (all.length > most) throw fault("LimitExceeded", `Cannot exceed quota for TagsPer${noun}: ${most}`)
  return all
}

export const withoutTags = (old: readonly IamTag[], keys: readonly string[] | undefined): readonly IamTag[] => {
  const gone = new Set((keys ?? []).map((key) => key.toLowerCase()))
  return old.filter(({ key }) => !gone.has(key.toLowerCase()))
}

export const wireTags = (tags: readonly IamTag[]): { Key: string; Value: string }[] =>
  tags.map(({ key, value }) => ({ Key: key, Value: value }))

/** For answers that leave an empty list out. */
export const someTags = (tags: readonly IamTag[]) => (tags.length > 0 ? { Tags: wireTags(tags) } : {})

export const tagPage = (
  tags: readonly IamTag[],
  paging: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
) => {
  const page = pageInOrder(tags, paging)
  return { Tags: wireTags(page.rows), ...page.frame }
}
