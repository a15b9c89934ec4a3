// Tags of repositories.
import type { Tag } from "@aws-sdk/client-ecr"
import type { Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, parseArn } from "../../kernel/index.ts"
import { invalidParameter } from "./faults.ts"
import { findRepository, type Place, placeKey } from "./names.ts"

/** AWS: "a maximum of 50 tags per resource". */
const mostTags = 50

/** `old` with `added`; a fault when those are not tags that AWS takes. */
export const checkTags = (
  old: Readonly<Record<string, string>>,
  added: readonly Tag[] | undefined,
): Readonly<Record<string, string>> => {
  const all = new Map(Object.entries(old))
  for (const { Key: key = "", Value: value = "" } of added ?? []) {
    if (key.length < 1 || key.length > 128 || /^aws:/i.test(key))
      throw fault(
        "InvalidTagParameterException",
        `The tag key '${key}' is not valid: 1 to 128 characters, not beginning with aws:.`,
      ) // text from memory
    if (value.length > 256)
      throw fault("InvalidTagParameterException", `The value of tag '${key}' is longer than 256 characters.`) // text from memory
    all.set(key, value)
  }
  if (all.size > mostTags) throw fault("TooManyTagsException", `A repository can have a maximum of ${mostTags} tags.`) // text from memory
  return Object.fromEntries(all)
}

/** The repository of an ARN, of whatever account: the gate has asked whether the caller may. */
const tagged = (cx: ReadCx, resourceArn = "") => {
  const arn = parseArn(resourceArn)
  const name = arn?.service === "ecr" ? /^repository\/(.+)$/.exec(arn.resource)?.[1] : undefined
  if (!arn || name === undefined || arn.region !== cx.scope.region) throw invalidParameter("resourceArn", "Invalid ARN") // text from memory
  const place: Place = { account: arn.account, region: arn.region, repository: name }
  return findRepository({ ...cx, scope: place }, { repositoryName: name })
}

export const TagResource: Op<"ecr", "TagResource"> = (cx, input) => {
  const { place, row } = tagged(cx, input.resourceArn)
  cx.tx.ecrRepositories.patch(placeKey(place), { tags: checkTags(row.tags, input.tags) })
  return {}
}

export const UntagResource: Op<"ecr", "UntagResource"> = (cx, input) => {
  const { place, row } = tagged(cx, input.resourceArn)
  const tags = Object.fromEntries(Object.entries(row.tags).filter(([key]) => !input.tagKeys?.includes(key)))
  cx.tx.ecrRepositories.patch(placeKey(place), { tags })
  return {}
}

export const ListTagsForResource: ReadOp<"ecr", "ListTagsForResource"> = (cx, input) => {
  const { row } = tagged(cx, input.resourceArn)
  return { tags: Object.entries(row.tags).map(([Key, Value]) => ({ Key, Value })) }
}
