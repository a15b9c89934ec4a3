// Regions and availability zones: DescribeRegions and DescribeAvailabilityZones. Facts of state/regions.ts.
import type { ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { type Region, regions, type Zone, zonesOf } from "../../../state/index.ts"
import { applyFilters, type FilterTable } from "../filters.ts"

const endpoint = (region: Region) => `ec2.${region.name}.amazonaws.com`

const regionFilters: FilterTable<Region> = {
  endpoint: (r) => [endpoint(r)],
  "opt-in-status": (r) => [r.optIn],
  "region-name": (r) => [r.name],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html */
export const DescribeRegions: ReadOp<"ec2", "DescribeRegions"> = (_cx, input) => {
  const names = input.RegionNames ?? []
  const unknown = names.find((name) => !regions.some((region) => region.name === name))
  if (unknown !== undefined) throw fault("InvalidParameterValue", `Invalid region names: [${unknown}]`)
  const chosen = names.length === 0 ? regions : regions.filter((region) => names.includes(region.name))
  return {
    Regions: applyFilters(chosen, input.Filters, regionFilters).map((region) => ({
      RegionName: region.name,
      Endpoint: endpoint(region),
      OptInStatus: region.optIn,
    })),
  }
}

const optInStatus = "opt-in-not-required"

const zoneFilters = (region: string): FilterTable<Zone> => ({
  "group-long-name": () => [],
  "group-name": () => [`${region}-zg-1`],
  message: () => [],
  "opt-in-status": () => [optInStatus],
  "parent-zone-id": () => [],
  "parent-zone-name": () => [],
  "region-name": () => [region],
  state: () => ["available"],
  "zone-id": (zone) => [zone.id],
  "zone-name": (zone) => [zone.name],
  "zone-type": () => ["availability-zone"],
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html */
export const DescribeAvailabilityZones: ReadOp<"ec2", "DescribeAvailabilityZones"> = (cx, input) => {
  const { region } = cx.scope
  const zones = zonesOf(region)
  const names = input.ZoneNames ?? []
  const ids = input.ZoneIds ?? []
  const unknown = [
    ...names.filter((name) => !zones.some((zone) => zone.name === name)),
    ...ids.filter((id) => !zones.some((zone) => zone.id === id)),
  ]
  if (unknown.length > 0) throw fault("InvalidParameterValue", `Invalid availability zone: [${unknown[0]}]`)
  const chosen = zones.filter(
    (zone) => (names.length === 0 || names.includes(zone.name)) && (ids.length === 0 || ids.includes(zone.id)),
  )
  return {
    AvailabilityZones: applyFilters(chosen, input.Filters, zoneFilters(region)).map((zone) => ({
      ZoneName: zone.name,
      ZoneId: zone.id,
      RegionName: region,
      GroupName: `${region}-zg-1`,
      NetworkBorderGroup: region,
      OptInStatus: optInStatus,
      State: "available" as const,
      ZoneType: "availability-zone",
      Messages: [],
    })),
  }
}
