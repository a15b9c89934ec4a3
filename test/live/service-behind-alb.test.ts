// Two services behind one application load balancer, by path: on Fargate by the addresses of tasks, on an EC2 instance by
// ports that the instance chooses. Both are deployed anew under load, and no request fails.
import assert from "node:assert/strict"
import { test } from "node:test"
import { DescribeSubnetsCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2"
import {
  type ContainerDefinition,
  CreateServiceCommand,
  DescribeServicesCommand,
  type Service,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs"
import {
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  type TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { greeter } from "../../src/main/demo/greeter.ts"
import { startLoad } from "../../src/main/demo/load.ts"
import { addressesOf, ask, eventually } from "../support/live-balancers.ts"
import { instanceUser } from "../support/live-instances.ts"
import { liveTraffic } from "../support/live-traffic.ts"

const { roadstead, user, balancers } = await liveTraffic(import.meta.filename, {
  programs: { "greeter:latest": greeter },
})
const hosts = instanceUser(user, () => roadstead.printed)

const greets = (who: string): ContainerDefinition[] => [
  {
    name: "app",
    image: "greeter:latest",
    essential: true,
    memory: 128,
    stopTimeout: 20,
    environment: [
      { name: "WHO", value: who },
      { name: "PORT", value: "8080" },
    ],
    portMappings: [{ containerPort: 8080 }],
  },
]
const onFargate = (who: string) => user.register(greets(who))
const onInstance = (who: string) => hosts.define(greets(who), "bridge")

const group = async (Name: string, TargetType: "ip" | "instance"): Promise<string> => {
  const { TargetGroups } = await balancers.elb.send(
    new CreateTargetGroupCommand({
      ...{ Name, Protocol: "HTTP", Port: 8080, VpcId: await vpc(), TargetType },
      ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 4, HealthyThresholdCount: 2 },
    }),
  )
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ""
  await balancers.elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn,
      Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "5" }],
    }),
  )
  return TargetGroupArn
}
const vpc = async () => (await user.ec2.send(new DescribeVpcsCommand({}))).Vpcs?.[0]?.VpcId ?? ""

const describe = async (name: string): Promise<Service> => {
  const { services } = await user.ecs.send(new DescribeServicesCommand({ services: [name] }))
  return services?.[0] ?? assert.fail(`no service ${name}`)
}
/** The one deployment of a service is complete. */
const complete = (name: string): Promise<Service> =>
  eventually(`the deployment of ${name} completes`, async () => {
    const service = await describe(name)
    const [only, ...others] = service.deployments ?? []
    return only?.rolloutState === "COMPLETED" && others.length === 0 && service.runningCount === 2 ? service : undefined
  })
/** Only the targets of the service's tasks are left. */
const settled = (arn: string): Promise<TargetHealthDescription[]> =>
  eventually(`two targets are left in ${arn}`, async () => {
    const found = await balancers.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }))
    const targets = found.TargetHealthDescriptions ?? []
    return targets.length === 2 && targets.every(({ TargetHealth }) => TargetHealth?.State === "healthy")
      ? targets
      : undefined
  })

await user.createCluster()
const [id = ""] = await hosts.launch({
  UserData: Buffer.from("#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n").toString("base64"),
})
const addresses = await group("addresses", "ip")
const instances = await group("instances", "instance")
const front = await balancers.balancer("front")
const listener = await balancers.listener(front.arn, 80, addresses)
await balancers.elb.send(
  new CreateRuleCommand({
    ListenerArn: listener,
    Priority: 1,
    Conditions: [{ Field: "path-pattern", Values: ["/api/*"] }],
    Actions: [{ Type: "forward", TargetGroupArn: instances }],
  }),
)
const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))
const subnets = Subnets.map(({ SubnetId = "" }) => SubnetId).slice(0, 2)
const behind = (targetGroupArn: string) => [{ targetGroupArn, containerName: "app", containerPort: 8080 }]
await user.ecs.send(
  new CreateServiceCommand({
    ...{ serviceName: "web", taskDefinition: await onFargate("web-1"), desiredCount: 2, launchType: "FARGATE" },
    networkConfiguration: { awsvpcConfiguration: { subnets } },
    loadBalancers: behind(addresses),
  }),
)
await hosts.joined(id)
await user.ecs.send(
  new CreateServiceCommand({
    ...{ serviceName: "api", taskDefinition: await onInstance("api-1"), desiredCount: 2, launchType: "EC2" },
    loadBalancers: behind(instances),
  }),
)
await Promise.all([complete("web"), complete("api")])
const [address = ""] = await addressesOf("172.31.0.1", front.name)

test("each path is answered by its service, and targets are addresses or ports of the instance", async () => {
  assert.match((await ask(address, 80, front.name, "/")).body, /^web-1 has /)
  assert.match((await ask(address, 80, front.name, "/api/x")).body, /^api-1 has /)
  for (const { Target } of await settled(addresses)) {
    assert.match(Target?.Id ?? "", /^172\.31\./)
    assert.equal(Target?.Port, 8080)
  }
  const ports = (await settled(instances)).map(({ Target }) => [Target?.Id, Target?.Port !== 8080])
  assert.deepEqual(ports, [
    [id, true],
    [id, true],
  ])
})

test("both are deployed anew under load, and no request fails", async () => {
  const [web, api] = await Promise.all([onFargate("web-2"), onInstance("api-2")])
  const load = startLoad({ host: address, port: 80, name: front.name }, ["/", "/api/x", "/slow"], 4)
  await Promise.all([
    user.ecs.send(new UpdateServiceCommand({ service: "web", taskDefinition: web })),
    user.ecs.send(new UpdateServiceCommand({ service: "api", taskDefinition: api })),
  ])
  await Promise.all([complete("web"), complete("api")])
  await Promise.all([settled(addresses), settled(instances)])
  const { requests, failures, by } = await load.stop()
  assert.deepEqual(failures, [])
  for (const who of ["web-1", "web-2", "api-1", "api-2"]) {
    assert.ok((by.get(who) ?? 0) > 0, `${who} answered none of ${requests}`)
  }
  for (const name of ["web", "api"]) {
    const said = ((await describe(name)).events ?? []).map(({ message = "" }) => message).join("\n")
    assert.match(said, /registered [12] targets in \(target-group arn:/)
    assert.match(said, /deregistered [12] targets in \(target-group arn:/)
    assert.match(said, /has begun draining connections on [12] tasks\./)
  }
})
