// DescribeInstanceTypes and DescribeInstanceTypeOfferings: the types of instance-types.ts, as EC2 shows them.
import type {
  _InstanceType,
  ArchitectureType,
  InstanceTypeInfo,
  InstanceTypeOffering,
  LocationType,
} from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { mostInterfaces, zonesOf } from "../../../state/index.ts"
import { applyFilters, type FilterTable } from "../filters.ts"
import { pageOf } from "../pages.ts"
import { invalidValue } from "../refusals.ts"
import { allInstanceTypes, type InstanceTypeFacts, instanceTypeFacts } from "./instance-types.ts"

const cores = (type: InstanceTypeFacts) => type.vcpus / type.threadsPerCore

const filters: FilterTable<InstanceTypeFacts> = {
  "bare-metal": () => ["false"],
  "burstable-performance-supported": (t) => [String(t.burstable)],
  "current-generation": (t) => [String(t.currentGeneration)],
  "instance-storage-supported": () => ["false"],
  "instance-type": (t) => [t.name],
  "memory-info.size-in-mib": (t) => [String(t.memoryMiB)],
  "processor-info.supported-architecture": (t) => [t.architecture],
  "supported-usage-class": () => ["on-demand"],
  "supported-virtualization-type": () => ["hvm"],
  "vcpu-info.default-cores": (t) => [String(cores(t))],
  "vcpu-info.default-threads-per-core": (t) => [String(t.threadsPerCore)],
  "vcpu-info.default-vcpus": (t) => [String(t.vcpus)],
}

const describe = (type: InstanceTypeFacts): InstanceTypeInfo => ({
  InstanceType: type.name as _InstanceType,
  CurrentGeneration: type.currentGeneration,
  FreeTierEligible: false,
  SupportedUsageClasses: ["on-demand"],
  SupportedRootDeviceTypes: ["ebs"],
  SupportedVirtualizationTypes: ["hvm"],
  BareMetal: false,
  ProcessorInfo: { SupportedArchitectures: [type.architecture as ArchitectureType] },
  VCpuInfo: {
    DefaultVCpus: type.vcpus,
    DefaultCores: cores(type),
    DefaultThreadsPerCore: type.threadsPerCore,
  },
  MemoryInfo: { SizeInMiB: type.memoryMiB },
  InstanceStorageSupported: false,
  HibernationSupported: false,
  BurstablePerformanceSupported: type.burstable,
  DedicatedHostsSupported: false,
  // Beside its first one an instance gets those of tasks in awsvpc mode, each with one address.
  NetworkInfo: {
    MaximumNetworkInterfaces: mostInterfaces(type.name),
    Ipv4AddressesPerInterface: 1,
    Ipv6Supported: false,
  },
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html */
export const DescribeInstanceTypes: ReadOp<"ec2", "DescribeInstanceTypes"> = (_cx, input) => {
  const asked = input.InstanceTypes ?? []
  const unknown = asked.filter((name) => !instanceTypeFacts(name))
  if (unknown.length > 0) {
    const quoted = unknown.join(", ")
    throw fault("InvalidInstanceType", `The following supplied instance types do not exist: [${quoted}]`)
  }
  const rows = asked.length > 0 ? allInstanceTypes().filter((t) => asked.some((a) => a === t.name)) : allInstanceTypes()
  const page = pageOf(applyFilters(rows, input.Filters, filters), (t) => t.name, input)
  return { InstanceTypes: page.rows.map(describe), NextToken: page.NextToken }
}

const offeringFilters: FilterTable<{ readonly type: string; readonly location: string }> = {
  "instance-type": (o) => [o.type],
  location: (o) => [o.location],
}

/** Every type is offered everywhere. */
export const DescribeInstanceTypeOfferings: ReadOp<"ec2", "DescribeInstanceTypeOfferings"> = (cx, input) => {
  const kind: string = input.LocationType ?? "region"
  const zones = zonesOf(cx.scope.region)
  const places: Readonly<Record<string, readonly string[]>> = {
    region: [cx.scope.region],
    "availability-zone": zones.map((zone) => zone.name),
    "availability-zone-id": zones.map((zone) => zone.id),
    outpost: [],
  }
  const locations = Object.hasOwn(places, kind) ? places[kind] : undefined
  if (!locations) throw invalidValue(kind, "locationType", "Unknown location type.")
  const rows = allInstanceTypes().flatMap(({ name }) => locations.map((location) => ({ type: name, location })))
  const page = pageOf(applyFilters(rows, input.Filters, offeringFilters), (o) => `${o.type} ${o.location}`, input)
  return {
    InstanceTypeOfferings: page.rows.map(
      ({ type, location }): InstanceTypeOffering => ({
        InstanceType: type as _InstanceType,
        LocationType: kind as LocationType,
        Location: location,
      }),
    ),
    NextToken: page.NextToken,
  }
}
