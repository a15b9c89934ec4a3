// What RunInstances is asked for that there are no means for here: said, never taken and dropped.
import type { Input } from "../../../gate/index.ts"
import { refuseMembers, unsupported } from "../refusals.ts"

const noMeans = {
  ElasticGpuSpecification: "elastic GPUs",
  ElasticInferenceAccelerators: "inference accelerators",
  EnablePrimaryIpv6: "IPv6",
  InstanceMarketOptions: "spot instances",
  Ipv6AddressCount: "IPv6",
  Ipv6Addresses: "IPv6",
  KernelId: "kernels of images",
  LicenseSpecifications: "licenses",
  NetworkPerformanceOptions: "network performance options",
  Operator: "operators of instances",
  RamdiskId: "RAM disks of images",
  SecondaryInterfaces: "second interfaces of instances",
}

const noPlacement = {
  Affinity: "dedicated hosts",
  GroupId: "placement groups",
  GroupName: "placement groups",
  HostId: "dedicated hosts",
  HostResourceGroupArn: "dedicated hosts",
  PartitionNumber: "placement groups",
}

/** Throws for the first of them. */
export const refuseLaunch = (input: Input<"ec2", "RunInstances">): void => {
  refuseMembers(input, noMeans)
  refuseMembers(input.Placement ?? {}, noPlacement)
  const tenancy: string = input.Placement?.Tenancy ?? "default"
  if (tenancy !== "default") throw unsupported(`dedicated tenancy (Placement.Tenancy ${tenancy})`)
  if (input.HibernationOptions?.Configured) throw unsupported("hibernation (HibernationOptions)")
  if (input.EnclaveOptions?.Enabled) throw unsupported("enclaves (EnclaveOptions)")
}
