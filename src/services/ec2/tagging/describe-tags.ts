// The tags of everything that EC2 has here: DescribeTags.
import type { ResourceType } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { pageOf } from "../pages.ts"
import { allTagged } from "./taggable.ts"

interface TagOf {
  readonly resourceId: string
  readonly resourceType: string
  readonly key: string
  readonly value: string
  /** The tag itself: `tag:<key>` means single tags here, not all those of a resource that has it. */
  readonly tags: readonly [{ readonly key: string; readonly value: string }]
}

const filters: FilterTable<TagOf> = {
  ...tagKeys,
  key: (t) => [t.key],
  "resource-id": (t) => [t.resourceId],
  "resource-type": (t) => [t.resourceType],
  value: (t) => [t.value],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html */
export const DescribeTags: ReadOp<"ec2", "DescribeTags"> = (cx, input) => {
  const all = allTagged(cx).flatMap(({ tags, ...resource }) =>
    tags.map((tag): TagOf => ({ ...resource, ...tag, tags: [tag] })),
  )
  const page = pageOf(applyFilters(all, input.Filters, filters), (t) => `${t.resourceId} ${t.key}`, input)
  return {
    Tags: page.rows.map((tag) => ({
      ResourceId: tag.resourceId,
      ResourceType: tag.resourceType as ResourceType,
      Key: tag.key,
      Value: tag.value,
    })),
    NextToken: page.NextToken,
  }
}
