import assert from "node:assert/strict"
import { test } from "node:test"
import { type Balancing, balancing, forwardTo, notFoundAction } from "../../../../test/support/elbv2.ts"

const path = (...Values: string[]) => ({ Field: "path-pattern", PathPatternConfig: { Values } })
const host = (...Values: string[]) => ({ Field: "host-header", HostHeaderConfig: { Values } })

const listening = async (b: Balancing) => {
  const balancer = await b.loadBalancer()
  return { balancer, ListenerArn: await b.listener(balancer) }
}

test("a rule is shown with its conditions and actions whole, and the default rule comes last", async () => {
  const b = balancing()
  const { ListenerArn } = await listening(b)
  const group = await b.targetGroup()
  const conditions = [
    { Field: "path-pattern", Values: ["/img/*"] },
    host("*.example.com"),
    { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["GET"] } },
    { Field: "query-string", QueryStringConfig: { Values: [{ Key: "v", Value: "1" }] } },
  ]
  const { Rules: [made] = [] } = await b.call("CreateRule", {
    ListenerArn,
    Priority: 20,
    Conditions: conditions,
    Actions: [forwardTo(group)],
  })
  assert.match(made?.RuleArn ?? "", /:listener-rule\/app\/lb-1(\/[0-9a-f]{16}){3}$/)
  assert.deepEqual(
    { ...made, RuleArn: undefined },
    {
      RuleArn: undefined,
      Priority: "20",
      Conditions: [
        { Field: "path-pattern", Values: ["/img/*"], PathPatternConfig: { Values: ["/img/*"] } },
        { Field: "host-header", Values: ["*.example.com"], HostHeaderConfig: { Values: ["*.example.com"] } },
        { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["GET"] } },
        { Field: "query-string", QueryStringConfig: { Values: [{ Key: "v", Value: "1" }] } },
      ],
      Actions: [
        {
          Type: "forward",
          TargetGroupArn: group,
          ForwardConfig: {
            TargetGroups: [{ TargetGroupArn: group, Weight: 1 }],
            TargetGroupStickinessConfig: { Enabled: false },
          },
        },
      ],
      IsDefault: false,
    },
  )
  await b.call("CreateRule", { ListenerArn, Priority: 3, Conditions: [path("/a")], Actions: [notFoundAction] })
  const { Rules = [] } = await b.call("DescribeRules", { ListenerArn })
  assert.deepEqual(
    Rules.map(({ Priority, IsDefault }) => [Priority, IsDefault]),
    [
      ["3", false],
      ["20", false],
      ["default", true],
    ],
  )
  const last = Rules.at(-1)?.RuleArn ?? ""
  const named = await b.call("DescribeRules", { RuleArns: [last, made?.RuleArn ?? ""] })
  assert.deepEqual(
    named.Rules?.map(({ Priority }) => Priority),
    ["default", "20"],
  )
  await b.refuses("DeleteRule", { RuleArn: last }, "OperationNotPermitted", `Default rule '${last}' cannot be deleted`)
  await b.call("DeleteRule", { RuleArn: made?.RuleArn })
  await b.refuses("DescribeRules", { RuleArns: [made?.RuleArn ?? ""] }, "RuleNotFound", "One or more rules not found")
})

test("rules come page by page in the order of their priorities", async () => {
  const b = balancing()
  const { ListenerArn } = await listening(b)
  for (const Priority of [5, 2, 9])
    await b.call("CreateRule", { ListenerArn, Priority, Conditions: [path(`/${Priority}`)], Actions: [notFoundAction] })
  const first = await b.call("DescribeRules", { ListenerArn, PageSize: 3 })
  const second = await b.call("DescribeRules", { ListenerArn, PageSize: 3, Marker: first.NextMarker })
  const all = [...(first.Rules ?? []), ...(second.Rules ?? [])].map(({ Priority }) => Priority)
  assert.deepEqual(all, ["2", "5", "9", "default"])
})

test("priorities are taken once and lie between 1 and 50000", async () => {
  const b = balancing()
  const { ListenerArn } = await listening(b)
  const rule = (Priority: number) => ({ ListenerArn, Priority, Conditions: [path("/a")], Actions: [notFoundAction] })
  await b.call("CreateRule", rule(1))
  await b.refuses("CreateRule", rule(1), "PriorityInUse", "Priority '1' is currently in use")
  const least = "Member must have value greater than or equal to 1"
  await b.refuses(
    "CreateRule",
    rule(0),
    "ValidationError",
    `1 validation error detected: Value '0' at 'priority' failed to satisfy constraint: ${least}`,
  )
  await b.refuses("CreateRule", rule(50_001), "ValidationError", /less than or equal to 50000$/)
})

test("conditions that AWS would not take are refused in its words", async () => {
  const b = balancing()
  const { ListenerArn } = await listening(b)
  const cases: readonly (readonly [object[], string | RegExp])[] = [
    [[], "A condition must be specified"],
    [[{ Values: ["/a"] }], "A condition field must be specified"],
    [
      [{ Field: "x", Values: ["/a"] }],
      "Condition field 'x' must be one of '[path-pattern,host-header,http-header,http-request-method,query-string,source-ip]'",
    ],
    [[path("/1", "/2", "/3", "/4", "/5", "/6")], "A rule can only have '5' condition values"],
    [[path("/1", "/2", "/3"), host("a.b", "c.d", "e.f")], "A rule can only have '5' condition values"],
    [[path("/*/*/*/*/*/?")], "A rule can only have '5' condition wildcards"],
    [[path("/a"), path("/b")], "A rule can only have one 'path-pattern' condition"],
    [[path()], "A condition value must be specified"],
    [[path(`/${"a".repeat(128)}`)], "The 'path-pattern' value is too long; the limit is '128'"],
    [
      [{ Field: "path-pattern", Values: ["/a", "/b"] }],
      "The 'path-pattern' field contains too many values; the limit is '1'",
    ],
    [
      [{ ...path("/a"), Values: ["/b"] }],
      "You cannot provide both Values and 'PathPatternConfig' for a condition of type 'path-pattern'",
    ],
    [[host("example")], /must include a '\.'/],
    [[host("a b.com")], /not allowed/],
    [[{ Field: "source-ip", Values: ["10.0.0.0/8"] }], "The 'Values' field is not compatible with 'source-ip'"],
    [[{ Field: "source-ip" }], "A 'SourceIpConfig' must be specified with 'source-ip'"],
    [[{ Field: "source-ip", SourceIpConfig: { Values: [] } }], "A 'source-ip' value must be specified"],
    [[{ Field: "source-ip", SourceIpConfig: { Values: ["10.0.0.1"] } }], /must be a valid CIDR/],
    [[{ Field: "http-header" }], "A 'HttpHeaderConfig' must be specified with 'http-header'"],
    [
      [{ Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "a".repeat(41), Values: ["x"] } }],
      "The 'HttpHeaderName' value is too long; the limit is '40'",
    ],
    [
      [{ Field: "http-request-method", HttpRequestMethodConfig: { Values: ["get"] } }],
      "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore",
    ],
    [
      [{ Field: "query-string", QueryStringConfig: { Values: [{ Key: "a" }] } }],
      "A 'Value' must be specified in 'QueryStringKeyValuePair'",
    ],
    [[{ Field: "path-pattern", RegexValues: ["("] }], /is not valid/],
  ]
  for (const [Conditions, words] of cases)
    await b.refuses(
      "CreateRule",
      { ListenerArn, Priority: 1, Conditions, Actions: [notFoundAction] },
      "ValidationError",
      words,
    )
})

test("an action is one routing action at the end, and says all that it needs", async () => {
  const b = balancing()
  const { ListenerArn } = await listening(b)
  const group = await b.targetGroup()
  const redirect = (RedirectConfig: object) => ({
    Type: "redirect",
    RedirectConfig: { StatusCode: "HTTP_301", ...RedirectConfig },
  })
  const fixed = (FixedResponseConfig: object) => ({ Type: "fixed-response", FixedResponseConfig })
  const cases: readonly (readonly [object[], string, string | RegExp])[] = [
    [[], "ValidationError", "You must specify at least one action"],
    [
      [{ Type: "x" }],
      "ValidationError",
      "1 validation error detected: Value 'x' at 'actions.1.member.type' failed to satisfy constraint: Member must satisfy enum value set: [forward, authenticate-oidc, authenticate-cognito, redirect, fixed-response, jwt-validation]",
    ],
    [
      [
        { ...notFoundAction, Order: 1 },
        { ...forwardTo(group), Order: 2 },
      ],
      "InvalidLoadBalancerAction",
      /Exactly one/,
    ],
    [[{ Type: "authenticate-oidc" }], "InvalidLoadBalancerAction", /only on HTTPS listeners/],
    [
      [{ Type: "redirect" }],
      "InvalidLoadBalancerAction",
      "For actions of type 'redirect', you must specify the following fields: 'RedirectConfig'",
    ],
    [[redirect({})], "InvalidLoadBalancerAction", "The redirect configuration is not valid because it creates a loop."],
    [[redirect({ Protocol: "FTP" })], "ValidationError", /regular expression pattern/],
    [[redirect({ Port: "99999" })], "InvalidLoadBalancerAction", /99999/],
    [[redirect({ Path: "x" })], "InvalidLoadBalancerAction", /must begin with '\/'/],
    [[redirect({ Path: "/#{user}" })], "InvalidLoadBalancerAction", /unknown keyword '#\{user\}'/],
    [
      [fixed({ StatusCode: "301" })],
      "ValidationError",
      /Value '301' at 'actions\.1\.member\.fixedResponseConfig\.statusCode'/,
    ],
    [
      [fixed({ StatusCode: "200", ContentType: "image/png" })],
      "InvalidLoadBalancerAction",
      "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'",
    ],
    [[fixed({ StatusCode: "200", MessageBody: "x".repeat(1025) })], "ValidationError", /less than or equal to 1024$/],
    [[forwardTo(`${group}0`)], "TargetGroupNotFound", `Target group '${group}0' not found`],
    [
      [{ Type: "forward", ForwardConfig: { TargetGroups: [{ TargetGroupArn: group, Weight: 1000 }] } }],
      "ValidationError",
      /less than or equal to 999$/,
    ],
  ]
  for (const [Actions, code, words] of cases)
    await b.refuses(
      "CreateRule",
      { ListenerArn, Priority: 1, Conditions: [path("/a")], Actions: Actions as [] },
      code,
      words,
    )
  const { Rules: [made] = [] } = await b.call("CreateRule", {
    ListenerArn,
    Priority: 1,
    Conditions: [path("/a")],
    Actions: [redirect({ Protocol: "HTTPS", Port: "443" })] as never,
  })
  assert.deepEqual(made?.Actions, [
    {
      Type: "redirect",
      RedirectConfig: {
        Protocol: "HTTPS",
        Port: "443",
        Host: "#{host}",
        Path: "/#{path}",
        Query: "#{query}",
        StatusCode: "HTTP_301",
      },
    },
  ])
})

test("weights and stickiness of target groups are kept, and a group serves one load balancer", async () => {
  const b = balancing()
  const { balancer, ListenerArn } = await listening(b)
  const [blue, green] = [await b.targetGroup(), await b.targetGroup()]
  const ForwardConfig = {
    TargetGroups: [
      { TargetGroupArn: blue, Weight: 100 },
      { TargetGroupArn: green, Weight: 0 },
    ],
    TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
  }
  const { Rules: [made] = [] } = await b.call("CreateRule", {
    ListenerArn,
    Priority: 1,
    Conditions: [path("/a")],
    Actions: [{ Type: "forward", ForwardConfig }],
  })
  assert.deepEqual(made?.Actions, [{ Type: "forward", ForwardConfig }])
  const { TargetGroups: [shown] = [] } = await b.call("DescribeTargetGroups", { TargetGroupArns: [green] })
  assert.deepEqual(shown?.LoadBalancerArns, [balancer])
  const behind = await b.call("DescribeTargetGroups", { LoadBalancerArn: balancer })
  assert.deepEqual(
    behind.TargetGroups?.map(({ TargetGroupArn }) => TargetGroupArn),
    [blue, green],
  )
  const other = await b.loadBalancer()
  await b.refuses(
    "CreateListener",
    { LoadBalancerArn: other, Protocol: "HTTP", Port: 80, DefaultActions: [forwardTo(blue)] },
    "TargetGroupAssociationLimit",
    `The following target groups cannot be associated with more than one load balancer: ${blue}`,
  )
})

test("a load balancer has a hundred rules at most, and those of a network load balancer are not there", async () => {
  const b = balancing()
  const { ListenerArn } = await listening(b)
  const rule = (Priority: number) => ({ ListenerArn, Priority, Conditions: [path("/a")], Actions: [notFoundAction] })
  for (let i = 1; i <= 100; i++) await b.call("CreateRule", rule(i))
  await b.refuses("CreateRule", rule(101), "TooManyRules")
  const net = await b.loadBalancer({ Type: "network" })
  const tcp = await b.targetGroup({ Protocol: "TCP" })
  const listener = await b.listener(net, { Protocol: "TCP", DefaultActions: [forwardTo(tcp)] })
  await b.refuses("CreateRule", { ...rule(1), ListenerArn: listener }, "InvalidConfigurationRequest")
})

test("a rule is modified in parts, and rules change their places together", async () => {
  const b = balancing()
  const { ListenerArn } = await listening(b)
  const rule = (Priority: number) => ({ ListenerArn, Priority, Conditions: [path("/a")], Actions: [notFoundAction] })
  const make = async (Priority: number) => (await b.call("CreateRule", rule(Priority))).Rules?.[0]?.RuleArn ?? ""
  const [one, two, three] = [await make(1), await make(2), await make(3)]
  const rewrite = { Regex: "^/a", Replace: "/b" }
  const Transforms = [{ Type: "url-rewrite", UrlRewriteConfig: { Rewrites: [rewrite] } }] as const
  const { Rules: [changed] = [] } = await b.call("ModifyRule", {
    RuleArn: one,
    Conditions: [host("a.com")],
    Transforms,
  })
  assert.deepEqual([changed?.Conditions?.length, changed?.Conditions?.[0]?.Field], [1, "host-header"])
  assert.deepEqual([changed?.Actions?.[0]?.Type, changed?.Transforms], ["fixed-response", Transforms])
  const reset = await b.call("ModifyRule", { RuleArn: one, ResetTransforms: true })
  assert.equal(reset.Rules?.[0]?.Transforms, undefined)
  await b.refuses("ModifyRule", { RuleArn: one }, "ValidationError", "Either conditions or actions must be specified")
  const swapped = [
    { RuleArn: one, Priority: 2 },
    { RuleArn: two, Priority: 1 },
  ]
  await b.call("SetRulePriorities", { RulePriorities: swapped })
  const { Rules = [] } = await b.call("DescribeRules", { ListenerArn })
  assert.deepEqual(
    Rules.slice(0, 3).map(({ RuleArn }) => RuleArn),
    [two, one, three],
  )
  const set = (...RulePriorities: { RuleArn: string; Priority: number }[]) => ({ RulePriorities })
  await b.refuses(
    "SetRulePriorities",
    set({ RuleArn: one, Priority: 3 }),
    "PriorityInUse",
    "Priority '3' is currently in use",
  )
  const twice = set({ RuleArn: one, Priority: 9 }, { RuleArn: two, Priority: 9 })
  await b.refuses("SetRulePriorities", twice, "ValidationError", "Priority '9' was provided multiple times")
  const last = Rules.at(-1)?.RuleArn ?? ""
  await b.refuses("SetRulePriorities", set({ RuleArn: last, Priority: 9 }), "OperationNotPermitted")
  await b.refuses(
    "ModifyRule",
    { RuleArn: last, Actions: [notFoundAction] },
    "OperationNotPermitted",
    `Default rule '${last}' cannot be modified`,
  )
})
