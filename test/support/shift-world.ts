// A world of services whose deployments shift traffic, for scenarios on the virtual clock: a load balancer with a production
// and a test rule between two target groups, made by the API, tasks on Fargate, and simulated proxies.
import assert from "node:assert/strict"
import type { AdvancedConfiguration } from "@aws-sdk/client-ecs"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import type { Input, Output } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { iam } from "../../src/services/iam/index.ts"
import { balancedWorld } from "./balanced-world.ts"
import { fargateDefinition, root, scope, subnets, vpc } from "./ecs-harness.ts"
import { simulatedTraffic } from "./simulated-traffic.ts"

export const minute = 60_000
const containerDefinitions = [{ name: "app", image: "app:1", portMappings: [{ containerPort: 80 }] }]

export interface ShiftWorldOptions {
  /** `network`: a network load balancer, whose listeners are the rules. */
  readonly type?: "application" | "network"
  /** The infrastructure role and its policy; without it nobody has made a role in the account. */
  readonly role?: { readonly trust: string; readonly allows: readonly string[] }
}

/** See the head of the file. Has the task definitions `web:2` to `web:4` of one container on port 80. */
export const shiftWorld = async ({ type = "application", role }: ShiftWorldOptions = {}) => {
  const world = await balancedWorld([iam])
  const { gate, state, clock, settle } = world
  await world.fargate()
  const traffic = simulatedTraffic(world)
  const elb = async <O extends keyof Operations["elbv2"] & string>(
    operation: O,
    input: Input<"elbv2", O>,
  ): Promise<Output<"elbv2", O>> => {
    const answer = await gate.invoke("elbv2", operation, input, scope, root)
    await settle()
    return answer
  }
  const protocol = type === "application" ? "HTTP" : "TCP"
  const made = await elb("CreateLoadBalancer", { Name: "front", Subnets: [...subnets], Type: type })
  const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn
  const group = async (Name: string): Promise<string> => {
    const { TargetGroups } = await elb("CreateTargetGroup", {
      ...{ Name, Port: 80, Protocol: protocol, VpcId: vpc.vpc.id, TargetType: "ip" },
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
    })
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? assert.fail("no target group")
    await elb("ModifyTargetGroupAttributes", {
      TargetGroupArn,
      Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "20" }],
    })
    return TargetGroupArn
  }
  const first = await group("first")
  const other = await group("other")
  const listener = async (Port: number, TargetGroupArn: string): Promise<string> => {
    const { Listeners } = await elb("CreateListener", {
      ...{ LoadBalancerArn, Port, Protocol: protocol },
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    })
    return Listeners?.[0]?.ListenerArn ?? assert.fail("no listener")
  }
  const rule = async (ListenerArn: string, TargetGroupArn: string): Promise<string> => {
    const TargetGroups = [{ TargetGroupArn, Weight: 1 }]
    const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 }
    const { Rules } = await elb("CreateRule", {
      ...{ ListenerArn, Priority: 1 },
      Conditions: [{ Field: "path-pattern", Values: ["/*"] }],
      Actions: [{ Type: "forward", ForwardConfig: { TargetGroups, TargetGroupStickinessConfig } }],
    })
    return Rules?.[0]?.RuleArn ?? assert.fail("no rule")
  }
  const [main, side] = [await listener(80, first), await listener(8080, other)]
  const isNetwork = type === "network"
  const production = isNetwork ? main : await rule(main, first)
  const testing = isNetwork ? side : await rule(side, other)
  const roleArn = `arn:aws:iam::${scope.account}:role/infrastructure`
  if (role) await makeRole(world, role)
  for (let i = 0; i < 3; i += 1) await world.call("RegisterTaskDefinition", fargateDefinition({ containerDefinitions }))

  /** The percents of a rule by the names of the target groups. */
  const weights = (of: string): Record<string, number | undefined> => {
    const actions = state.view(
      (view) => view.listenerRules.get(of)?.actions ?? view.listeners.get(of)?.defaultActions ?? [],
    )
    const groups = actions.flatMap((action) => action.ForwardConfig?.TargetGroups ?? [])
    return Object.fromEntries(groups.map((g) => [g.TargetGroupArn === first ? "first" : "other", g.Weight]))
  }
  const advancedConfiguration: AdvancedConfiguration = {
    alternateTargetGroupArn: other,
    productionListenerRule: production,
    testListenerRule: testing,
    roleArn,
  }
  const balancer = { targetGroupArn: first, containerName: "app", containerPort: 80, advancedConfiguration }
  /** CreateService of two tasks of `web:2` on Fargate. */
  const service = (deploymentConfiguration: object, more: object = {}) =>
    world.call("CreateService", {
      serviceName: "web",
      taskDefinition: "web:2",
      desiredCount: 2,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
      loadBalancers: [balancer],
      deploymentConfiguration: { ...deploymentConfiguration },
      ...more,
    })
  /** Agents do what they are told while time goes by in small steps. */
  const pass = async (ms: number, bad: readonly string[] = []): Promise<void> => {
    for (let left = ms; left > 0; left -= 5_000) {
      await world.agents(bad)
      await clock.advance(Math.min(left, 5_000))
    }
    await world.agents(bad)
  }
  const deployment = async () => {
    const { serviceDeployments: [newest] = [] } = await world.call("ListServiceDeployments", { service: "web" })
    const { serviceDeployments } = await world.call("DescribeServiceDeployments", {
      serviceDeploymentArns: [newest?.serviceDeploymentArn ?? ""],
    })
    return serviceDeployments?.[0] ?? assert.fail("no deployment")
  }
  /** How many targets of each task definition are registered in a group, draining ones apart. */
  const registered = (groupArn: string): readonly string[] =>
    state.view((view) =>
      view.targets
        .by("group", groupArn)
        .filter((target) => !target.draining)
        .map((target) => {
          const address = `${scope.account}/${scope.region}/${vpc.vpc.id}/${target.id}`
          const task = view.networkInterfaces.first("address", address)?.taskArn
          return (task === undefined ? "" : view.tasks.get(task)?.taskDefinitionArn.slice(-5)) ?? ""
        })
        .sort(),
    )
  let end: () => unknown = world.stop
  /** The control plane's loops end and begin anew, knowing nothing but records. */
  const restart = async () => {
    await end()
    const runner = startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
    end = () => runner.stop()
  }
  const stop = async () => {
    traffic.stop()
    await end()
  }
  return {
    ...world,
    ...{ first, other, production, testing, roleArn, balancer, traffic, elb, weights, service, pass, deployment },
    ...{ registered, restart, stop },
  }
}

export type ShiftWorld = Awaited<ReturnType<typeof shiftWorld>>

const makeRole = async (
  { gate }: Pick<Awaited<ReturnType<typeof balancedWorld>>, "gate">,
  { trust, allows }: NonNullable<ShiftWorldOptions["role"]>,
): Promise<void> => {
  const policy = (statement: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] })
  const RoleName = "infrastructure"
  await gate.invoke(
    "iam",
    "CreateRole",
    { RoleName, AssumeRolePolicyDocument: policy({ Principal: { Service: trust }, Action: "sts:AssumeRole" }) },
    scope,
    root,
  )
  if (allows.length === 0) return
  await gate.invoke(
    "iam",
    "PutRolePolicy",
    { RoleName, PolicyName: "inline", PolicyDocument: policy({ Action: allows, Resource: "*" }) },
    scope,
    root,
  )
}
