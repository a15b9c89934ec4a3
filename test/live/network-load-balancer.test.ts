// A network load balancer in front of Fargate tasks: TCP and UDP on one port, TLS ended with an imported certificate, zones,
// draining, and a target that dies while it is connected to.
import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { after, test } from "node:test"
import { connect as connectTls } from "node:tls"
import { ACMClient, ImportCertificateCommand } from "@aws-sdk/client-acm"
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2"
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { nodeImage } from "../../src/machines/index.ts"
import { selfSigned } from "../support/certificate.ts"
import { addressesOf, askFor200, balancerUser, eventually } from "../support/live-balancers.ts"
import { addressOf, engineWithImage, fargateUser } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
/** Says its name and from where it was connected to, and then whatever it hears; datagrams with its name before them. */
const program = `
import net from "node:net"
import dgram from "node:dgram"
const name = process.env.NAME
net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {})
  socket.write(name + " " + socket.remoteAddress + "\\n")
  socket.pipe(socket)
}).listen(7000, "0.0.0.0")
const udp = dgram.createSocket("udp4")
udp.on("message", (message, from) => udp.send(name + " " + message, from.port, from.address))
udp.bind(7000)
process.on("SIGTERM", () => process.exit(0))
`
await nodeImage(docker, { name: "talker:latest", files: { "/app/main.mjs": program } })
const roadstead = await startUp([
  ...["--port", "4570", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
  ...["--log-format", "json", "--ephemeral"],
])
const user = fargateUser(roadstead.endpoint)
const balancers = balancerUser(roadstead.endpoint, user.ec2)
const { elb } = balancers
const acm = new ACMClient({
  endpoint: roadstead.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
})
after(async () => {
  user.close()
  balancers.close()
  acm.destroy()
  await roadstead.stop()
  docker.close()
})

await user.createCluster()
/** All tasks are in the first subnet's zone. */
const talker = async (name: string) => {
  const arn = await user.start([
    { name: "main", image: "talker:latest", essential: true, environment: [{ name: "NAME", value: name }] },
  ])
  return { arn, address: addressOf(await user.running(arn)) }
}
const [one, other] = await Promise.all([talker("one"), talker("other")])

const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))
const { LoadBalancers } = await elb.send(
  new CreateLoadBalancerCommand({
    ...{ Name: "edge", Type: "network" },
    Subnets: Subnets.slice(0, 2).map(({ SubnetId = "" }) => SubnetId),
  }),
)
const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? ""
const name = LoadBalancers?.[0]?.DNSName ?? ""
const addresses = await eventually("it has an address in each of its subnets", async () => {
  const found = await addressesOf("172.31.0.1", name)
  return found.length === 2 ? found : undefined
})

const group = async (of: string, protocol: "TCP_UDP" | "TCP", ...addresses: string[]) => {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      ...{ Name: of, Protocol: protocol, Port: 7000, VpcId: Subnets[0]?.VpcId, TargetType: "ip" },
      ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2 },
      ...{ HealthyThresholdCount: 2, UnhealthyThresholdCount: 2 },
    }),
  )
  const groupArn = TargetGroups?.[0]?.TargetGroupArn ?? ""
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: groupArn, Targets: addresses.map((Id) => ({ Id })) }))
  return groupArn
}
const both = await group("both", "TCP_UDP", one.address, other.address)
const single = await group("single", "TCP", one.address)
const forwardTo = (TargetGroupArn: string) => ({
  LoadBalancerArn: arn,
  DefaultActions: [{ Type: "forward" as const, TargetGroupArn }],
})
await elb.send(new CreateListenerCommand({ ...forwardTo(both), Protocol: "TCP_UDP", Port: 7100 }))
const pair = selfSigned(undefined, { names: ["edge.test"] })
const { CertificateArn } = await acm.send(
  new ImportCertificateCommand({ Certificate: Buffer.from(pair.cert), PrivateKey: Buffer.from(pair.key) }),
)
await elb.send(
  new CreateListenerCommand({
    ...forwardTo(single),
    ...{ Protocol: "TLS", Port: 7443, Certificates: [{ CertificateArn }] },
  }),
)
await Promise.all([balancers.healthy(both), balancers.healthy(single)])

const dial = async (address: string, port = 7100): Promise<Socket> => {
  const socket = connect({ host: address, port, allowHalfOpen: true, timeout: 20_000 })
  socket.on("timeout", () => socket.destroy(new Error("nothing came in time")))
  await once(socket, "connect")
  return socket
}

/** What a target says first; undefined when the connection is reset. */
const firstLine = async (address: string): Promise<string | undefined> => {
  try {
    const socket = await dial(address)
    const [line] = (await once(socket, "data")) as [Buffer]
    socket.on("error", () => {}).destroy()
    return String(line).trim()
  } catch {
    return undefined
  }
}
const whoAnswers = async (address: string) => (await firstLine(address))?.split(" ")[0]

/** Its node in the zone of the tasks, and the one in the other zone. */
const near = await eventually("a node answers", async () => {
  for (const address of addresses) if ((await firstLine(address)) !== undefined) return address
  return undefined
})
const far = addresses.find((address) => address !== near) ?? ""

test("connections are spread over the tasks, which see the load balancer's own address", async () => {
  const lines = new Set<string | undefined>()
  for (let i = 0; i < 60 && lines.size < 2; i++) lines.add(await firstLine(near))
  assert.deepEqual([...lines].toSorted(), [`one ${near}`, `other ${near}`])
})

test("what a client says before it stops speaking comes back after that", async () => {
  const socket = await dial(near)
  socket.end("the last words")
  let heard = ""
  for await (const chunk of socket) heard += String(chunk)
  assert.match(heard, /the last words$/)
})

test("datagrams of a client go to one of them, and its answers come back", async () => {
  const socket = createSocket("udp4")
  const heard: string[] = []
  socket.on("message", (message) => heard.push(String(message)))
  // A datagram may be lost before the node has its port open.
  await eventually("an answer comes", async () => {
    socket.send("hello", 7100, near)
    return heard.length > 2 ? true : undefined
  })
  socket.close()
  assert.match(heard[0] ?? "", /^(one|other) hello$/)
  assert.equal(new Set(heard).size, 1)
})

test("TLS ends at the load balancer, with the imported certificate", async () => {
  const socket = connectTls({ host: near, port: 7443, ca: pair.cert, servername: "edge.test" })
  await once(socket, "secureConnect")
  const [line] = (await once(socket, "data")) as [Buffer]
  assert.equal(String(line).trim(), `one ${near}`)
  socket.destroy()
})

test("it answers on this machine's loopback too", async () => {
  const answer = await eventually("the loopback answers", () => whoAnswers("127.0.0.1"))
  assert.match(answer, /^(one|other)$/)
})

test("a node has only targets of its zone, and none in DNS, until cross-zone load balancing is on", async () => {
  assert.equal(await firstLine(far), undefined)
  await eventually("its name leads to the other node", async () => {
    const found = await addressesOf("172.31.0.1", name)
    return found.length === 1 && found[0] === near ? true : undefined
  })
  await elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: arn,
      Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
    }),
  )
  await eventually("the far node answers", () => whoAnswers(far))
  await eventually("the name leads to both", async () =>
    (await addressesOf("172.31.0.1", name)).length === 2 ? true : undefined,
  )
})

test("an application load balancer is a target", async () => {
  const inner = await balancers.balancer("inner")
  await elb.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn: inner.arn, Protocol: "HTTP", Port: 7080 },
      DefaultActions: [
        {
          Type: "fixed-response",
          FixedResponseConfig: { StatusCode: "200", ContentType: "text/plain", MessageBody: "the inner one" },
        },
      ],
    }),
  )
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      ...{ Name: "inner", Protocol: "TCP", Port: 7080, VpcId: Subnets[0]?.VpcId, TargetType: "alb" },
      ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2 },
    }),
  )
  const innerGroup = TargetGroups?.[0]?.TargetGroupArn ?? ""
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: innerGroup, Targets: [{ Id: inner.arn }] }))
  await elb.send(new CreateListenerCommand({ ...forwardTo(innerGroup), Protocol: "TCP", Port: 7200 }))
  await balancers.healthy(innerGroup)
  const { body } = await eventually("it answers through both", () => askFor200(near, 7200, "anything"))
  assert.equal(body, "the inner one")
})

test("a target that is deregistered gets nothing new, and what it has goes on", async () => {
  await elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: both,
      Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "600" }],
    }),
  )
  const kept = await eventually("a connection to the other one", async () => {
    const socket = await dial(near)
    const [line] = (await once(socket, "data")) as [Buffer]
    if (String(line).startsWith("other")) return socket
    socket.destroy()
    return undefined
  })
  await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: both, Targets: [{ Id: other.address }] }))
  const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: both }))
  const states = new Map(TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State]))
  assert.equal(states.get(other.address), "draining")
  await eventually("ten new connections in a row go to the one that is left", async () => {
    for (let i = 0; i < 10; i++) if ((await whoAnswers(near)) !== "one") return undefined
    return true
  })
  kept.write("still here")
  const [echoed] = (await once(kept, "data")) as [Buffer]
  assert.equal(String(echoed), "still here")
  kept.destroy()
})

test("a target that stops ends its connections and is found unhealthy", async () => {
  const socket = await dial(near)
  socket.on("error", () => {})
  await once(socket, "data")
  const closed = once(socket.resume(), "close")
  socket.on("end", () => socket.destroy())
  await user.stop(one.arn)
  await user.stopped(one.arn)
  await closed
  const { reason, description } = await eventually("it is unhealthy", async () => {
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: single }),
    )
    const { State, Reason, Description } = TargetHealthDescriptions[0]?.TargetHealth ?? {}
    return State === "unhealthy" ? { reason: Reason, description: Description } : undefined
  })
  assert.deepEqual([reason, description], ["Target.FailedHealthChecks", "Health checks failed"])
  const { LoadBalancers: found } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }))
  assert.equal(found?.[0]?.State?.Code, "active")
})
