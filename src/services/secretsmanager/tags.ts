// Tags of secrets: what may be one, TagResource, UntagResource.
import type { Op } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { SecretRow } from "../../state/index.ts"
import { checkLength } from "./checks.ts"
import { keyOf, liveSecretOf } from "./lookup.ts"

/** AWS: "Maximum number of tags per secret: 50". */
const mostTags = 50

type Tags = NonNullable<SecretRow["tags"]>
interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** The tags of a secret with these added, or a fault. */
export const checkTags = (old: Tags, added: readonly WireTag[]): Tags => {
  const all = new Map(old.map(({ key, value }) => [key, value]))
  const seen = new Set<string>()
  for (const { Key: key = "", Value: value = "" } of added) {
    checkLength("tags.member.key", key, 1, 128)
    checkLength("tags.member.value", value, 0, 256)
    // These three texts are from memory.
    if (/^aws:/i.test(key)) {
      throw fault("InvalidRequestException", "You can't use the prefix aws: in tag names or values.")
    }
    if (seen.has(key)) throw fault("InvalidParameterException", `You provided the tag key ${key} more than once.`)
    seen.add(key)
    all.set(key, value)
  }
  if (all.size > mostTags) {
    throw fault("InvalidParameterException", `A secret can have no more than ${mostTags} tags.`)
  }
  return [...all].map(([key, value]) => ({ key, value }))
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html */
export const TagResource: Op<"secretsmanager", "TagResource"> = (cx, input) => {
  const secret = liveSecretOf(cx, input.SecretId)
  cx.tx.secrets.patch(keyOf(secret), { tags: checkTags(secret.tags ?? [], input.Tags ?? []) })
  return {}
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UntagResource.html */
export const UntagResource: Op<"secretsmanager", "UntagResource"> = (cx, input) => {
  const secret = liveSecretOf(cx, input.SecretId)
  const { tags } = secret
  if (tags) {
    cx.tx.secrets.patch(keyOf(secret), { tags: tags.filter(({ key }) => !input.TagKeys?.includes(key)) })
  }
  return {}
}
