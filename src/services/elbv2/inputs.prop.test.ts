// Whatever is asked of any operation, with words that it knows and words that it does not: it answers, or refuses with an
// error of AWS and changes nothing.
import assert from "node:assert/strict"
import { test } from "node:test"
import { balancing, forwardTo, notFoundAction, subnets, vpc } from "../../../test/support/elbv2.ts"
import { type Dice, dice, structureValue } from "../../../test/support/model-values.ts"
import { Fault } from "../../kernel/index.ts"
import { loadContract } from "../../model/index.ts"
import { elbv2 } from "./index.ts"

const seeds = 60

/** Known words by the name of the member that they are for. */
const known = (arns: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly unknown[]>> => ({
  ...arns,
  ResourceArns: Object.values(arns).flat(),
  Protocol: ["HTTP", "HTTPS", "TCP", "UDP", "TCP_UDP", "TLS"],
  HealthCheckProtocol: ["HTTP", "TCP"],
  HealthCheckPort: ["traffic-port", "80"],
  HealthCheckPath: ["/", "/a"],
  ProtocolVersion: ["HTTP1", "GRPC"],
  Type: ["forward", "redirect", "fixed-response", "application", "network", "url-rewrite"],
  TargetType: ["ip", "instance", "alb"],
  Field: ["path-pattern", "host-header", "http-header", "source-ip", "query-string", "http-request-method"],
  Values: ["/a", "example.com", "10.0.0.0/8", "GET"],
  RegexValues: ["^/a", "("],
  StatusCode: ["200", "HTTP_301"],
  Port: [1, 80, 81, 443],
  Priority: [1, 2, 3, 50_000],
  Order: [1, 2],
  Weight: [0, 1, 999],
  Id: ["172.31.0.9", "10.0.0.9", "i-0123456789abcdef0"],
  AvailabilityZone: ["all", "us-east-1a"],
  Scheme: ["internal", "internet-facing"],
  IpAddressType: ["ipv4"],
  VpcId: [vpc.vpc.id],
  Subnets: subnets,
  SubnetId: subnets,
  SecurityGroups: [vpc.securityGroup.id],
  Name: ["web", "other"],
  Names: ["web", "other"],
  PageSize: [1, 400],
  Key: ["stickiness.enabled", "stickiness.type", "idle_timeout.timeout_seconds", "slow_start.duration_seconds"],
  Value: ["true", "60", "app_cookie"],
})

/** The value with known words put in for what was rolled. */
const worded = (
  value: unknown,
  name: string,
  words: Readonly<Record<string, readonly unknown[]>>,
  roll: Dice,
): unknown => {
  if (Array.isArray(value)) return value.map((one) => worded(one, name, words, roll))
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) =>
        // Those of IPv6, capacity and the like are refused at once, mostly.
        roll.below(5) === 0 ? [] : [[key, worded(one, key, words, roll)]],
      ),
    )
  const some = words[name]
  return some && roll.below(6) > 0 ? some[roll.below(some.length)] : value
}

test("every operation answers or refuses, and changes nothing when it refuses", async () => {
  const b = balancing()
  const LoadBalancerArn = await b.loadBalancer({ Name: "web" })
  const network = await b.loadBalancer({ Type: "network" })
  const TargetGroupArn = await b.targetGroup({ Name: "web" })
  const tcp = await b.targetGroup({ Protocol: "TCP" })
  const ListenerArn = await b.listener(LoadBalancerArn, { DefaultActions: [forwardTo(TargetGroupArn)] })
  const Conditions = [{ Field: "path-pattern", Values: ["/a"] }]
  const rule = { ListenerArn, Priority: 3, Conditions, Actions: [notFoundAction] }
  const { Rules: [{ RuleArn = "" } = {}] = [] } = await b.call("CreateRule", rule)
  const words = known({
    LoadBalancerArn: [LoadBalancerArn, network],
    TargetGroupArn: [TargetGroupArn, tcp],
    ListenerArn: [ListenerArn],
    RuleArn: [RuleArn],
  })
  const contract = loadContract("elbv2")
  const answered = new Set<string>()
  for (const operation of Object.keys(elbv2.operations)) {
    const type = contract.operations.get(operation)?.input
    assert.ok(type, operation)
    // What was made for the others has to stay.
    if (operation.startsWith("Delete")) continue
    for (let seed = 1; seed <= seeds; seed++) {
      const roll = dice(seed)
      const input = worded(structureValue(type, roll), "", words, roll)
      const { position } = b.state
      try {
        await b.call(operation as "CreateRule", input as never)
        answered.add(operation)
      } catch (thrown) {
        if (!(thrown instanceof Fault))
          throw new Error(`${operation} ${seed} ${JSON.stringify(input)}`, { cause: thrown })
        assert.match(thrown.code, /^[A-Za-z]+$/)
        // The default VPC is made by the first that looks for it.
        if (operation !== "CreateLoadBalancer") assert.equal(b.state.position, position, `${operation} ${seed}`)
      }
    }
  }
  assert.ok(answered.size > 20, `${answered.size} were answered`)
})
