// DHCP options: DescribeDhcpOptions. There is one set per region, that of AWS; none can be made.
import type { ReadOp } from "../../../gate/index.ts"
import type { DhcpOptionsRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"

const filters: FilterTable<DhcpOptionsRow> = {
  ...tagKeys,
  "dhcp-options-id": (d) => [d.id],
  key: (d) => d.configurations.map((c) => c.key),
  "owner-id": (d) => [d.account],
  value: (d) => d.configurations.flatMap((c) => c.values),
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeDhcpOptions.html */
export const DescribeDhcpOptions: ReadOp<"ec2", "DescribeDhcpOptions"> = (cx, input) => {
  const rows = namedRows(cx.tx.dhcpOptions, cx.scope, input.DhcpOptionsIds, missing.dhcpOptions)
  const page = pageOf(applyFilters(rows, input.Filters, filters), (d) => d.id, input)
  return {
    DhcpOptions: page.rows.map((options) => ({
      DhcpOptionsId: options.id,
      OwnerId: options.account,
      DhcpConfigurations: options.configurations.map(({ key, values }) => ({
        Key: key,
        Values: values.map((Value) => ({ Value })),
      })),
      Tags: tagSet(options.tags),
    })),
    NextToken: page.NextToken,
  }
}
