// A load balancer in front of a Fargate task is reached by its own addresses, from the host and from tasks, by its name on
// the host's loopback, and by Host through the port of the APIs; also while the control plane is dead, and when its VPC is in
// a network namespace of its own.
import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { createServer } from "node:net"
import { test } from "node:test"
import {
  addressesOf,
  ask,
  askByDatagram,
  askFor200,
  askSecurely,
  balancerUser,
  eventually,
} from "../support/live-balancers.ts"
import { addressOf, fargateUser, shell } from "../support/live-fargate.ts"
import { liveTraffic, webServer } from "../support/live-traffic.ts"
import { killProcess } from "../support/processes.ts"

const { roadstead, user, balancers } = await liveTraffic(import.meta.filename)

/** Starts a server of these words; answers its address. */
const serving = async (who: typeof user, words: string) =>
  addressOf(await who.running(await who.start([webServer(words)])))

await user.createCluster()
await user.createLogGroup("/reach")
const group = await balancers.group("first", 8080, [await serving(user, "the task")])
const first = await balancers.balancer("first")
await balancers.listener(first.arn, 80, group)
await balancers.healthy(group)

test("the task is reached through the load balancer by every way from the host", async () => {
  const addresses = await addressesOf("172.31.0.1", first.name)
  assert.equal(addresses.length, 2, "one in each subnet")
  for (const address of addresses) {
    const { body } = await eventually(`${address} answers`, () => askFor200(address, 80, first.name))
    assert.equal(body, "the task\n")
  }
  const { body } = await eventually("the loopback answers", () => askFor200("127.0.0.1", 80, first.name))
  assert.equal(body, "the task\n", "as curl, which takes *.localhost to be the loopback")
  assert.equal((await ask("127.0.0.1", 4570, first.name)).body, "the task\n", "by Host through the port of the APIs")
  const unknown = await ask("127.0.0.1", 80, "nobody.localhost")
  assert.match(unknown.body, new RegExp(first.name.replaceAll(".", "\\.")))
  const { State } = await balancers.until(first.arn, "active")
  assert.equal(State?.Reason, undefined)
})

test("another task reaches it by its DNS name", async () => {
  const logs = { "awslogs-group": "/reach", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" }
  const arn = await user.start([
    shell("main", `wget -q -O - http://${first.name}/`, { logConfiguration: { logDriver: "awslogs", options: logs } }),
  ])
  const task = await user.stopped(arn)
  assert.equal(task.containers?.[0]?.exitCode, 0)
  const lines = await eventually("its log is there", async () => {
    const all = await user.lines("/reach", `p/main/${arn.slice(arn.lastIndexOf("/") + 1)}`)
    return all.length > 0 ? all : undefined
  })
  assert.deepEqual(lines, ["the task"])
})

test("two load balancers on one port of the loopback are told apart by name", async () => {
  const secondGroup = await balancers.group("second", 8080, [await serving(user, "the other")])
  const second = await balancers.balancer("second")
  await balancers.listener(second.arn, 80, secondGroup)
  await balancers.healthy(secondGroup)
  const { body } = await eventually("the second answers", () => askFor200("127.0.0.1", 80, second.name))
  assert.equal(body, "the other\n")
  assert.equal((await ask("127.0.0.1", 80, first.name)).body, "the task\n")
})

test("with a port that is taken it answers at its own addresses, and says why not on the loopback", async () => {
  const taker = createServer()
  await new Promise<void>((resolve) => taker.listen(8081, "127.0.0.1", resolve))
  await balancers.listener(first.arn, 8081, group)
  const [address = ""] = await addressesOf("172.31.0.1", first.name)
  assert.equal((await eventually(`${address} answers`, () => askFor200(address, 8081, first.name))).body, "the task\n")
  const { Reason } = await eventually("the service says so", async () => {
    const { State } = await balancers.describe(first.arn)
    return State?.Reason === undefined ? undefined : State
  })
  assert.match(Reason ?? "", /Port 8081 of 127\.0\.0\.1 is taken by another program\./)
  await new Promise((resolve) => taker.close(resolve))
  await eventually("the port is had once it is free", () => askFor200("127.0.0.1", 8081, first.name))
})

test("with a port that another program has on all addresses its own addresses still lead to it", async () => {
  const taker = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => taker.listen(8082, resolve))
  const listener = await balancers.listener(first.arn, 8082, group)
  const addresses = await addressesOf("172.31.0.1", first.name)
  for (const address of addresses) {
    const { body } = await eventually(`${address} answers`, () => askFor200(address, 8082, first.name))
    assert.equal(body, "the task\n")
  }
  await balancers.removeListener(listener)
  for (const address of addresses) {
    await eventually(`the port of ${address} is the other program's alone`, () =>
      ask(address, 8082, first.name).then(
        () => undefined,
        () => true,
      ),
    )
  }
  await new Promise((resolve) => taker.close(resolve))
})

test("TCP of a network load balancer is carried at its addresses, and TLS with a certificate by name on the loopback", async () => {
  const target = await serving(user, "by tcp")
  const tcp = await balancers.group("tcp", 8080, [target], "TCP")
  const network = await balancers.balancer("net", "network")
  await balancers.listener(network.arn, 9000, tcp, { Protocol: "TCP" })
  await balancers.healthy(tcp)
  const answers = async () => {
    for (const address of await addressesOf("172.31.0.1", network.name)) {
      const answer = await askFor200(address, 9000, "any.name")
      if (answer) return answer
    }
    return undefined
  }
  assert.equal((await eventually("the network load balancer answers", answers)).body, "by tcp\n")
  await eventually("its port of the loopback answers", () => askFor200("127.0.0.1", 9000, "any.name"))

  const certificate = await balancers.certificate(first.name)
  await balancers.listener(first.arn, 443, group, {
    Protocol: "HTTPS",
    Certificates: [{ CertificateArn: certificate }],
  })
  const ca = await (await fetch(`${roadstead.endpoint}/_roadstead/ca.pem`)).text()
  const secure = await eventually("the loopback answers by TLS", () => askSecurely(443, first.name, ca))
  assert.equal(secure.body, "the task\n")
})

test("datagrams go through a network load balancer and back, at its addresses and on the loopback", async (t) => {
  // This machine is in the VPC too, at the gateway: here it is the target.
  const gateway = "172.31.0.1"
  const echo = createSocket("udp4").on("message", (message, peer) => echo.send(message, peer.port, peer.address))
  await new Promise<void>((resolve) => echo.bind(9002, gateway, resolve))
  const checked = createServer((socket) => socket.end()).listen(9002, gateway)
  t.after(() => {
    echo.close()
    checked.close()
  })
  const udp = await balancers.group("udp", 9002, [gateway], "UDP")
  const network = await balancers.balancer("datagrams", "network")
  await balancers.listener(network.arn, 9002, udp, { Protocol: "UDP" })
  await balancers.healthy(udp)
  const [address = ""] = await addressesOf("172.31.0.1", network.name)
  for (const where of [address, "127.0.0.1"])
    assert.equal(await eventually(`${where} answers`, () => askByDatagram(where, 9002, "hello")), "hello")
})

test("a proxy that is killed comes back and carries what it carried", async () => {
  await killProcess(roadstead, "proxy-process")
  const { body } = await eventually("the loopback answers again", () => askFor200("127.0.0.1", 80, first.name))
  assert.equal(body, "the task\n")
  const [address = ""] = await addressesOf("172.31.0.1", first.name)
  await eventually(`${address} answers again`, () => askFor200(address, 80, first.name))
})

test("no request fails while the control plane is killed and started again", async () => {
  const statuses: number[] = []
  let over = false
  const load = async () => {
    while (!over) statuses.push((await ask("127.0.0.1", 80, first.name)).status)
  }
  const working = [load(), load()]
  await eventually("requests are answered", async () => (statuses.length > 20 ? true : undefined))
  await killProcess(roadstead, "control-plane-process")
  await eventually("the APIs answer again", () => balancers.describe(first.arn).catch(() => undefined))
  const before = statuses.length
  await eventually("requests go on", async () => (statuses.length > before + 20 ? true : undefined))
  over = true
  await Promise.all(working)
  assert.deepEqual([...new Set(statuses)], [200])
  await eventually("by Host too", () => askFor200("127.0.0.1", 4570, first.name))
})

test("a load balancer in a VPC of a network namespace of its own is reached by name from the host", async () => {
  const region = "eu-west-1"
  const apart = fargateUser(roadstead.endpoint, region)
  const others = balancerUser(roadstead.endpoint, apart.ec2, region)
  try {
    await apart.createCluster()
    const far = await others.group("far", 8080, [await serving(apart, "far away")])
    const balancer = await others.balancer("far")
    await others.listener(balancer.arn, 80, far)
    await others.healthy(far)
    const { body } = await eventually("the loopback answers", () => askFor200("127.0.0.1", 80, balancer.name))
    assert.equal(body, "far away\n")
    assert.equal((await ask("127.0.0.1", 4570, balancer.name)).body, "far away\n")
    assert.equal((await ask("127.0.0.1", 80, first.name)).body, "the task\n", "the others are still there")
  } finally {
    apart.close()
    others.close()
  }
})
