// The attributes of a load balancer: their defaults, and how they are shown and changed.
import type { LoadBalancerAttributes } from "@aws-sdk/client-elastic-load-balancing"
import type { Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { ClassicLoadBalancerRow } from "../../state/index.ts"
import { checkRange, misconfigured } from "./checks.ts"
import { balancerOf, keyOf } from "./find.ts"

type Attributes = ClassicLoadBalancerRow["attributes"]

const desync = "elb.http.desyncmitigationmode"

/** Whether connections drain, and for how long. */
export const drainingOf = (attributes: Attributes): { readonly enabled: boolean; readonly seconds: number } => ({
  enabled: attributes["ConnectionDraining.Enabled"] === "true",
  seconds: Number(attributes["ConnectionDraining.Timeout"] ?? 300),
})

const shown = (attributes: Attributes): LoadBalancerAttributes => {
  const { enabled, seconds } = drainingOf(attributes)
  const log = (name: string) => attributes[`AccessLog.${name}`]
  return {
    CrossZoneLoadBalancing: { Enabled: attributes["CrossZoneLoadBalancing.Enabled"] === "true" },
    AccessLog: {
      Enabled: log("Enabled") === "true",
      ...(log("S3BucketName") !== undefined && { S3BucketName: log("S3BucketName") }),
      ...(log("EmitInterval") !== undefined && { EmitInterval: Number(log("EmitInterval")) }),
      ...(log("S3BucketPrefix") !== undefined && { S3BucketPrefix: log("S3BucketPrefix") }),
    },
    ConnectionDraining: { Enabled: enabled, Timeout: seconds },
    ConnectionSettings: { IdleTimeout: Number(attributes["ConnectionSettings.IdleTimeout"] ?? 60) },
    AdditionalAttributes: [{ Key: desync, Value: attributes[desync] ?? "defensive" }],
  }
}

/** The attributes that a request names, by their paths. Texts of this file are from memory. */
const asked = (wire: Partial<LoadBalancerAttributes>): Record<string, string> => {
  const found: Record<string, string> = {}
  const take = (path: string, value: unknown) => {
    if (value !== undefined) found[path] = String(value)
  }
  take("CrossZoneLoadBalancing.Enabled", wire.CrossZoneLoadBalancing?.Enabled)
  for (const [name, value] of Object.entries(wire.AccessLog ?? {})) take(`AccessLog.${name}`, value)
  take("ConnectionDraining.Enabled", wire.ConnectionDraining?.Enabled)
  take("ConnectionDraining.Timeout", wire.ConnectionDraining?.Timeout)
  take("ConnectionSettings.IdleTimeout", wire.ConnectionSettings?.IdleTimeout)
  for (const { Key = "", Value = "" } of wire.AdditionalAttributes ?? []) {
    if (Key !== desync)
      throw fault("LoadBalancerAttributeNotFound", `The load balancer attribute ${Key} does not exist`)
    take(Key, Value)
  }
  return found
}

const check = (attributes: Record<string, string>): void => {
  const { "ConnectionDraining.Timeout": draining, "ConnectionSettings.IdleTimeout": idle, [desync]: mode } = attributes
  if (draining !== undefined) checkRange("loadBalancerAttributes.connectionDraining.timeout", Number(draining), 1, 3600)
  if (idle !== undefined) checkRange("loadBalancerAttributes.connectionSettings.idleTimeout", Number(idle), 1, 4000)
  if (mode !== undefined && !["monitor", "defensive", "strictest"].includes(mode)) {
    throw misconfigured(`The value ${mode} of the attribute ${desync} is not one of monitor, defensive and strictest`)
  }
  const { "AccessLog.Enabled": logs, "AccessLog.EmitInterval": interval, "AccessLog.S3BucketName": bucket } = attributes
  if (logs === "true" && !bucket) throw misconfigured("AccessLog must have an S3BucketName when it is enabled")
  if (interval !== undefined && interval !== "5" && interval !== "60") {
    throw misconfigured("The EmitInterval of AccessLog must be 5 or 60 minutes")
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ModifyLoadBalancerAttributes.html */
export const ModifyLoadBalancerAttributes: Op<"elb", "ModifyLoadBalancerAttributes"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const wire = input.LoadBalancerAttributes ?? {}
  const changes = asked(wire)
  check(changes)
  const attributes: Record<string, string> = { ...row.attributes, ...changes }
  // AWS: every 60 minutes, unless it is said.
  if (attributes["AccessLog.Enabled"] === "true") attributes["AccessLog.EmitInterval"] ??= "60"
  cx.tx.classicLoadBalancers.patch(keyOf(row), { attributes })
  const all = shown(attributes)
  // AWS answers the attributes that were named, and of them everything.
  const named = Object.keys(wire) as (keyof LoadBalancerAttributes)[]
  return {
    LoadBalancerName: row.name,
    LoadBalancerAttributes: Object.fromEntries(named.map((name) => [name, all[name]])),
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerAttributes.html */
export const DescribeLoadBalancerAttributes: ReadOp<"elb", "DescribeLoadBalancerAttributes"> = (cx, input) => ({
  LoadBalancerAttributes: shown(balancerOf(cx, input.LoadBalancerName).attributes),
})
