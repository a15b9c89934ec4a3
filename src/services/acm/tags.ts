// Tags of certificates: what may be one, AddTagsToCertificate, ListTagsForCertificate, RemoveTagsFromCertificate.
import type { Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { CertificateRow } from "../../state/index.ts"
import { broken, checkLength } from "./checks.ts"
import { certificateOf } from "./lookup.ts"

type Tags = CertificateRow["tags"]
interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

const mostTags = 50
const form = "[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*"
const characters = new RegExp(`^${form}$`, "u")

const checkTag = ({ Key: key = "", Value: value }: WireTag, i: number): void => {
  checkLength(`tags.${i + 1}.member.key`, key, 1, 128)
  checkLength(`tags.${i + 1}.member.value`, value ?? "", 0, 256)
  for (const [member, text] of [["key", key] as const, ["value", value ?? ""] as const]) {
    if (!characters.test(text)) {
      throw broken(`tags.${i + 1}.member.${member}`, `Member must satisfy regular expression pattern: ${form}`, text)
    }
  }
  // Text from memory.
  if (/^aws:/i.test(key)) throw fault("InvalidTagException", "Tag keys that begin with aws: are reserved for AWS use.")
}

/** The tags with these added, or a fault. A tag whose key is there already gets the new value. */
export const checkTags = (old: Tags, added: readonly WireTag[]): Tags => {
  added.forEach(checkTag)
  const all = new Map(old.map(({ key, value }) => [key, value]))
  for (const { Key = "", Value = "" } of added) all.set(Key, Value)
  if (all.size > mostTags) {
    throw fault("TooManyTagsException", `A certificate can have no more than ${mostTags} tags.`) // text from memory
  }
  return [...all].map(([key, value]) => ({ key, value }))
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html */
export const AddTagsToCertificate: Op<"acm", "AddTagsToCertificate"> = (cx, input) => {
  const row = certificateOf(cx, input.CertificateArn)
  cx.tx.certificates.patch(row.arn, { tags: checkTags(row.tags, input.Tags ?? []) })
  return {}
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_ListTagsForCertificate.html */
export const ListTagsForCertificate: ReadOp<"acm", "ListTagsForCertificate"> = (cx, input) => ({
  Tags: certificateOf(cx, input.CertificateArn).tags.map(({ key, value }) => ({ Key: key, Value: value })),
})

/**
 * AWS: with a value the tag goes only if it has this value; without one it goes whatever it has.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_RemoveTagsFromCertificate.html
 */
export const RemoveTagsFromCertificate: Op<"acm", "RemoveTagsFromCertificate"> = (cx, input) => {
  const row = certificateOf(cx, input.CertificateArn)
  const gone = input.Tags ?? []
  gone.forEach(checkTag)
  const goes = ({ key, value }: Tags[number]) =>
    gone.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
  cx.tx.certificates.patch(row.arn, { tags: row.tags.filter((tag) => !goes(tag)) })
  return {}
}
