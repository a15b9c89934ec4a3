// RunInstances with a launch template: what the request says goes before what the template says, member by member.
import type { Input, ReadCx } from "../../../gate/index.ts"
import { templateOf, versionOf } from "./find.ts"

type RunInput = Input<"ec2", "RunInstances">

/** Members that have another name in a template. */
const renamed: Readonly<Record<string, string>> = {
  RamDiskId: "RamdiskId",
  ElasticGpuSpecifications: "ElasticGpuSpecification",
}

/** The request, filled up from its template if it names one; and the template that was used. */
export const withTemplate = (
  cx: ReadCx,
  input: RunInput,
): { readonly request: RunInput; readonly template?: string } => {
  const { LaunchTemplate, ...request } = input
  if (!LaunchTemplate) return { request }
  const row = templateOf(cx, LaunchTemplate)
  const { number, data } = versionOf(row, LaunchTemplate.Version ?? "$Default")
  const given = Object.entries(structuredClone(data)).map(([name, value]) => [renamed[name] ?? name, value])
  const template = Object.fromEntries(given) as Partial<RunInput>
  const asked = Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as RunInput
  const { TagSpecifications, ...rest } = template
  return {
    request: {
      ...rest,
      ...asked,
      TagSpecifications: [...(TagSpecifications ?? []), ...(asked.TagSpecifications ?? [])],
    },
    template: `${row.id} ${number}`,
  }
}
