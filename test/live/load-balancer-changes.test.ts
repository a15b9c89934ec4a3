// A load balancer under load while everything behind and about it changes: a rolling deployment, its rules and target groups, a
// target that is killed. What fails are at most the requests that were under way on that target.
import assert from "node:assert/strict"
import { test } from "node:test"
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2"
import {
  CreateServiceCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs"
import {
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  ModifyListenerCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { addressesOf, ask, askFor200, eventually } from "../support/live-balancers.ts"
import { addressOf } from "../support/live-fargate.ts"
import { liveTraffic, webServer } from "../support/live-traffic.ts"

const { docker, user, balancers } = await liveTraffic(import.meta.filename)

await user.createCluster()
const { elb } = balancers
const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))
const groupOf = async (Name: string): Promise<string> => {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      ...{ Name, Protocol: "HTTP", Port: 8080, VpcId: Subnets[0]?.VpcId, TargetType: "ip" },
      ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2, HealthyThresholdCount: 2 },
    }),
  )
  const arn = TargetGroups?.[0]?.TargetGroupArn ?? ""
  const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "1" }]
  await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes }))
  return arn
}
const group = await groupOf("app")
const balancer = await balancers.balancer("web")
const listener = await balancers.listener(balancer.arn, 80, group)
await user.ecs.send(
  new CreateServiceCommand({
    serviceName: "web",
    taskDefinition: await user.register([webServer("old")]),
    desiredCount: 2,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: [Subnets[0]?.SubnetId ?? ""] } },
    loadBalancers: [{ targetGroupArn: group, containerName: "main", containerPort: 8080 }],
  }),
)
const completed = (revision: string) =>
  eventually(`${revision} is deployed`, async () => {
    const { services } = await user.ecs.send(new DescribeServicesCommand({ services: ["web"] }))
    const [primary, ...others] = services?.[0]?.deployments ?? []
    return primary?.rolloutState === "COMPLETED" && others.length === 0 ? primary : undefined
  })
await completed("the first revision")
const [address = ""] = await addressesOf("172.31.0.1", balancer.name)
await eventually("the load balancer answers", () => askFor200(address, 80, balancer.name))

/** Asks without pause, two requests at a time, while `meanwhile` runs; answers what was not a 200, and the bodies. */
const underLoad = async (meanwhile: () => Promise<unknown>) => {
  const failures: string[] = []
  const bodies = new Map<string, number>()
  let answered = 0
  let over = false
  const load = async () => {
    while (!over) {
      const answer = await ask(address, 80, balancer.name).catch((thrown: Error) => thrown)
      answered += 1
      if (answer instanceof Error) failures.push(answer.message)
      else if (answer.status !== 200) failures.push(`${answer.status} ${answer.body}`)
      else bodies.set(answer.body.trim(), (bodies.get(answer.body.trim()) ?? 0) + 1)
    }
  }
  const working = [load(), load()]
  const more = async () => {
    const upTo = answered + 20
    await eventually("requests go on", async () => (answered > upTo ? true : undefined))
  }
  await more()
  await meanwhile()
  await more()
  over = true
  await Promise.all(working)
  return { failures, bodies }
}

test("no request fails while a new revision takes the place of the old one", async () => {
  const { failures, bodies } = await underLoad(async () => {
    await user.ecs.send(
      new UpdateServiceCommand({ service: "web", taskDefinition: await user.register([webServer("new")]) }),
    )
    await completed("the second revision")
  })
  assert.deepEqual(failures, [])
  assert.deepEqual([...bodies.keys()].toSorted(), ["new", "old"])
  assert.equal((await ask(address, 80, balancer.name)).body, "new\n")
})

test("no request fails while rules come and go, and while the listener forwards to another group and back", async () => {
  const arn = await user.start([webServer("other")])
  const other = await groupOf("other")
  const Targets = [{ Id: addressOf(await user.running(arn)), Port: 8080 }]
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: other, Targets }))
  const to = (TargetGroupArn: string) =>
    elb.send(
      new ModifyListenerCommand({ ListenerArn: listener, DefaultActions: [{ Type: "forward", TargetGroupArn }] }),
    )
  const answers = (words: string) =>
    eventually(`${words} answers`, async () =>
      (await ask(address, 80, balancer.name)).body === `${words}\n` ? true : undefined,
    )
  const { failures, bodies } = await underLoad(async () => {
    const made: string[] = []
    for (let Priority = 1; Priority <= 20; Priority += 1) {
      const Conditions = [{ Field: "path-pattern", Values: [`/${Priority}/*`] }]
      const Actions = [{ Type: "fixed-response" as const, FixedResponseConfig: { StatusCode: "404" } }]
      const { Rules } = await elb.send(new CreateRuleCommand({ ListenerArn: listener, Priority, Conditions, Actions }))
      made.push(Rules?.[0]?.RuleArn ?? "")
    }
    await to(other)
    await answers("other")
    await to(group)
    await answers("new")
    for (const RuleArn of made) await elb.send(new DeleteRuleCommand({ RuleArn }))
  })
  assert.deepEqual(failures, [])
  assert.deepEqual([...bodies.keys()].toSorted(), ["new", "other"])
})

test("when a target is killed, at most what was under way on it fails, and another takes its place", async () => {
  const { taskArns = [] } = await user.ecs.send(new ListTasksCommand({ serviceName: "web" }))
  const [victim = ""] = taskArns
  const filters = JSON.stringify({
    label: [`com.amazonaws.ecs.task-arn=${victim}`, "com.amazonaws.ecs.container-name=main"],
  })
  const { body } = await docker.request<readonly { Id: string }[]>("GET", "/containers/json", { query: { filters } })
  const [container] = body
  assert.ok(container, "the container of the task runs")
  const { failures } = await underLoad(async () => {
    await docker.request("POST", `/containers/${container.Id}/kill`)
    await user.stopped(victim)
    await eventually("another task serves", async () => {
      const { taskArns: now = [] } = await user.ecs.send(new ListTasksCommand({ serviceName: "web" }))
      return now.length === 2 && !now.includes(victim) ? true : undefined
    })
    await balancers.healthy(group)
  })
  assert.ok(failures.length <= 2, `two requests are under way at a time: ${failures.join("; ")}`)
})
