import assert from "node:assert/strict"
import { test } from "node:test"
import { balancing, vpc } from "../../../../test/support/elbv2.ts"
import type { Output } from "../../../gate/index.ts"

const wish = { Name: "web", Protocol: "HTTP", Port: 80, VpcId: vpc.vpc.id } as const

test("a target group of HTTP has AWS's health check unless something else is said", async () => {
  const { call } = balancing()
  const { TargetGroups: [made] = [] } = await call("CreateTargetGroup", wish)
  assert.match(made?.TargetGroupArn ?? "", /:targetgroup\/web\/[0-9a-f]{16}$/)
  assert.deepEqual(
    { ...made, TargetGroupArn: undefined },
    {
      TargetGroupArn: undefined,
      TargetGroupName: "web",
      Protocol: "HTTP",
      Port: 80,
      VpcId: vpc.vpc.id,
      HealthCheckProtocol: "HTTP",
      HealthCheckPort: "traffic-port",
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      HealthCheckPath: "/",
      Matcher: { HttpCode: "200" },
      LoadBalancerArns: [],
      TargetType: "instance",
      ProtocolVersion: "HTTP1",
      IpAddressType: "ipv4",
    },
  )
})

test("the health check's defaults are those of the protocol and the type", async () => {
  const { call } = balancing()
  let made = 0
  const check = async (more: object) => {
    const { TargetGroups: [g] = [] } = await call("CreateTargetGroup", { ...wish, Name: `g${++made}`, ...more })
    return [g?.HealthCheckProtocol, g?.HealthCheckTimeoutSeconds, g?.HealthCheckPath, g?.Matcher]
  }
  assert.deepEqual(await check({ ProtocolVersion: "GRPC" }), ["HTTP", 5, "/AWS.ALB/healthcheck", { GrpcCode: "12" }])
  assert.deepEqual(await check({ Protocol: "TCP" }), ["TCP", 10, undefined, undefined])
  assert.deepEqual(await check({ Protocol: "UDP" }), ["TCP", 10, undefined, undefined])
  assert.deepEqual(await check({ Protocol: "TCP", HealthCheckProtocol: "HTTP" }), [
    "HTTP",
    6,
    "/",
    { HttpCode: "200-399" },
  ])
  assert.deepEqual(await check({ Protocol: "TCP", TargetType: "alb" }), ["HTTP", 6, "/", { HttpCode: "200-399" }])
})

test("the same target group again is the one that is there; another under its name is refused", async () => {
  const { call, refuses } = balancing()
  const first = await call("CreateTargetGroup", wish)
  assert.deepEqual(await call("CreateTargetGroup", wish), first)
  for (const other of [
    { Port: 81 },
    { TargetType: "ip" },
    { HealthCheckPath: "/x" },
    { Tags: [{ Key: "a", Value: "b" }] },
  ] as const)
    await refuses(
      "CreateTargetGroup",
      { ...wish, ...other },
      "DuplicateTargetGroupName",
      "A target group with the same name 'web' exists, but with different settings",
    )
})

test("what AWS would not make is refused in its words, and nothing is made", async () => {
  const { call, refuses } = balancing()
  const cases: readonly (readonly [object, string, (string | RegExp)?])[] = [
    [
      { Name: "a".repeat(33) },
      "ValidationError",
      `Target group name '${"a".repeat(33)}' cannot be longer than '32' characters`,
    ],
    [
      { Name: "a." },
      "ValidationError",
      /can only contain characters that are alphanumeric characters or hyphens\(-\)$/,
    ],
    [{ Name: "a-" }, "ValidationError", "Target group name 'a-' cannot begin or end with '-'"],
    [{ Protocol: undefined }, "ValidationError", "A protocol must be specified"],
    [{ Port: undefined }, "ValidationError", "A port must be specified"],
    [{ VpcId: undefined }, "ValidationError", "A VPC ID must be specified"],
    [{ VpcId: "vpc-1" }, "ValidationError", "The VPC ID 'vpc-1' is not found"],
    [
      { Port: 70_000 },
      "ValidationError",
      /at 'port' failed to satisfy constraint: Member must have value less than or equal to 65535$/,
    ],
    [{ TargetType: "x" }, "ValidationError", /Member must satisfy enum value set: \[instance, ip, lambda, alb\]$/],
    [{ TargetType: "lambda" }, "NotImplemented"],
    [{ Protocol: "GENEVE" }, "NotImplemented"],
    [{ IpAddressType: "ipv6" }, "InvalidConfigurationRequest"],
    [{ TargetType: "alb" }, "ValidationError", /target type 'alb'/],
    [{ ProtocolVersion: "HTTP3" }, "ValidationError"],
    [{ HealthCheckIntervalSeconds: 4 }, "ValidationError", /greater than or equal to 5$/],
    [{ HealthCheckTimeoutSeconds: 121 }, "ValidationError", /less than or equal to 120$/],
    [{ HealthyThresholdCount: 11 }, "ValidationError", /less than or equal to 10$/],
    [{ HealthCheckEnabled: false }, "InvalidConfigurationRequest"],
    [{ HealthCheckProtocol: "TCP" }, "ValidationError"],
    [{ HealthCheckPort: "0" }, "ValidationError"],
    [{ HealthCheckPath: "x" }, "ValidationError"],
    [{ Matcher: { HttpCode: "200-500" } }, "ValidationError"],
    [{ Matcher: { HttpCode: "abc" } }, "ValidationError"],
    [{ Matcher: { GrpcCode: "0" } }, "ValidationError", "Health check matcher HTTP code cannot be empty"],
    [
      { Protocol: "TCP", Matcher: { HttpCode: "200" } },
      "InvalidConfigurationRequest",
      "Health check matchers are not supported for TCP health checks",
    ],
    [
      { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 },
      "ValidationError",
      "Health check timeout '5' must be smaller than the interval '5'",
    ],
    [
      { Protocol: "TCP", HealthCheckIntervalSeconds: 5 },
      "ValidationError",
      "Health check timeout '10' must be smaller than or equal to the interval '5'",
    ],
  ]
  for (const [more, code, words] of cases) await refuses("CreateTargetGroup", { ...wish, ...more }, code, words)
  assert.deepEqual(await call("DescribeTargetGroups", {}), { TargetGroups: [] })
})

test("only what is named of a health check changes", async () => {
  const { call, refuses } = balancing()
  const { TargetGroups: [made] = [] } = await call("CreateTargetGroup", {
    ...wish,
    Matcher: { HttpCode: "200,301-302" },
  })
  const TargetGroupArn = made?.TargetGroupArn
  const { TargetGroups: [changed] = [] } = await call("ModifyTargetGroup", {
    TargetGroupArn,
    HealthCheckPath: "/health",
  })
  assert.deepEqual(changed, { ...made, HealthCheckPath: "/health" })
  await refuses("ModifyTargetGroup", { TargetGroupArn, HealthCheckTimeoutSeconds: 30 }, "ValidationError")
  await refuses("ModifyTargetGroup", { TargetGroupArn: `${TargetGroupArn}0` }, "TargetGroupNotFound")
})

test("target groups are found by ARN, by name and page by page", async () => {
  const { call, refuses } = balancing()
  for (const Name of ["c", "a", "b"]) await call("CreateTargetGroup", { ...wish, Name })
  const names = (shown: Output<"elbv2", "DescribeTargetGroups">) =>
    shown.TargetGroups?.map(({ TargetGroupName }) => TargetGroupName)
  const page = await call("DescribeTargetGroups", { PageSize: 2 })
  assert.deepEqual(names(page), ["c", "a"])
  assert.deepEqual(names(await call("DescribeTargetGroups", { PageSize: 2, Marker: page.NextMarker })), ["b"])
  assert.deepEqual(names(await call("DescribeTargetGroups", { Names: ["b"] })), ["b"])
  const words = "One or more target groups not found"
  await refuses("DescribeTargetGroups", { Names: ["z"] }, "TargetGroupNotFound", words)
  await refuses(
    "DescribeTargetGroups",
    { Names: ["a"], TargetGroupArns: ["x"] },
    "ValidationError",
    /at the same time$/,
  )
})
