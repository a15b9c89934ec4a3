// Tags of classic load balancers: AddTags, RemoveTags, DescribeTags.
import type { Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { ClassicLoadBalancerRow } from "../../state/index.ts"
import { broken, invalid } from "./checks.ts"
import { balancerOf, keyOf } from "./find.ts"
import { limits } from "./limits.ts"

type Tags = ClassicLoadBalancerRow["tags"]

interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

const form = "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$"
const characters = new RegExp(form, "u")

const checkText = (member: string, text: string, least: number, most: number): void => {
  if (text.length < least) throw broken(member, text, `Member must have length greater than or equal to ${least}`)
  if (text.length > most) throw broken(member, text, `Member must have length less than or equal to ${most}`)
  if (!characters.test(text)) throw broken(member, text, `Member must satisfy regular expression pattern: ${form}`)
}

/** The tags of a load balancer with these added, or a fault. The texts about keys and quota are those of moto's tests. */
export const withTags = (old: Tags, added: readonly WireTag[] = []): Tags => {
  const keys = new Set<string>()
  const all = new Map(old.map(({ key, value }) => [key, value]))
  for (const [i, { Key: key = "", Value: value = "" }] of added.entries()) {
    checkText(`tags.${i + 1}.member.key`, key, 1, 128)
    checkText(`tags.${i + 1}.member.value`, value, 0, 256)
    if (/^aws:/i.test(key)) throw invalid("Tag keys that begin with aws: are reserved for AWS use") // text from memory
    if (keys.has(key)) throw fault("DuplicateTagKeys", `Tag key was specified more than once: ${key}`)
    keys.add(key)
    all.set(key, value)
  }
  if (all.size > limits.tags) {
    throw fault(
      "TooManyTags",
      "The quota for the number of tags that can be assigned to a load balancer has been reached",
    )
  }
  return [...all].map(([key, value]) => ({ key, value }))
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AddTags.html */
export const AddTags: Op<"elb", "AddTags"> = (cx, input) => {
  for (const row of (input.LoadBalancerNames ?? []).map((name) => balancerOf(cx, name))) {
    cx.tx.classicLoadBalancers.patch(keyOf(row), { tags: withTags(row.tags, input.Tags) })
  }
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_RemoveTags.html */
export const RemoveTags: Op<"elb", "RemoveTags"> = (cx, input) => {
  const gone = new Set((input.Tags ?? []).map(({ Key }) => Key))
  for (const row of (input.LoadBalancerNames ?? []).map((name) => balancerOf(cx, name))) {
    cx.tx.classicLoadBalancers.patch(keyOf(row), { tags: row.tags.filter(({ key }) => !gone.has(key)) })
  }
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeTags.html */
export const DescribeTags: ReadOp<"elb", "DescribeTags"> = (cx, input) => {
  const names = input.LoadBalancerNames ?? []
  if (names.length < 1 || names.length > 20) {
    const [word, bound] = names.length < 1 ? ["greater", 1] : ["less", 20]
    throw broken("loadBalancerNames", names, `Member must have length ${word} than or equal to ${bound}`)
  }
  return {
    TagDescriptions: names.map((name) => ({
      LoadBalancerName: name,
      Tags: balancerOf(cx, name).tags.map(({ key, value }) => ({ Key: key, Value: value })),
    })),
  }
}
