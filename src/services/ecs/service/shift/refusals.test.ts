// What CreateService and UpdateService refuse of deployments that shift traffic. Sources: the files beside this one name them
// per text; most are of AWS's page troubleshooting-blue-green.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { aListener, aLoadBalancer, aRule, aTargetGroup, aWorldFor } from "../../../../../test/support/balancer-rows.ts"
import { withWeb } from "../../../../../test/support/ecs-harness.ts"
import type { Input } from "../../../../gate/index.ts"
import { Fault } from "../../../../kernel/index.ts"
import { memoryStore } from "../../../../state/index.ts"
import { checkShiftedBalancers } from "./advanced.ts"

type Configuration = NonNullable<Input<"ecs", "CreateService">["deploymentConfiguration"]>

const configurations: readonly (readonly [string, Configuration, string])[] = [
  [
    "an unknown strategy",
    { strategy: "RED" } as unknown as Configuration,
    "deploymentConfiguration.strategy should be one of [ROLLING,BLUE_GREEN,LINEAR,CANARY]",
  ],
  [
    "a canary's share of a blue/green deployment",
    { strategy: "BLUE_GREEN", canaryConfiguration: {} },
    "canaryConfiguration is only valid when the deployment strategy is CANARY.",
  ],
  [
    "steps of a rolling deployment",
    { linearConfiguration: { stepPercent: 10 } },
    "linearConfiguration is only valid when the deployment strategy is LINEAR.",
  ],
  [
    "too small a step",
    { strategy: "LINEAR", linearConfiguration: { stepPercent: 2.9 } },
    "linearConfiguration.stepPercent must be a multiple of 0.1 between 3.0 and 100.0.",
  ],
  [
    "hundredths of a percent",
    { strategy: "CANARY", canaryConfiguration: { canaryPercent: 0.15 } },
    "canaryConfiguration.canaryPercent must be a multiple of 0.1 between 0.1 and 100.0.",
  ],
  [
    "a canary of more than a day",
    { strategy: "CANARY", canaryConfiguration: { canaryBakeTimeInMinutes: 1441 } },
    "canaryConfiguration.canaryBakeTimeInMinutes must be between 0 and 1440.",
  ],
  [
    "a bake time below 0",
    { strategy: "BLUE_GREEN", bakeTimeInMinutes: -1 },
    "bakeTimeInMinutes must be between 0 and 1440.",
  ],
  [
    "a function as a hook",
    {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [
        {
          hookTargetArn: "arn:aws:lambda:us-east-1:123456789012:function:check",
          roleArn: "arn:aws:iam::123456789012:role/hooks",
          lifecycleStages: ["POST_SCALE_UP"],
        },
      ],
    },
    "The lifecycle hook target arn:aws:lambda:us-east-1:123456789012:function:check cannot be invoked: Roadstead has no AWS Lambda. Use hooks of targetType PAUSE and ContinueServiceDeployment.",
  ],
  [
    "a hook of another type",
    {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [{ targetType: "HTTP", lifecycleStages: ["POST_SCALE_UP"] } as never],
    },
    "Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE",
  ],
  [
    "a pause in the middle of a shift",
    {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["PRODUCTION_TRAFFIC_SHIFT"] }],
    },
    "Invalid lifecycle stage provided for Pause Hook",
  ],
  [
    "a pause of more than 14 days",
    {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [
        {
          targetType: "PAUSE",
          lifecycleStages: ["POST_SCALE_UP"],
          timeoutConfiguration: { timeoutInMinutes: 20_161 },
        },
      ],
    },
    "timeoutInMinutes must be between 1 and 20160.",
  ],
]

describe("a deployment configuration with", () => {
  for (const [what, deploymentConfiguration, message] of configurations) {
    test(`${what} is refused`, async () => {
      const { refuses } = await withWeb()
      const input = { serviceName: "web", taskDefinition: "web", desiredCount: 1, deploymentConfiguration }
      await refuses("CreateService", input, "InvalidParameterException", message)
    })
  }

  test("a strategy of the ECS controller is refused of a daemon, and with another controller", async () => {
    const { refuses } = await withWeb()
    const deploymentConfiguration = { strategy: "BLUE_GREEN" } as const
    const code = "InvalidParameterException"
    await refuses(
      "CreateService",
      { serviceName: "web", taskDefinition: "web", schedulingStrategy: "DAEMON", deploymentConfiguration },
      code,
      "The daemon scheduling strategy does not support the BLUE_GREEN deployment strategy.",
    )
    await refuses(
      "CreateService",
      { serviceName: "web", deploymentController: { type: "EXTERNAL" }, deploymentConfiguration },
      code,
      "The BLUE_GREEN deployment strategy is only supported by the ECS deployment controller.",
    )
  })
})

const groups = { first: aTargetGroup().arn, other: aTargetGroup({ name: "other" }).arn }
const rule = aRule(1, { actions: [{ Type: "forward", TargetGroupArn: groups.first }] })
const balancer = (more: object = {}, advanced: object | null = {}) => ({
  targetGroupArn: groups.first,
  containerName: "app",
  containerPort: 80,
  ...(advanced && {
    advancedConfiguration: {
      alternateTargetGroupArn: groups.other,
      productionListenerRule: rule.arn,
      testListenerRule: aRule(2).arn,
      roleArn: "arn:aws:iam::123456789012:role/infrastructure",
      ...advanced,
    },
  }),
  ...more,
})
const third = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/third/1"

const balancers: readonly (readonly [string, readonly object[], string])[] = [
  [
    "a classic load balancer beside another one",
    [balancer(), { loadBalancerName: "old", containerName: "app", containerPort: 80 }],
    "All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)",
  ],
  [
    "a classic one",
    [{ ...balancer(), loadBalancerName: "old", targetGroupArn: undefined }],
    "advancedConfiguration field is not allowed with ELBv1 loadBalancers",
  ],
  [
    "one without it beside one with it",
    [balancer(), balancer({ targetGroupArn: third }, null)],
    "Either all or none of the provided loadBalancers must have advancedConfiguration defined",
  ],
  [
    "one without it",
    [balancer({}, null)],
    "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy",
  ],
  [
    "one group for both revisions",
    [balancer({}, { alternateTargetGroupArn: groups.first })],
    `Duplicate targetGroupArn found: ${groups.first}`,
  ],
  [
    "a listener of an application load balancer instead of a rule",
    [balancer({}, { productionListenerRule: aListener().arn })],
    `productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${aListener().arn}`,
  ],
  [
    "the same rule twice",
    [balancer({}, { testListenerRule: rule.arn })],
    `The following rules cannot be used as both production and test listener rules: ${rule.arn}`,
  ],
  [
    "no test rule where the production rule has one group only",
    [balancer({}, { testListenerRule: undefined })],
    "For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup",
  ],
  ["no role", [balancer({}, { roleArn: undefined })], "roleArn must be specified in advancedConfiguration."],
]

describe("load balancers of a service that shifts traffic with", () => {
  const state = memoryStore()
  state.transact((tx) => {
    aWorldFor(tx)
    tx.loadBalancers.insert(aLoadBalancer())
    tx.listeners.insert(aListener())
    tx.listenerRules.insert(rule)
    tx.listenerRules.insert(aRule(2))
  })
  for (const [what, given, message] of balancers) {
    test(`${what} are refused`, () => {
      const check = () => state.view((view) => checkShiftedBalancers(view, given, "BLUE_GREEN"))
      assert.throws(check, (thrown) => thrown instanceof Fault && thrown.message === message)
    })
  }

  test("both groups in their rules are taken", () => {
    state.view((view) => checkShiftedBalancers(view, [balancer()], "CANARY"))
  })

  test("none at all are taken for blue/green only", () => {
    state.view((view) => checkShiftedBalancers(view, [], "BLUE_GREEN"))
    assert.throws(() => state.view((view) => checkShiftedBalancers(view, [], "LINEAR")), Fault)
  })
})
