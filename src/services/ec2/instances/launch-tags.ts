// The TagSpecifications of RunInstances: each kind of thing that a launch makes gets its own.
import type { TagSpecification } from "@aws-sdk/client-ec2"
import { fault } from "../../../kernel/index.ts"
import { invalid } from "../refusals.ts"
import { readTags, type Tags, withTags } from "../tagging/tag-lists.ts"

/** Kinds of which there are none here: their tags have nothing to be on. */
const withoutThing = new Set(["volume", "spot-instances-request", "elastic-gpu"])

/** The tags of a launch. */
export const launchTags = (
  specifications: readonly TagSpecification[] | undefined,
): { readonly instance: Tags; readonly networkInterface: Tags } => {
  let instance: Tags = []
  let networkInterface: Tags = []
  for (const { ResourceType, Tags: tags } of specifications ?? []) {
    const type: string = ResourceType ?? ""
    if ((tags ?? []).length === 0) throw fault("MissingParameter", "Tag specification must have at least one tag")
    const read = readTags(tags)
    if (type === "instance") instance = withTags(instance, read)
    else if (type === "network-interface") networkInterface = withTags(networkInterface, read)
    else if (!withoutThing.has(type)) {
      throw invalid(`'${type}' is not a valid taggable resource type for this operation.`)
    }
  }
  return { instance, networkInterface }
}
