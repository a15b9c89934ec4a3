// A classic load balancer in front of a service on EC2 instances with a static host port: registered by ECS, reached by
// HTTP and by TCP, and left without a failed request when a task goes.
import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { join } from "node:path"
import { after, test } from "node:test"
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2"
import { CreateServiceCommand, DescribeServicesCommand, UpdateServiceCommand } from "@aws-sdk/client-ecs"
import {
  ConfigureHealthCheckCommand,
  CreateLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
  ModifyLoadBalancerAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing"
import { addressesOf, ask, eventually } from "../support/live-balancers.ts"
import { engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { instanceUser } from "../support/live-instances.ts"
import { withEngine } from "../support/namespace.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const roadstead = await startUp([
  ...["--port", "4570", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
  ...["--log-format", "json", "--ephemeral"],
])
const user = fargateUser(roadstead.endpoint)
const instances = instanceUser(user, () => roadstead.printed)
const elb = new ElasticLoadBalancingClient({
  endpoint: roadstead.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
})
after(async () => {
  user.close()
  elb.destroy()
  await roadstead.stop()
  docker.close()
})

await user.createCluster()
const UserData = Buffer.from("#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n").toString("base64")
const ids = await instances.launch({ MinCount: 2, MaxCount: 2, UserData })

const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))
const { DNSName: name = "" } = await elb.send(
  new CreateLoadBalancerCommand({
    LoadBalancerName: "old",
    Listeners: [
      { Protocol: "HTTP", LoadBalancerPort: 8101, InstanceProtocol: "HTTP", InstancePort: 8080 },
      { Protocol: "TCP", LoadBalancerPort: 8102, InstanceProtocol: "TCP", InstancePort: 8080 },
    ],
    Subnets: Subnets.map(({ SubnetId = "" }) => SubnetId),
  }),
)
await elb.send(
  new ConfigureHealthCheckCommand({
    LoadBalancerName: "old",
    HealthCheck: {
      ...{ Target: "HTTP:8080/index.html", Interval: 5, Timeout: 2 },
      ...{ HealthyThreshold: 2, UnhealthyThreshold: 2 },
    },
  }),
)
await elb.send(
  new ModifyLoadBalancerAttributesCommand({
    LoadBalancerName: "old",
    LoadBalancerAttributes: {
      ConnectionDraining: { Enabled: true, Timeout: 5 },
      CrossZoneLoadBalancing: { Enabled: true },
    },
  }),
)
await Promise.all(ids.map((id) => instances.joined(id)))

/** Says its container's id. */
const page = "mkdir -p /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www"
const definition = await instances.define(
  [shell("web", page, { memory: 32, stopTimeout: 2, portMappings: [{ containerPort: 80, hostPort: 8080 }] })],
  "bridge",
)
await user.ecs.send(
  new CreateServiceCommand({
    ...{ serviceName: "web", taskDefinition: definition, desiredCount: 2, launchType: "EC2" },
    loadBalancers: [{ loadBalancerName: "old", containerName: "web", containerPort: 80 }],
  }),
)

const inService = async (count: number) =>
  eventually(`${count} instances are in service`, async () => {
    const { InstanceStates = [] } = await elb.send(new DescribeInstanceHealthCommand({ LoadBalancerName: "old" }))
    const all = InstanceStates.length === count && InstanceStates.every(({ State }) => State === "InService")
    return all ? InstanceStates : undefined
  })

/** What comes of a request by HTTP/1.0 on a connection of the TCP listener. */
const overTcp = async (address: string): Promise<string> => {
  const socket = connect({ host: address, port: 8102, timeout: 20_000 })
  socket.on("timeout", () => socket.destroy(new Error("nothing came in time")))
  await once(socket, "connect")
  socket.write("GET / HTTP/1.0\r\n\r\n")
  let heard = ""
  for await (const chunk of socket) heard += String(chunk)
  return heard.split("\r\n\r\n")[1]?.trim() ?? ""
}

const [address = ""] = await addressesOf("172.31.0.1", name)

test("ECS registers the instances of a service's tasks, which come into service", async () => {
  const states = await inService(2)
  assert.deepEqual(states.map(({ InstanceId }) => InstanceId).toSorted(), [...ids].toSorted())
  assert.deepEqual([states[0]?.ReasonCode, states[0]?.Description], ["N/A", "N/A"])
})

test("HTTP and TCP listeners carry to both tasks in turn", async () => {
  await eventually("both ways are open", () =>
    Promise.all([overTcp(address), ask(address, 8101, name)]).catch(() => undefined),
  )
  const [tcp, http] = [new Set<string>(), new Set<string>()]
  for (let i = 0; i < 4; i++) {
    tcp.add(await overTcp(address))
    http.add((await ask(address, 8101, name)).body.trim())
  }
  assert.equal(tcp.size, 2)
  assert.deepEqual([...http].toSorted(), [...tcp].toSorted())
  assert.ok(tcp.has(await overTcp("127.0.0.1")), "by this machine's loopback too")
})

test("a task that goes takes no request with it: its instance is drained first", async () => {
  const failures: unknown[] = []
  let over = false
  let answered = 0
  const load = async (send: () => Promise<unknown>) => {
    while (!over)
      await send().then(
        () => answered++,
        (error: unknown) => failures.push(error),
      )
  }
  const working = [
    load(() => overTcp(address)),
    load(async () => assert.equal((await ask(address, 8101, name)).status, 200)),
  ]
  await eventually("requests are answered", async () => (answered > 20 ? true : undefined))
  await user.ecs.send(new UpdateServiceCommand({ service: "web", desiredCount: 1 }))
  await eventually("one task is left", async () => {
    const { services } = await user.ecs.send(new DescribeServicesCommand({ services: ["web"] }))
    const deployments = services?.[0]?.deployments ?? []
    return deployments.length === 1 && services?.[0]?.runningCount === 1 ? true : undefined
  })
  await inService(1)
  const before = answered
  await eventually("requests go on", async () => (answered > before + 20 ? true : undefined))
  over = true
  await Promise.all(working)
  assert.deepEqual(failures, [])
})
