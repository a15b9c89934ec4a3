// CreateTargetGroup: groups of instances, of addresses, and of one application load balancer.
import type { Cx, Input, Op } from "../../../gate/index.ts"
import { fault, notImplemented, scopeKey } from "../../../kernel/index.ts"
import { ensureDefaultVpc, type TargetGroupRow } from "../../../state/index.ts"
import { targetGroupArn } from "../arns.ts"
import { checkName, checkPort, invalid, misconfigured, oneOf, protocols } from "../checks.ts"
import { limits } from "../limits.ts"
import { sameTags, withTags } from "../tagging/tags.ts"
import { shownTargetGroup } from "./describe.ts"
import { checkForm, healthCheckFor } from "./health-check.ts"

type Asked = Input<"elbv2", "CreateTargetGroup">
type Kind = Pick<TargetGroupRow, "targetType" | "protocol" | "protocolVersion" | "port" | "vpcId">

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
export const CreateTargetGroup: Op<"elbv2", "CreateTargetGroup"> = (cx, input) => {
  const { Name: name = "" } = input
  oneOf("protocol", input.Protocol, protocols)
  oneOf("targetType", input.TargetType, ["instance", "ip", "lambda", "alb"])
  oneOf("ipAddressType", input.IpAddressType, ["ipv4", "ipv6"])
  checkPort("port", input.Port)
  checkForm(input)
  checkName("target group", name)
  refuseUnbuilt(input)
  ensureDefaultVpc(cx.tx, cx.scope)
  const kind = kindOf(cx, input)
  const tags = withTags([], input.Tags, "target group")
  const wished = { ...kind, ipAddressType: "ipv4" as const, healthCheck: healthCheckFor(kind, input) }

  const known = cx.tx.targetGroups.first("name", `${scopeKey(cx.scope)}/${name}`)
  if (known) {
    if (!isAsWished(known, wished) || (input.Tags && !sameTags(known.tags, tags)))
      throw fault(
        "DuplicateTargetGroupName",
        `A target group with the same name '${name}' exists, but with different settings`,
      )
    return { TargetGroups: [shownTargetGroup(cx, known)] }
  }
  // text from memory
  if (cx.tx.targetGroups.count("scope", scopeKey(cx.scope)) >= limits.targetGroups)
    throw fault("TooManyTargetGroups", "The maximum number of target groups has been reached")
  const row = cx.tx.targetGroups.insert({
    ...cx.scope,
    arn: targetGroupArn(cx.scope, name, cx.ids.hex(16)),
    name,
    ...wished,
    attributes: {},
    createdAt: cx.now,
    tags,
  })
  return { TargetGroups: [shownTargetGroup(cx, row)] }
}

/** What AWS has and Roadstead does not says so. */
const refuseUnbuilt = (input: Asked): void => {
  const refuse = (what: string) => notImplemented("elbv2", `CreateTargetGroup for ${what}`)
  if (input.TargetType === "lambda") throw refuse("TargetType lambda")
  for (const protocol of ["GENEVE", "QUIC", "TCP_QUIC"])
    if (input.Protocol === protocol) throw refuse(`Protocol ${protocol}`)
  if (input.IpAddressType === "ipv6")
    throw misconfigured("The IP address type 'ipv6' is not supported by Roadstead: use 'ipv4'")
  if (input.TargetControlPort !== undefined) throw refuse("a TargetControlPort")
}

const kindOf = (cx: Cx, input: Asked): Kind => {
  const targetType = (input.TargetType ?? "instance") as Kind["targetType"]
  const protocol = input.Protocol as Kind["protocol"] | undefined
  if (protocol === undefined) throw invalid("A protocol must be specified")
  if (input.Port === undefined) throw invalid("A port must be specified")
  if (input.VpcId === undefined || input.VpcId === "") throw invalid("A VPC ID must be specified")
  // Text of a field report (ansible/ansible issue 31919).
  if (!cx.tx.vpcs.has(`${scopeKey(cx.scope)}/${input.VpcId}`)) throw invalid(`The VPC ID '${input.VpcId}' is not found`)
  // text from memory
  if (targetType === "alb" && protocol !== "TCP")
    throw invalid(`Protocol '${protocol}' is not supported with the target type 'alb'`)
  const protocolVersion = versionFor(protocol, input.ProtocolVersion)
  return {
    targetType,
    protocol,
    ...(protocolVersion !== undefined && { protocolVersion }),
    port: input.Port,
    vpcId: input.VpcId,
  }
}

/** Texts from memory. */
const versionFor = (protocol: string, asked: string | undefined): Kind["protocolVersion"] => {
  if (protocol !== "HTTP" && protocol !== "HTTPS") {
    if (asked !== undefined)
      throw invalid(`Protocol version is not supported for target groups with the ${protocol} protocol`)
    return undefined
  }
  const version = (["HTTP1", "HTTP2", "GRPC"] as const).find((one) => one === (asked ?? "HTTP1"))
  if (!version) throw invalid(`Protocol version '${asked}' must be one of '[HTTP1, HTTP2, GRPC]'`)
  return version
}

type Wished = Kind & Pick<TargetGroupRow, "healthCheck">

const isAsWished = (row: TargetGroupRow, wished: Wished): boolean => {
  const text = ({ targetType, protocol, protocolVersion, port, vpcId, healthCheck: check }: Wished) =>
    JSON.stringify([
      ...[targetType, protocol, protocolVersion, port, vpcId],
      ...[check.protocol, check.port, check.path, check.intervalSeconds, check.timeoutSeconds],
      ...[check.healthyThreshold, check.unhealthyThreshold, check.matcher?.HttpCode, check.matcher?.GrpcCode],
    ])
  return text(row) === text(wished)
}
