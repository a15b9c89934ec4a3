// Tags of parameters: what may be one, AddTagsToResource, RemoveTagsFromResource, ListTagsForResource.
import type { Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, notImplemented } from "../../kernel/index.ts"
import { type ParameterRow, parameterKey } from "../../state/index.ts"
import { checkLength, invalid } from "./checks.ts"

type Tags = ParameterRow["tags"]
interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** AWS: 50 tags for a resource. */
const mostTags = 50

/** The tags of a parameter with these added, or a fault. */
export const checkTags = (old: Tags, added: readonly WireTag[]): Tags => {
  const all = new Map(old.map(({ key, value }) => [key, value]))
  for (const { Key: key = "", Value: value = "" } of added) {
    checkLength("tags.member.key", key, 1, 128)
    checkLength("tags.member.value", value, 0, 256)
    // Text from memory.
    if (/^aws:/i.test(key)) throw invalid("Tag keys can't begin with the prefix aws:.")
    all.set(key, value)
  }
  if (all.size > mostTags) {
    throw fault(
      "TooManyTagsError",
      "The Targets parameter includes too many tags. Remove one or more tags and try the command again.",
    )
  }
  return [...all].map(([key, value]) => ({ key, value }))
}

interface OnResource {
  readonly ResourceType: string | undefined
  readonly ResourceId: string | undefined
}

const otherTypes = [
  ...["Document", "ManagedInstance", "MaintenanceWindow", "PatchBaseline", "OpsItem", "OpsMetadata"],
  ...["Automation", "Association"],
]

/** Only parameters are here: the tags of everything else of Systems Manager are as absent as it is. */
const tagged = (cx: ReadCx, operation: string, { ResourceType: type = "", ResourceId: id = "" }: OnResource) => {
  if (otherTypes.includes(type)) throw notImplemented("ssm", `${operation} for ResourceType ${type}`)
  if (type !== "Parameter") {
    throw fault(
      "InvalidResourceType",
      "The resource type isn't valid. For example, if you are attempting to tag an EC2 instance, the instance must be a registered managed node.",
    )
  }
  const parameter = cx.tx.parameters.get(parameterKey({ ...cx.scope, name: id }))
  if (!parameter) {
    throw fault(
      "InvalidResourceId",
      "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
    )
  }
  return parameter
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html */
export const AddTagsToResource: Op<"ssm", "AddTagsToResource"> = (cx, input) => {
  const parameter = tagged(cx, "AddTagsToResource", input)
  cx.tx.parameters.patch(parameterKey(parameter), { tags: checkTags(parameter.tags, input.Tags ?? []) })
  return {}
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RemoveTagsFromResource.html */
export const RemoveTagsFromResource: Op<"ssm", "RemoveTagsFromResource"> = (cx, input) => {
  const parameter = tagged(cx, "RemoveTagsFromResource", input)
  const tags = parameter.tags.filter(({ key }) => !input.TagKeys?.includes(key))
  cx.tx.parameters.patch(parameterKey(parameter), { tags })
  return {}
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListTagsForResource.html */
export const ListTagsForResource: ReadOp<"ssm", "ListTagsForResource"> = (cx, input) => ({
  TagList: tagged(cx, "ListTagsForResource", input).tags.map(({ key, value }) => ({ Key: key, Value: value })),
})
