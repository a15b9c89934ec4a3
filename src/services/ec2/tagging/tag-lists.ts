// Tags in requests: reading `TagSpecifications` and the tags of CreateTags, with EC2's limits.
import type { Tag, TagSpecification } from "@aws-sdk/client-ec2"
import { fault } from "../../../kernel/index.ts"
import { invalid } from "../refusals.ts"

export type Tags = readonly { readonly key: string; readonly value: string }[]

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const mostTags = 50
const longestKey = 128
const longestValue = 256

/** Checks tags as they came and gives them our form; a key that comes twice keeps its last value. */
export const readTags = (tags: readonly Tag[] | undefined): Tags => {
  const byKey = new Map<string, string>()
  for (const { Key = "", Value = "" } of tags ?? []) {
    if (Key === "") throw invalid("Tag key cannot be empty.") // text from memory
    if (Key.length > longestKey) throw invalid(`Tag key exceeds the maximum length of ${longestKey} characters`)
    if (Value.length > longestValue) throw invalid(`Tag value exceeds the maximum length of ${longestValue} characters`)
    if (/^aws:/i.test(Key)) throw invalid("Tag keys starting with 'aws:' are reserved for internal use")
    byKey.set(Key, Value)
  }
  return [...byKey].map(([key, value]) => ({ key, value }))
}

/** `added` over `known`. Throws when there would be too many. */
export const withTags = (known: Tags, added: Tags): Tags => {
  const byKey = new Map([...known, ...added].map((tag) => [tag.key, tag.value]))
  if (byKey.size > mostTags) {
    throw fault("TagLimitExceeded", `The maximum number of tags for a resource has been reached: ${mostTags}`)
  }
  return [...byKey].map(([key, value]) => ({ key, value }))
}

/** The tags that a request gives to the one thing that it makes. */
export const specifiedTags = (specifications: readonly TagSpecification[] | undefined, resourceType: string): Tags =>
  (specifications ?? []).reduce<Tags>((tags, specification) => {
    if (specification.ResourceType !== resourceType) {
      throw invalid(`'${specification.ResourceType}' is not a valid taggable resource type for this operation.`)
    }
    if ((specification.Tags ?? []).length === 0) {
      throw fault("MissingParameter", "Tag specification must have at least one tag")
    }
    return withTags(tags, readTags(specification.Tags))
  }, [])
