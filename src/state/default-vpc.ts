// The default VPC that every account has in every region: which records it is made of, and their making.
// Records only: the network behind them is made when the first task needs it (tables/machines.ts).
import { hash } from "node:crypto"
import { type Scope, scopeKey } from "../kernel/index.ts"
import { zonesOf } from "./regions.ts"
import type { Tx } from "./schema.ts"
import type { DhcpOptionsRow, SubnetRow, VpcRow } from "./tables/ec2.ts"
import type { InternetGatewayRow } from "./tables/ec2-routing.ts"
import { defaultDhcpOptions, subnetRow, type VpcCompanions, vpcCompanions } from "./vpc-records.ts"

/** All records of a default VPC. */
export interface DefaultVpc extends VpcCompanions {
  readonly vpc: VpcRow
  /** One in each zone, in the order of the zones' names. */
  readonly subnets: readonly SubnetRow[]
  readonly internetGateway: InternetGatewayRow
  readonly dhcpOptions: DhcpOptionsRow
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

/** What is hashed into the ids of what a VPC always has; `sg` and `rtb` are older than this table. */
const parts: Readonly<Record<string, string>> = { sg: "default", rtb: "main", rtbassoc: "main", acl: "acl" }

/** The records of the default VPC. Pure. */
export const defaultVpcRows = (scope: Scope): DefaultVpc => {
  const owned = { account: scope.account, region: scope.region, tags: [] }
  const gatewayId = idOf(scope, "igw", "gateway")
  const dhcpOptions = defaultDhcpOptions(scope, idOf(scope, "dopt", "dhcp"))
  const vpc: VpcRow = {
    ...owned,
    id: defaultVpcId(scope),
    cidr,
    isDefault: true,
    state: "available",
    dhcpOptionsId: dhcpOptions.id,
  }
  const subnets = zonesOf(scope.region).map((zone, i) =>
    subnetRow(vpc, { id: idOf(scope, "subnet", `subnet ${i}`), cidr: subnetCidrs[i] ?? "", zone, isDefault: true }),
  )
  const { routeTable, securityGroup, networkAcl } = vpcCompanions(vpc, (prefix) =>
    idOf(scope, prefix, parts[prefix] ?? prefix),
  )
  return {
    vpc,
    subnets,
    dhcpOptions,
    routeTable: {
      ...routeTable,
      routes: [...routeTable.routes, { destination: "0.0.0.0/0", gatewayId, origin: "CreateRoute" }],
    },
    internetGateway: { ...owned, id: gatewayId, vpcId: vpc.id },
    securityGroup,
    networkAcl: {
      ...networkAcl,
      associations: subnets.map((subnet) => ({ id: idOf(scope, "aclassoc", subnet.id), subnetId: subnet.id })),
    },
  }
}

/** Set to `deleted` when the user removed the default VPC; without it the next look would make it again. */
const setting = (scope: Scope) => `ec2/default-vpc/${scopeKey(scope)}`

/**
 * Makes the default VPC of an account and region when it is not there yet, and answers it; undefined when its user
 * removed it. Everything that may be the first to look at a scope's network calls this: EC2's operations and the checks
 * of RunTask. Two lookups once it exists.
 */
export const ensureDefaultVpc = (tx: Tx, scope: Scope): VpcRow | undefined => {
  const known = tx.vpcs.get(`${scopeKey(scope)}/${defaultVpcId(scope)}`)
  if (known) {
    completeRecords(tx, known)
    return known
  }
  return tx.settings.get(setting(scope))?.value === "deleted" ? undefined : makeDefaultVpc(tx, scope)
}

/** Makes it, also when it was removed before. It must not be there. */
export const makeDefaultVpc = (tx: Tx, scope: Scope): VpcRow => {
  const rows = defaultVpcRows(scope)
  for (const subnet of rows.subnets) tx.subnets.insert(subnet)
  tx.routeTables.insert(rows.routeTable)
  tx.internetGateways.insert(rows.internetGateway)
  tx.securityGroups.insert(rows.securityGroup)
  tx.networkAcls.insert(rows.networkAcl)
  // The region's options stay when its default VPC goes: they may be another VPC's as well.
  if (!tx.dhcpOptions.has(`${scopeKey(scope)}/${rows.dhcpOptions.id}`)) tx.dhcpOptions.insert(rows.dhcpOptions)
  tx.settings.delete(setting(scope))
  return tx.vpcs.insert(rows.vpc)
}

/** Remembers that the default VPC was removed on purpose. */
export const forgoDefaultVpc = (tx: Tx, scope: Scope): void => {
  tx.settings.put({ name: setting(scope), value: "deleted" })
}

/** A default VPC of a store from before there were ACLs and DHCP options gets them. */
const completeRecords = (tx: Tx, vpc: VpcRow): void => {
  if (tx.networkAcls.count("vpc", `${scopeKey(vpc)}/${vpc.id}`) > 0) return
  const rows = defaultVpcRows(vpc)
  tx.networkAcls.insert(rows.networkAcl)
  tx.dhcpOptions.put(rows.dhcpOptions)
}
