// The network of new tasks: subnets and security groups as the caller named them, checked against the VPC's records.
// Addresses and interfaces are made later by controllers/task.
import type { NetworkConfiguration } from "@aws-sdk/client-ecs"
import type { Cx } from "../../../gate/index.ts"
import { scopeKey } from "../../../kernel/index.ts"
import {
  defaultSecurityGroupOf,
  ensureDefaultVpc,
  type SubnetRow,
  subnetOf,
  type TaskRow,
} from "../../../state/index.ts"
import { invalidParameter } from "../faults.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html */
const mostSubnets = 16
const mostSecurityGroups = 5

/** What tasks are started into. */
export interface TaskNetwork {
  /** For the record of every task. */
  readonly configuration: NonNullable<TaskRow["networkConfiguration"]>
  /** In the order in which they were named. */
  readonly subnets: readonly SubnetRow[]
}

const findSubnet = (cx: Cx, id: string): SubnetRow => {
  const subnet = subnetOf(cx.tx, cx.scope, id)
  if (subnet) return subnet
  throw invalidParameter(
    `Error retrieving subnet information for [${id}]: The subnet ID '${id}' does not exist (ErrorCode: InvalidSubnetID.NotFound)`,
  )
}

const checkGroup = (cx: Cx, id: string, vpcId: string): void => {
  const group = cx.tx.securityGroups.get(`${scopeKey(cx.scope)}/${id}`)
  if (!group) {
    throw invalidParameter(
      `Error retrieving security group information for [${id}]: The security group '${id}' does not exist (ErrorCode: InvalidGroup.NotFound)`,
    )
  }
  if (group.vpcId !== vpcId) {
    // text from memory
    throw invalidParameter(`Security group ${id} does not appear to belong to the same VPC as the input subnets.`)
  }
}

/**
 * The network that tasks of this network mode get from `given`; undefined for the modes that need none. Without
 * security groups the VPC's default group is taken. Throws InvalidParameterException.
 */
export const taskNetwork = (
  cx: Cx,
  networkMode: string | undefined,
  given: NetworkConfiguration | undefined,
): TaskNetwork | undefined => {
  const asked = given?.awsvpcConfiguration
  if (networkMode !== "awsvpc") {
    if (asked)
      throw invalidParameter("Network Configuration is not valid for the given networkMode of this task definition.")
    return undefined
  }
  if (!asked) throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
  const subnetIds = [...new Set(asked.subnets ?? [])]
  const groups = [...new Set(asked.securityGroups ?? [])]
  if (subnetIds.length === 0) throw invalidParameter("subnets can not be empty.")
  if (subnetIds.length > mostSubnets) throw invalidParameter(`subnets can have at most ${mostSubnets} items.`) // from memory
  if (groups.length > mostSecurityGroups) {
    throw invalidParameter(`securityGroups can have at most ${mostSecurityGroups} items.`) // text from memory
  }
  const assignPublicIp = asked.assignPublicIp ?? "DISABLED"
  if (assignPublicIp !== "ENABLED" && assignPublicIp !== "DISABLED") {
    throw invalidParameter(`Invalid value '${assignPublicIp}' for assignPublicIp.`) // text from memory
  }
  // Its ids are known beforehand, so a task may well be the first to look at the default VPC.
  ensureDefaultVpc(cx.tx, cx.scope)
  const subnets = subnetIds.map((id) => findSubnet(cx, id))
  const vpcId = subnets[0]?.vpcId ?? ""
  if (subnets.some((subnet) => subnet.vpcId !== vpcId)) {
    throw invalidParameter("The provided subnets do not belong to the same VPC.") // text from memory
  }
  for (const id of groups) checkGroup(cx, id, vpcId)
  const fallback = defaultSecurityGroupOf(cx.tx, cx.scope, vpcId)?.id
  const securityGroups = groups.length > 0 || fallback === undefined ? groups : [fallback]
  return { configuration: { subnets: subnetIds, securityGroups, assignPublicIp }, subnets }
}
