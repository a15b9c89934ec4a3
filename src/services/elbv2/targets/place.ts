// What may be registered in a target group: which ids, which ports, and the zone that a target is in.
import type { TargetDescription } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx } from "../../../gate/index.ts"
import { type Fault, fault, scopeKey } from "../../../kernel/index.ts"
import { type Cidr, cidrHolds, parseAddress, parseCidr, type TargetGroupRow, zonesOf } from "../../../state/index.ts"
import { isArnOf } from "../arns.ts"
import { invalid, misconfigured } from "../checks.ts"

const invalidTarget = (message: string): Fault => fault("InvalidTarget", message)

const list = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join(", ")

/** Throws unless the id has the form of the group's type. Texts of field reports. */
export const checkId = ({ targetType }: TargetGroupRow, id: string): void => {
  if (targetType === "instance" && !/^i-[0-9a-f]{8,17}$/.test(id)) throw invalid(`Instance ID '${id}' is not valid`)
  // text from memory
  if (targetType === "ip" && parseAddress(id) === undefined)
    throw invalid(`The IP address '${id}' is not a valid IPv4 address`)
  if (targetType === "alb" && !isArnOf("load balancer", id)) throw invalid(`'${id}' is not a valid load balancer ARN`)
}

/** Checks all targets of a request against what there is; answers the zone of each. */
export const zonesOfTargets = (
  cx: ReadCx,
  group: TargetGroupRow,
  targets: readonly TargetDescription[],
): readonly (string | undefined)[] => {
  switch (group.targetType) {
    case "instance":
      return instanceZones(cx, group, targets)
    case "ip":
      return targets.map((target) => addressZone(cx, group, target))
    case "alb":
      return targets.map((target) => checkBalancer(cx, group, target))
  }
}

/** Texts of moto's tests and field reports. */
const instanceZones = (cx: ReadCx, { vpcId }: TargetGroupRow, targets: readonly TargetDescription[]) => {
  const rows = targets.map(({ Id = "" }) => ({ id: Id, row: cx.tx.instances.get(`${scopeKey(cx.scope)}/${Id}`) }))
  const idsOf = (bad: (one: (typeof rows)[number]) => boolean) => [...new Set(rows.filter(bad).map(({ id }) => id))]
  const unknown = idsOf(({ row }) => !row || row.desired === "terminated")
  if (unknown.length > 0) throw invalidTarget(`The following targets do not exist: ${list(unknown)}`) // text from memory
  const elsewhere = idsOf(({ row }) => row?.vpcId !== vpcId)
  if (elsewhere.length > 0)
    throw invalidTarget(`The following targets are not in the target group VPC '${vpcId}': ${list(elsewhere)}`)
  const resting = idsOf(({ row }) => row?.desired !== "running" || row.observed.state !== "running")
  if (resting.length > 0)
    throw invalidTarget(`The following targets are not in a running state and cannot be registered: ${list(resting)}`)
  // text from memory
  if (targets.some(({ AvailabilityZone }) => AvailabilityZone !== undefined))
    throw misconfigured("You cannot specify an Availability Zone for targets with target type 'instance'")
  return rows.map(({ row }) => row?.availabilityZone)
}

/** AWS: "You can't specify publicly routable IP addresses": RFC 1918, RFC 6598, and whatever is the VPC's own. */
const privateBlocks = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"].flatMap(
  (text): Cidr | [] => parseCidr(text) ?? [],
)

const addressZone = (
  cx: ReadCx,
  { vpcId }: TargetGroupRow,
  { Id = "", AvailabilityZone: asked }: TargetDescription,
) => {
  const address = parseAddress(Id) ?? 0
  const vpcKey = `${scopeKey(cx.scope)}/${vpcId}`
  const holds = (cidr: string | undefined) => {
    const block = cidr === undefined ? undefined : parseCidr(cidr)
    return block !== undefined && cidrHolds(block, address)
  }
  const isOwn = holds(cx.tx.vpcs.get(vpcKey)?.cidr)
  // text from memory
  if (!isOwn && !privateBlocks.some((block) => cidrHolds(block, address)))
    throw invalidTarget(`The following IP addresses are not valid targets: '${Id}'`)
  const subnet = cx.tx.subnets.by("vpc", vpcKey).find(({ cidr }) => holds(cidr))
  if (subnet) {
    // Text of a field report (aws-load-balancer-controller issue 561).
    if (asked !== undefined && asked !== subnet.availabilityZone)
      throw invalid(
        `The IP address '${Id}' is within the VPC, and cannot have its Availability Zone overridden to '${asked}' from '${subnet.availabilityZone}'`,
      )
    return subnet.availabilityZone
  }
  // Text of a field report (aws-load-balancer-controller issue 3714).
  if (asked === undefined)
    throw invalid(`The Availability Zone is required for IP address '${Id}' because it is not in the VPC`)
  // Text of a field report (aws-load-balancer-controller issue 3084).
  if (asked !== "all" && !zonesOf(cx.scope.region).some(({ name }) => name === asked))
    throw invalid(
      `You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since the IP address '${Id}' is outside the VPC`,
    )
  return asked
}

/** Texts from memory. */
const checkBalancer = (cx: ReadCx, group: TargetGroupRow, { Id = "", Port }: TargetDescription): undefined => {
  const balancer = cx.tx.loadBalancers.get(Id)
  if (!balancer || scopeKey(balancer) !== scopeKey(cx.scope) || balancer.type !== "application")
    throw invalidTarget(`The following targets do not exist: '${Id}'`)
  if (balancer.vpcId !== group.vpcId)
    throw invalidTarget(`The following targets are not in the target group VPC '${group.vpcId}': '${Id}'`)
  if (Port !== undefined && Port !== group.port)
    throw misconfigured("A port override is not supported for target groups with target type 'alb'")
  if (cx.tx.listeners.count("port", `${Id} ${group.port}`) === 0)
    throw invalidTarget(`The load balancer '${Id}' must have a listener on port '${group.port}' of the target group`)
}
