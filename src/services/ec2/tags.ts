// The tags of everything that EC2 has here: DescribeTags.
import type { ReadCx, ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "./filters.ts"
import { pageOf } from "./pages.ts"

/** EC2's words for the kinds of resources, by our tables. */
const kinds = {
  vpcs: "vpc",
  subnets: "subnet",
  securityGroups: "security-group",
  routeTables: "route-table",
  internetGateways: "internet-gateway",
  networkInterfaces: "network-interface",
} as const

interface TagOf {
  readonly resourceId: string
  readonly resourceType: (typeof kinds)[keyof typeof kinds]
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

/** All tags of the scope. */
const tagsOf = (cx: ReadCx): readonly TagOf[] =>
  (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((table) =>
    cx.tx[table]
      .by("scope", scopeKey(cx.scope))
      .flatMap((row) =>
        row.tags.map((tag) => ({ resourceId: row.id, resourceType: kinds[table], ...tag, tags: [tag] as const })),
      ),
  )

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html */
export const DescribeTags: ReadOp<"ec2", "DescribeTags"> = (cx, input) => {
  const page = pageOf(applyFilters(tagsOf(cx), input.Filters, filters), (t) => `${t.resourceId} ${t.key}`, input)
  return {
    Tags: page.rows.map((tag) => ({
      ResourceId: tag.resourceId,
      ResourceType: tag.resourceType,
      Key: tag.key,
      Value: tag.value,
    })),
    NextToken: page.NextToken,
  }
}
