// The TagSpecifications of RunInstances: each kind of thing that a launch makes gets its own.
import type { TagSpecification } from "@aws-sdk/client-ec2"
import { fault } from "../../../kernel/index.ts"
import { invalid } from "../refusals.ts"
import { readTags, type Tags, withTags } from "../tagging/tag-lists.ts"

/** Kinds of which there are none here: their tags have nothing to be on. */
const withoutThing = new Set(["volume", "spot-instances-request", "elastic-gpu"])

/** EC2 says on an instance which template it came from: user guide, "Launch instances from a launch template". */
const templateTags = (template: string | undefined): Tags => {
  if (template === undefined) return []
  const [id = "", version = ""] = template.split(" ")
  return [
    { key: "aws:ec2launchtemplate:id", value: id },
    { key: "aws:ec2launchtemplate:version", value: version },
  ]
}

/** The tags of a launch. `template`: id and version of its template. */
export const launchTags = (
  specifications: readonly TagSpecification[] | undefined,
  template?: string,
): { readonly instance: Tags; readonly networkInterface: Tags } => {
  let instance: Tags = templateTags(template)
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
