// AddTags, RemoveTags and DescribeTags, on load balancers, target groups, listeners and rules.
import type { Cx, Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { kindOf } from "../arns.ts"
import { invalid } from "../checks.ts"
import { listenerAt, loadBalancerAt, ruleAt, targetGroupAt } from "../find.ts"
import { shownTags, type Tags, withTags } from "./tags.ts"

/** A thing with tags: those that it has, and how it gets others. */
interface Tagged {
  readonly what: string
  readonly tags: Tags
  readonly put: (cx: Cx, tags: Tags) => void
}

/** AWS: "You can specify up to 20 resources in a single call." */
const mostDescribed = 20

const tagged = (cx: ReadCx, arn: string): Tagged => {
  const what = kindOf(arn)
  switch (what) {
    case "load balancer":
      return {
        what,
        tags: loadBalancerAt(cx, arn).tags,
        put: ({ tx }, tags) => void tx.loadBalancers.patch(arn, { tags }),
      }
    case "target group":
      return {
        what,
        tags: targetGroupAt(cx, arn).tags,
        put: ({ tx }, tags) => void tx.targetGroups.patch(arn, { tags }),
      }
    case "listener":
      return { what, tags: listenerAt(cx, arn).tags, put: ({ tx }, tags) => void tx.listeners.patch(arn, { tags }) }
    case "listener rule":
      return ofRule(cx, arn)
    default:
      // text from memory
      throw invalid(`'${arn}' is not a valid resource ARN`)
  }
}

const ofRule = (cx: ReadCx, arn: string): Tagged => {
  const found = ruleAt(cx, arn)
  const what = "listener rule"
  if ("rule" in found)
    return { what, tags: found.rule.tags, put: ({ tx }, tags) => void tx.listenerRules.patch(arn, { tags }) }
  const { defaultOf } = found
  return {
    what,
    tags: defaultOf.defaultRuleTags ?? [],
    put: ({ tx }, defaultRuleTags) => void tx.listeners.patch(defaultOf.arn, { defaultRuleTags }),
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html */
export const AddTags: Op<"elbv2", "AddTags"> = (cx, input) => {
  for (const arn of input.ResourceArns ?? []) {
    const { what, tags, put } = tagged(cx, arn)
    put(cx, withTags(tags, input.Tags, what))
  }
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveTags.html */
export const RemoveTags: Op<"elbv2", "RemoveTags"> = (cx, input) => {
  for (const arn of input.ResourceArns ?? []) {
    const { tags, put } = tagged(cx, arn)
    const left = tags.filter(({ key }) => !input.TagKeys?.includes(key))
    if (left.length < tags.length) put(cx, left)
  }
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html */
export const DescribeTags: ReadOp<"elbv2", "DescribeTags"> = (cx, input) => {
  const arns = input.ResourceArns ?? []
  // text from memory
  if (arns.length > mostDescribed)
    throw invalid(`The maximum number of resources that can be described is '${mostDescribed}'`)
  return { TagDescriptions: arns.map((arn) => ({ ResourceArn: arn, Tags: shownTags(tagged(cx, arn).tags) })) }
}
