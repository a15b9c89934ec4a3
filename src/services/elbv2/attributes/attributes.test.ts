import assert from "node:assert/strict"
import { test } from "node:test"
import { balancing, forwardTo } from "../../../../test/support/elbv2.ts"

interface Pair {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}
type Shown = { readonly Attributes?: readonly Pair[] | undefined }
const values = ({ Attributes = [] }: Shown) => Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))
const one = (Key: string, Value: string) => [{ Key, Value }]

test("a load balancer has AWS's attributes by its type, and those that were set", async () => {
  const { call, loadBalancer } = balancing()
  const LoadBalancerArn = await loadBalancer()
  const standard = values(await call("DescribeLoadBalancerAttributes", { LoadBalancerArn }))
  assert.equal(standard["idle_timeout.timeout_seconds"], "60")
  assert.equal(standard["routing.http.xff_header_processing.mode"], "append")
  assert.equal(standard["load_balancing.cross_zone.enabled"], "true")
  assert.equal(Object.keys(standard).length, 22)
  const set = await call("ModifyLoadBalancerAttributes", {
    LoadBalancerArn,
    Attributes: one("idle_timeout.timeout_seconds", "4000"),
  })
  assert.deepEqual(values(set), { ...standard, "idle_timeout.timeout_seconds": "4000" })
  const net = values(
    await call("DescribeLoadBalancerAttributes", { LoadBalancerArn: await loadBalancer({ Type: "network" }) }),
  )
  assert.equal(net["load_balancing.cross_zone.enabled"], "false")
  assert.equal(net["dns_record.client_routing_policy"], "any_availability_zone")
  assert.equal(net["idle_timeout.timeout_seconds"], undefined)
})

test("attributes of a load balancer that AWS would not take are refused, and none of the request is kept", async () => {
  const { call, loadBalancer, refuses } = balancing()
  const LoadBalancerArn = await loadBalancer()
  const before = await call("DescribeLoadBalancerAttributes", { LoadBalancerArn })
  const modify = (Key: string, Value: string) => ({
    LoadBalancerArn,
    Attributes: [...one("routing.http2.enabled", "false"), ...one(Key, Value)],
  })
  const subject = "Load balancer attribute key"
  for (const [Key, Value, code, words] of [
    ["x", "1", "ValidationError", `${subject} 'x' is not recognized`],
    [
      "dns_record.client_routing_policy",
      "any_availability_zone",
      "InvalidConfigurationRequest",
      `${subject} 'dns_record.client_routing_policy' is not supported on load balancers with type 'application'`,
    ],
    [
      "ipv6.deny_all_igw_traffic",
      "true",
      "InvalidConfigurationRequest",
      `${subject} 'ipv6.deny_all_igw_traffic' is not supported on load balancers with IP address type 'ipv4'`,
    ],
    [
      "idle_timeout.timeout_seconds",
      "4001",
      "ValidationError",
      "'idle_timeout.timeout_seconds' value '4001' must be between '1-4000' inclusive",
    ],
    [
      "deletion_protection.enabled",
      "yes",
      "ValidationError",
      "'deletion_protection.enabled' must be one of [true, false]",
    ],
    ["access_logs.s3.enabled", "true", "ValidationError", "The value of 'access_logs.s3.bucket' cannot be empty"],
    ["load_balancing.cross_zone.enabled", "false", "InvalidConfigurationRequest", /cannot be turned off/],
  ] as const)
    await refuses("ModifyLoadBalancerAttributes", modify(Key, Value), code, words)
  assert.deepEqual(await call("DescribeLoadBalancerAttributes", { LoadBalancerArn }), before)
})

test("a load balancer under deletion protection stays", async () => {
  const { call, loadBalancer, refuses } = balancing()
  const LoadBalancerArn = await loadBalancer()
  const protect = (Value: string) =>
    call("ModifyLoadBalancerAttributes", { LoadBalancerArn, Attributes: one("deletion_protection.enabled", Value) })
  await protect("true")
  await refuses(
    "DeleteLoadBalancer",
    { LoadBalancerArn },
    "OperationNotPermitted",
    `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
  )
  await protect("false")
  await call("DeleteLoadBalancer", { LoadBalancerArn })
})

test("a target group has AWS's attributes by its protocol and type", async () => {
  const { call, targetGroup } = balancing()
  const of = async (more: object) =>
    values(await call("DescribeTargetGroupAttributes", { TargetGroupArn: await targetGroup(more) }))
  const http = await of({})
  assert.deepEqual(
    [http["deregistration_delay.timeout_seconds"], http["stickiness.type"], http["load_balancing.algorithm.type"]],
    ["300", "lb_cookie", "round_robin"],
  )
  assert.equal(http["preserve_client_ip.enabled"], undefined)
  const preserved = async (more: object) => (await of(more))["preserve_client_ip.enabled"]
  assert.equal(await preserved({ Protocol: "TCP" }), "false")
  assert.equal(await preserved({ Protocol: "TCP", TargetType: "instance" }), "true")
  const udp = await of({ Protocol: "UDP" })
  assert.deepEqual(
    [
      udp["preserve_client_ip.enabled"],
      udp["deregistration_delay.connection_termination.enabled"],
      udp["target_health_state.unhealthy.connection_termination.enabled"],
      udp["stickiness.type"],
    ],
    ["true", "true", "false", "source_ip"],
  )
})

test("attributes of a target group are checked alone and together", async () => {
  const b = balancing()
  const http = await b.targetGroup()
  const udp = await b.targetGroup({ Protocol: "UDP" })
  const both = [...one("slow_start.duration_seconds", "30"), ...one("load_balancing.algorithm.type", "weighted_random")]
  const cases = [
    [http, one("x", "1"), "ValidationError", "Target group attribute key 'x' is not recognized"],
    [
      http,
      one("proxy_protocol_v2.enabled", "true"),
      "InvalidConfigurationRequest",
      "The provided target group attribute is not supported",
    ],
    [
      http,
      one("deregistration_delay.timeout_seconds", "3601"),
      "ValidationError",
      "'deregistration_delay.timeout_seconds' value '3601' must be between '0-3600' inclusive",
    ],
    [http, one("slow_start.duration_seconds", "29"), "ValidationError", /between '30-900' inclusive$/],
    [
      http,
      both,
      "InvalidConfigurationRequest",
      "You cannot enable both slow start and weighted random algorithm on a target group",
    ],
    [
      http,
      one("stickiness.type", "x"),
      "ValidationError",
      "'Stickiness type' must be one of [app_cookie, lb_cookie, source_ip]",
    ],
    [
      http,
      one("stickiness.type", "source_ip"),
      "InvalidConfigurationRequest",
      "Stickiness type 'source_ip' is not supported for target groups with the HTTP protocol",
    ],
    [
      http,
      [...one("stickiness.type", "app_cookie"), ...one("stickiness.enabled", "true")],
      "InvalidConfigurationRequest",
      "You must set an application cookie name to enable stickiness of type 'app_cookie'",
    ],
    [http, one("stickiness.app_cookie.cookie_name", "AWSALBTG"), "ValidationError", /reserved prefix/],
    [udp, one("preserve_client_ip.enabled", "false"), "InvalidConfigurationRequest", /cannot be disabled for UDP/],
  ] as const
  for (const [TargetGroupArn, Attributes, code, words] of cases)
    await b.refuses("ModifyTargetGroupAttributes", { TargetGroupArn, Attributes }, code, words)
  const ok = [...one("slow_start.duration_seconds", "30"), ...one("deregistration_delay.timeout_seconds", "0")]
  const set = values(await b.call("ModifyTargetGroupAttributes", { TargetGroupArn: http, Attributes: ok }))
  assert.equal(set["slow_start.duration_seconds"], "30")
  await b.listener(await b.loadBalancer(), { DefaultActions: [forwardTo(http)] })
  const Targets = [{ Id: "172.31.0.10" }]
  await b.call("RegisterTargets", { TargetGroupArn: http, Targets })
  await b.call("DeregisterTargets", { TargetGroupArn: http, Targets })
  const { TargetHealthDescriptions } = await b.call("DescribeTargetHealth", { TargetGroupArn: http })
  assert.deepEqual(TargetHealthDescriptions, [], "without a delay nothing drains")
})

test("listeners have attributes by their protocol", async () => {
  const { call, listener, loadBalancer, targetGroup, refuses } = balancing()
  const ListenerArn = await listener(await loadBalancer())
  const http = values(await call("DescribeListenerAttributes", { ListenerArn }))
  assert.equal(http["routing.http.response.server.enabled"], "true")
  const hsts = "routing.http.response.strict_transport_security.header_value"
  const set = await call("ModifyListenerAttributes", { ListenerArn, Attributes: one(hsts, "max-age=60") })
  assert.equal(values(set)[hsts], "max-age=60")
  await refuses(
    "ModifyListenerAttributes",
    { ListenerArn, Attributes: one("tcp.idle_timeout.seconds", "60") },
    "InvalidConfigurationRequest",
  )
  const net = await loadBalancer({ Type: "network" })
  const tcp = await listener(net, {
    Protocol: "TCP",
    DefaultActions: [forwardTo(await targetGroup({ Protocol: "TCP" }))],
  })
  assert.deepEqual(values(await call("DescribeListenerAttributes", { ListenerArn: tcp })), {
    "tcp.idle_timeout.seconds": "350",
  })
  await refuses(
    "ModifyListenerAttributes",
    { ListenerArn: tcp, Attributes: one("tcp.idle_timeout.seconds", "59") },
    "ValidationError",
    "'tcp.idle_timeout.seconds' value '59' must be between '60-6000' inclusive",
  )
})
