// A control plane that is killed while a proxy carries for it: the next one, on the same folder, tells the proxy the same, and
// says the same of load balancers and targets. The supervisor's and the proxy's ends are this test's.
import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { ACMClient, ImportCertificateCommand } from "@aws-sdk/client-acm"
import { DescribeNetworkInterfacesCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2"
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { machinesSocket } from "../../src/machines/index.ts"
import {
  type FromProxy,
  type NameWish,
  type NetworkWish,
  type ProxyConfiguration,
  proxiesSocket,
  type ToProxy,
  type ToSupervisor,
} from "../../src/protocol/index.ts"
import { selfSigned } from "../support/certificate.ts"
import { startLoneControlPlane } from "../support/lone-control-plane.ts"

/** Resolves with the first of what is said to come, or was, for which `isIt` holds. */
const listened = <M>() => {
  const heard: M[] = []
  const waiting = new Set<() => void>()
  return {
    hear: (message: M) => {
      heard.push(message)
      for (const look of waiting) look()
    },
    wait: <T>(find: (message: M) => T | undefined): Promise<T> =>
      new Promise((resolve) => {
        const look = () => {
          const found = heard.map(find).find((one) => one !== undefined)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

/** The supervisor's end: hears wishes, and makes nothing. */
const supervisor = async (path: string) => {
  const words = listened<ToSupervisor>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    createInterface({ input: socket }).on("line", (line) => words.hear(JSON.parse(line) as ToSupervisor))
    socket.on("error", () => {})
  }).listen(path)
  await once(server, "listening")
  return {
    ...words,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** A proxy's end that applies what it is told. */
const proxy = async (path: string, machineId: string, known: readonly FromProxy[] = []) => {
  const words = listened<ProxyConfiguration>()
  const socket = connect(path)
  await once(socket, "connect")
  const say = (message: FromProxy) => void socket.write(`${JSON.stringify(message)}\n`)
  createInterface({ input: socket }).on("line", (line) => {
    const { configuration } = JSON.parse(line) as ToProxy
    const { version, epoch, balancers } = configuration
    say({ type: "applied", version, epoch })
    const ways = balancers.flatMap(({ id: balancer, listeners }) =>
      listeners.map(({ id: listener }) => ({ balancer, listener, way: "address", status: "open" }) as const),
    )
    say({ type: "listening", reports: ways })
    words.hear(configuration)
  })
  socket.on("error", () => {})
  say({ type: "hello", machineId })
  for (const message of known) say(message)
  return { ...words, say, close: () => socket.destroy() }
}

const clientsOf = (port: number) => {
  const sdk = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "000000000000", secretAccessKey: "x" },
  }
  return { elb: new ElasticLoadBalancingV2Client(sdk), acm: new ACMClient(sdk), ec2: new EC2Client(sdk) }
}

/** Asks again after each answer until it is the one. */
const until = async <T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> => {
  for (;;) {
    const answer = await ask()
    if (isIt(answer)) return answer
  }
}

const withoutVersion = ({ balancers, pools }: ProxyConfiguration) => ({ balancers, pools })

test("a control plane that is killed and started again tells its proxies the same, and loses no health", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "roadstead-proxies-"))
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]
  t.after(async () => {
    for (const end of ends.toReversed()) await end()
  })
  const machines = await supervisor(machinesSocket(folder))
  ends.push(machines.close)
  const first = await startLoneControlPlane(folder, undefined, "docker")
  ends.push(first.kill)
  const { elb, acm, ec2 } = clientsOf(first.port)
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  const { cert, key } = selfSigned()
  const { CertificateArn } = await acm.send(
    new ImportCertificateCommand({ Certificate: Buffer.from(cert), PrivateKey: Buffer.from(key) }),
  )
  const made = await elb.send(
    new CreateLoadBalancerCommand({
      Name: "web",
      Subnets: Subnets.slice(0, 2).flatMap(({ SubnetId }) => SubnetId ?? []),
    }),
  )
  const { LoadBalancerArn, DNSName = "", VpcId } = made.LoadBalancers?.[0] ?? {}
  const group = await elb.send(
    new CreateTargetGroupCommand({ Name: "app", TargetType: "ip", Protocol: "HTTP", Port: 8080, VpcId }),
  )
  const { TargetGroupArn = "" } = group.TargetGroups?.[0] ?? {}
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: "172.31.0.50" }] }))
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      ...{ Protocol: "HTTPS", Port: 443, Certificates: [{ CertificateArn }] },
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    }),
  )

  // The supervisor is told where the load balancer is to be, and by which name.
  const network = await machines.wait((said): NetworkWish | undefined =>
    said.type === "wishes" ? said.networks.find(({ addresses }) => addresses?.length === 2) : undefined,
  )
  const names = await machines.wait((said): readonly NameWish[] | undefined => {
    const found = said.type === "names" ? said.names.filter(({ name }) => name === DNSName.toLowerCase()) : []
    return found.length === 2 ? found : undefined
  })
  assert.deepEqual(names.map(({ address }) => address).toSorted(), network.addresses)

  const shown = await ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "requester-id", Values: ["amazon-elb"] }] }),
  )
  const interfaces = shown.NetworkInterfaces ?? []
  assert.deepEqual(interfaces.map((one) => one.PrivateIpAddress ?? "").toSorted(), network.addresses)
  const [one] = interfaces
  assert.match(one?.Description ?? "", /^ELB app\/web\//)
  assert.deepEqual(
    [one?.RequesterId, one?.RequesterManaged, one?.Attachment?.InstanceOwnerId],
    ["amazon-elb", true, "amazon-elb"],
  )

  const before = await proxy(proxiesSocket(folder), network.machineId)
  ends.push(before.close)
  const whole = (one: ProxyConfiguration) => (one.balancers[0]?.listeners.length === 1 ? one : undefined)
  const told = await before.wait(whole)
  const [balancer] = told.balancers
  assert.deepEqual(balancer?.nodes.map(({ address }) => address).toSorted(), network.addresses)
  assert.equal(balancer?.listeners[0]?.tls?.certificates[0]?.privateKey.trim(), key.trim())
  const reports = [{ pool: TargetGroupArn, target: "172.31.0.50:8080", state: "healthy" }] as const
  before.say({ type: "health", reports })
  const stateOf = async (client: typeof elb) =>
    (await client.send(new DescribeLoadBalancersCommand({}))).LoadBalancers?.[0]?.State?.Code
  const healthOf = async (client: typeof elb) =>
    (await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions?.[0]?.TargetHealth
  await until(
    () => stateOf(elb),
    (code) => code === "active",
  )
  await until(
    () => healthOf(elb),
    (health) => health?.State === "healthy",
  )

  await first.kill()
  const second = await startLoneControlPlane(folder, undefined, "docker")
  ends.push(second.kill)
  const again = clientsOf(second.port)
  assert.equal(await stateOf(again.elb), "active")
  assert.deepEqual(await healthOf(again.elb), { State: "healthy" })
  const { version, epoch } = told
  const after = await proxy(proxiesSocket(folder), network.machineId, [
    { type: "applied", version, epoch },
    { type: "health", reports },
  ])
  ends.push(after.close)
  const toldAgain = await after.wait((one) => one)
  assert.notEqual(toldAgain.epoch, told.epoch)
  assert.deepEqual(withoutVersion(toldAgain), withoutVersion(told))
  assert.equal(await stateOf(again.elb), "active")
  assert.deepEqual(await healthOf(again.elb), { State: "healthy" })
})
