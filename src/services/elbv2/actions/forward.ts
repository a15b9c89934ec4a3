// `forward`: to one target group, or to several by weight. Kept as AWS shows it: a single group under both of its names.
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { type Frozen, loadBalancersOf, type TargetGroupRow } from "../../../state/index.ts"
import { checkRange, invalid, misconfigured, repeated } from "../checks.ts"
import { limits } from "../limits.ts"
import { badAction, lacks, type Place } from "./place.ts"

type Forward = Pick<Frozen<Action>, "TargetGroupArn" | "ForwardConfig">

export const forward = (cx: ReadCx, action: Frozen<Action>, at: string, place: Place): Forward => {
  const asked = action.ForwardConfig?.TargetGroups ?? []
  for (const [i, { Weight }] of asked.entries())
    checkRange(`${at}.forwardConfig.targetGroups.${i + 1}.member.weight`, Weight, 0, 999)
  const groups = together(action, asked)
  // text from memory
  if (groups.length > limits.targetGroupsPerAction)
    throw invalid(`The maximum number of target groups per action is '${limits.targetGroupsPerAction}'`)
  const [twice] = repeated(groups.map(({ TargetGroupArn }) => TargetGroupArn))
  // text from memory
  if (twice !== undefined) throw badAction(`The target group '${twice}' is specified more than once`)
  for (const { TargetGroupArn } of groups) checkGroup(cx, TargetGroupArn, place)
  const [only] = groups
  return {
    ...(only && groups.length === 1 && { TargetGroupArn: only.TargetGroupArn }),
    ForwardConfig: { TargetGroups: groups, TargetGroupStickinessConfig: stickiness(action, place) },
  }
}

type Tuples = NonNullable<NonNullable<Frozen<Action>["ForwardConfig"]>["TargetGroups"]>

const together = ({ TargetGroupArn: arn }: Frozen<Action>, asked: Tuples) => {
  const groups = asked.map(({ TargetGroupArn = "", Weight }) => ({ TargetGroupArn, Weight: Weight ?? 1 }))
  if (groups.length === 0) {
    if (arn === undefined) throw lacks("forward", "TargetGroupArn")
    return [{ TargetGroupArn: arn, Weight: 1 }]
  }
  // The model: "you can specify only one target group using ForwardConfig and it must be the same". text from memory
  if (arn !== undefined && (groups.length > 1 || groups[0]?.TargetGroupArn !== arn))
    throw invalid("You cannot specify both a target group ARN and a different list of target groups in an action")
  return groups
}

const stickiness = ({ ForwardConfig }: Frozen<Action>, { balancer }: Place) => {
  const { Enabled: isOn = false, DurationSeconds: seconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {}
  // Texts from memory.
  if (isOn && balancer.type === "network")
    throw badAction("Target group stickiness is not supported for load balancers of type 'network'")
  if (isOn && seconds === undefined)
    throw badAction("You must specify a duration if you enable target group stickiness")
  if (seconds !== undefined && (seconds < 1 || seconds > 604800))
    throw badAction("Target group stickiness duration must be between 1 and 604800 seconds")
  return { Enabled: isOn, ...(seconds !== undefined && { DurationSeconds: seconds }) }
}

const checkGroup = (cx: ReadCx, arn: string, place: Place): void => {
  const group = cx.tx.targetGroups.get(arn)
  if (!group || scopeKey(group) !== scopeKey(cx.scope))
    throw fault("TargetGroupNotFound", `Target group '${arn}' not found`)
  checkProtocols(group, place)
  // text from memory
  if (group.vpcId !== place.balancer.vpcId)
    throw misconfigured(`The target group '${arn}' must be in the same VPC as the load balancer`)
  const others = loadBalancersOf(cx.tx, arn).filter((other) => other !== place.balancer.arn)
  if (others.length > 0)
    throw fault(
      "TargetGroupAssociationLimit",
      `The following target groups cannot be associated with more than one load balancer: ${arn}`,
    )
}

/** The protocols of target groups that listeners of a protocol forward to. */
const compatible: Readonly<Record<Place["protocol"], readonly TargetGroupRow["protocol"][]>> = {
  HTTP: ["HTTP", "HTTPS"],
  HTTPS: ["HTTP", "HTTPS"],
  TCP: ["TCP", "TCP_UDP"],
  TLS: ["TCP", "TLS"],
  UDP: ["UDP", "TCP_UDP"],
  TCP_UDP: ["TCP_UDP"],
}

const checkProtocols = ({ arn, protocol, protocolVersion, targetType }: TargetGroupRow, place: Place): void => {
  // The beginning of the text: terraform-provider-aws issue 4955.
  if (!compatible[place.protocol].includes(protocol))
    throw fault(
      "IncompatibleProtocols",
      `The listener and its associated target group '${arn}' have incompatible protocols: '${place.protocol}' and '${protocol}'`,
    )
  // Texts from memory.
  if (place.protocol === "HTTP" && protocolVersion !== undefined && protocolVersion !== "HTTP1")
    throw misconfigured(
      `Listener protocol 'HTTP' is not supported with a target group with the protocol-version '${protocolVersion}'`,
    )
  if (targetType === "alb" && place.protocol !== "TCP")
    throw misconfigured(
      `Listener protocol '${place.protocol}' is not supported with a target group with the target type 'alb'`,
    )
}
