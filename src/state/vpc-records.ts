// The records that come into being together with a VPC, whoever makes it: its main route table, its default security
// group and network ACL, and the DHCP options of the region. Pure; who inserts them is default-vpc.ts or services/ec2.
import { formatArn, type Scope } from "../kernel/index.ts"
import type { Zone } from "./regions.ts"
import type { DhcpOptionsRow, SubnetRow, VpcRow } from "./tables/ec2.ts"
import type { RouteTableRow } from "./tables/ec2-routing.ts"
import { firstRuleId, type NetworkAclEntry, type NetworkAclRow, type SecurityGroupRow } from "./tables/ec2-security.ts"

/** What every VPC has from its first moment. */
export interface VpcCompanions {
  readonly routeTable: RouteTableRow
  readonly securityGroup: SecurityGroupRow
  readonly networkAcl: NetworkAclRow
}

const entry = (egress: boolean, number: number, action: "allow" | "deny"): NetworkAclEntry => ({
  egress,
  number,
  action,
  protocol: "-1",
  cidr: "0.0.0.0/0",
})

/** The default ACL lets everything through; 32767 is the rule that every ACL ends with. */
const openEntries = [true, false].flatMap((egress) => [entry(egress, 100, "allow"), entry(egress, 32767, "deny")])

/** `idOf` makes the ids, from the prefix of the kind (`rtb`, `rtbassoc`, `sg`, `acl`). */
export const vpcCompanions = (vpc: VpcRow, idOf: (prefix: string) => string): VpcCompanions => {
  const owned = { account: vpc.account, region: vpc.region, tags: [] }
  const groupId = idOf("sg")
  return {
    routeTable: {
      ...owned,
      id: idOf("rtb"),
      vpcId: vpc.id,
      associations: [{ id: idOf("rtbassoc"), main: true }],
      routes: [{ destination: vpc.cidr, gatewayId: "local", origin: "CreateRouteTable" }],
    },
    securityGroup: {
      ...owned,
      id: groupId,
      arn: formatArn("ec2", vpc, `security-group/${groupId}`),
      name: "default",
      description: "default VPC security group",
      vpcId: vpc.id,
      rules: [
        { id: firstRuleId(groupId, false), egress: false, protocol: "-1", groupId, tags: [] },
        { id: firstRuleId(groupId, true), egress: true, protocol: "-1", cidrIpv4: "0.0.0.0/0", tags: [] },
      ],
    },
    networkAcl: {
      ...owned,
      id: idOf("acl"),
      vpcId: vpc.id,
      isDefault: true,
      associations: [],
      entries: openEntries,
    },
  }
}

/** The set of options that AWS gives a region's VPCs. */
export const defaultDhcpOptions = (scope: Scope, id: string): DhcpOptionsRow => ({
  account: scope.account,
  region: scope.region,
  tags: [],
  id,
  configurations: [
    {
      key: "domain-name",
      values: [scope.region === "us-east-1" ? "ec2.internal" : `${scope.region}.compute.internal`],
    },
    { key: "domain-name-servers", values: ["AmazonProvidedDNS"] },
  ],
})

/** The record of a subnet in a zone. */
export const subnetRow = (
  vpc: Pick<VpcRow, "account" | "region" | "id">,
  given: { readonly id: string; readonly cidr: string; readonly zone: Zone; readonly isDefault: boolean },
): SubnetRow => ({
  account: vpc.account,
  region: vpc.region,
  tags: [],
  id: given.id,
  arn: formatArn("ec2", vpc, `subnet/${given.id}`),
  vpcId: vpc.id,
  cidr: given.cidr,
  availabilityZone: given.zone.name,
  availabilityZoneId: given.zone.id,
  defaultForAz: given.isDefault,
  mapPublicIpOnLaunch: given.isDefault,
})
