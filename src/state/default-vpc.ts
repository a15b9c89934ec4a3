// The default VPC that every account has in every region: which records it is made of, and their making.
// Records only: the network behind them is made when the first task needs it (tables/machines.ts).
import { hash } from "node:crypto"
import { type Scope, scopeKey } from "../kernel/index.ts"
import { zonesOf } from "./regions.ts"
import type { Tx } from "./schema.ts"
import type { InternetGatewayRow, RouteTableRow, SecurityGroupRow, SubnetRow, VpcRow } from "./tables/ec2.ts"

/** All records of a default VPC. */
export interface DefaultVpc {
  readonly vpc: VpcRow
  /** One in each zone, in the order of the zones' names. */
  readonly subnets: readonly SubnetRow[]
  readonly routeTable: RouteTableRow
  readonly internetGateway: InternetGatewayRow
  readonly securityGroup: SecurityGroupRow
}

const cidr = "172.31.0.0/16"
/** As AWS cuts the default VPC: https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html */
const subnetCidrs = ["172.31.0.0/20", "172.31.16.0/20", "172.31.32.0/20"]

/**
 * An id that account, region and part alone decide, so that the default VPC of an account has the same ids on every
 * machine and after every reset, and scripts that name a subnet go on working.
 */
const idOf = (scope: Scope, prefix: string, part: string): string =>
  `${prefix}-${hash("sha256", `default-vpc/${scopeKey(scope)}/${part}`).slice(0, 17)}`

/** The id of the default VPC of an account in a region. */
export const defaultVpcId = (scope: Scope): string => idOf(scope, "vpc", "vpc")

/** The records of the default VPC. Pure. */
export const defaultVpcRows = (scope: Scope): DefaultVpc => {
  const owned = { account: scope.account, region: scope.region, tags: [] }
  const arn = (resource: string) => `arn:aws:ec2:${scope.region}:${scope.account}:${resource}`
  const vpcId = defaultVpcId(scope)
  const gatewayId = idOf(scope, "igw", "gateway")
  const groupId = idOf(scope, "sg", "default")
  return {
    vpc: {
      ...owned,
      id: vpcId,
      cidr,
      isDefault: true,
      state: "available",
      dhcpOptionsId: idOf(scope, "dopt", "dhcp"),
    },
    subnets: zonesOf(scope.region).map((zone, i) => {
      const id = idOf(scope, "subnet", `subnet ${i}`)
      return {
        ...owned,
        id,
        arn: arn(`subnet/${id}`),
        vpcId,
        cidr: subnetCidrs[i] ?? "",
        availabilityZone: zone.name,
        availabilityZoneId: zone.id,
        defaultForAz: true,
        mapPublicIpOnLaunch: true,
      }
    }),
    routeTable: {
      ...owned,
      id: idOf(scope, "rtb", "main"),
      vpcId,
      main: true,
      associationId: idOf(scope, "rtbassoc", "main"),
      routes: [
        { DestinationCidrBlock: cidr, GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
        { DestinationCidrBlock: "0.0.0.0/0", GatewayId: gatewayId, Origin: "CreateRoute", State: "active" },
      ],
    },
    internetGateway: { ...owned, id: gatewayId, vpcId },
    securityGroup: {
      ...owned,
      id: groupId,
      arn: arn(`security-group/${groupId}`),
      name: "default",
      description: "default VPC security group",
      vpcId,
      ingress: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: groupId, UserId: scope.account }] }],
      egress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    },
  }
}

/**
 * Makes the default VPC of an account and region when it is not there yet, and answers it. Everything that may be the
 * first to look at a scope's network calls this: EC2's Describe operations and the checks of RunTask.
 * One lookup once it exists.
 */
export const ensureDefaultVpc = (tx: Tx, scope: Scope): VpcRow => {
  const known = tx.vpcs.get(`${scopeKey(scope)}/${defaultVpcId(scope)}`)
  if (known) return known
  const rows = defaultVpcRows(scope)
  for (const subnet of rows.subnets) tx.subnets.insert(subnet)
  tx.routeTables.insert(rows.routeTable)
  tx.internetGateways.insert(rows.internetGateway)
  tx.securityGroups.insert(rows.securityGroup)
  return tx.vpcs.insert(rows.vpc)
}
