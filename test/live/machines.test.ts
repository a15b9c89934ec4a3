// Hosts and networks on a real engine: the shared host, its VPC with a resolver, conflicts, and what a restart finds.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { Resolver as DnsClient } from "node:dns/promises"
import { mkdirSync, readFileSync } from "node:fs"
import { createServer, request } from "node:http"
import { join } from "node:path"
import { after, test } from "node:test"
import { createDocker } from "../../src/docker/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import {
  busyboxImage,
  type Command,
  findEngine,
  type Machines,
  machinesSocket,
  startMachines,
} from "../../src/machines/index.ts"
import {
  link,
  linkLabel,
  type MachineWish,
  type NetworkWish,
  networkLabel,
  ownerLabel,
} from "../../src/protocol/index.ts"
import { type ControlEnd, controlEnd } from "../support/control-end.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"

const engine = await withEngine(import.meta.filename)
const docker = createDocker({ socketPath: engine.socketPath })
const agentsFile = join(engine.folder, "agents")
const controlSocket = join(engine.folder, "control.sock")
const opened: { machines: Machines; control: ControlEnd }[] = []
after(async () => {
  docker.close()
  for (const { machines, control } of opened) {
    control.close()
    await machines.close()
  }
})

const entry = (file: string, env: Record<string, string> = {}): Command => ({
  command: process.execPath,
  args: [join(import.meta.dirname, "../support/processes", file)],
  env: { PATH: process.env.PATH, ...env },
})

/** A supervisor of the data folder `owner`, and the control plane's end of its channel. */
const supervisor = async (owner: string, agentEnv: Record<string, string> = {}) => {
  const runFolder = join(engine.folder, owner)
  const dataFolder = join("/var/tmp", `roadstead-test-${process.ppid}`, owner)
  mkdirSync(dataFolder, { recursive: true })
  const common = { owner, runFolder, dataFolder, clock: realClock, log: silentLog }
  const found = await findEngine({ ...common, choice: "docker", dockerHost: engine.socketPath })
  const givenUp = Promise.withResolvers<string>()
  const machines = await startMachines({
    ...common,
    engine: found,
    apiPort: 4566,
    controlSocket,
    agentCommand: (wish) => entry("fake-agent.ts", { FAKE_AGENT_FILE: `${agentsFile}-${wish.id}`, ...agentEnv }),
    relayCommand: () => entry("relay.ts"),
    givenUp: givenUp.resolve,
  })
  const control = await controlEnd(machinesSocket(runFolder))
  opened.push({ machines, control })
  return { machines, control, givenUp: givenUp.promise }
}

const machine = (id: string, more: Partial<MachineWish> = {}): MachineWish => ({
  id,
  kind: "fargate-host",
  place: "shared",
  desired: "up",
  generation: 1,
  agent: {
    cluster: "pool",
    region: "us-east-1",
    accessKeyId: "AKIA",
    secretAccessKey: "s",
    endpoint: "http://127.0.0.1:4566",
  },
  ...more,
})

const network = (vpcId: string, machineId: string, more: Partial<NetworkWish> = {}): NetworkWish => ({
  key: `000000000000/us-east-1/${vpcId}`,
  vpcId,
  cidr: "172.31.0.0/16",
  gateway: "172.31.0.1",
  machineId,
  desired: "up",
  generation: 1,
  ...more,
})

/** In the order of their names: Docker lists them in any. */
const networksLabelled = async (label: string) =>
  (
    await docker.request<{ Name: string; Id: string }[]>("GET", "/networks", { query: { filters: { label: [label] } } })
  ).body.toSorted((a, b) => a.Name.localeCompare(b.Name))

/** With those of bridges without a container, which os.networkInterfaces() leaves out. */
const addresses = (): string[] =>
  (
    JSON.parse(execFileSync("ip", ["-j", "-4", "address"], { encoding: "utf8" })) as {
      addr_info: { local: string }[]
    }[]
  ).flatMap(({ addr_info }) => addr_info.map(({ local }) => local))

const agents = (id: string): { pid: number; namespace: string; imageSource?: string }[] =>
  readFileSync(`${agentsFile}-${id}`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { pid: number; namespace: string })

/** Runs a busybox command in a container and answers its exit status and output. */
const runIn = async (socketPath: string, networkName: string, command: string[], dns?: string) => {
  const client = createDocker({ socketPath })
  const { body: created } = await client.request<{ Id: string }>("POST", "/containers/create", {
    body: { Image: "shell:1", Cmd: command, HostConfig: { NetworkMode: networkName, ...(dns && { Dns: [dns] }) } },
  })
  await client.request("POST", `/containers/${created.Id}/start`)
  const { body: end } = await client.request<{ StatusCode: number }>("POST", `/containers/${created.Id}/wait`)
  const { body: output } = await client.request<string>("GET", `/containers/${created.Id}/logs`, {
    query: { stdout: true, stderr: true },
  })
  await client.request("DELETE", `/containers/${created.Id}`)
  client.close()
  return { status: end.StatusCode, output }
}

let first: { machines: Machines; control: ControlEnd }

test("a shared host has the link network and an agent that says it is ready", async () => {
  first = await supervisor("one")
  first.control.say({ type: "wishes", machines: [machine("h1")], networks: [] })
  await first.control.fact("h1", "UP")
  assert.equal((await networksLabelled(linkLabel)).length, 1)
  assert.ok(addresses().includes(link.address))
  assert.equal(agents("h1").length, 1)
})

test("a VPC is a network with its own addresses, and its gateway resolves the names of its interfaces", async () => {
  first.control.say({ type: "wishes", machines: [machine("h1")], networks: [network("vpc-1", "h1")] })
  const key = network("vpc-1", "h1").key
  first.control.say({
    type: "names",
    names: [{ network: key, name: "ip-172-31-0-9.ec2.internal", address: "172.31.0.9" }],
  })
  await first.control.fact(key, "UP")
  assert.ok(addresses().includes("172.31.0.1"))
  assert.deepEqual(first.control.listeners(), ["172.31.0.1"])
  const dns = new DnsClient()
  dns.setServers(["172.31.0.1"])
  assert.deepEqual(await dns.resolve4("IP-172-31-0-9.ec2.internal"), ["172.31.0.9"])
  assert.deepEqual(await dns.reverse("172.31.0.9"), ["ip-172-31-0-9.ec2.internal"])
  await assert.rejects(dns.resolve6("ip-172-31-0-9.ec2.internal"), { code: "ENODATA" })
})

test("a container asks the resolver through Docker's own", async () => {
  await busyboxImage(docker, { name: "shell:1" })
  const [vpc] = await networksLabelled(networkLabel)
  const { status, output } = await runIn(
    engine.socketPath,
    vpc?.Name ?? "",
    ["nslookup", "ip-172-31-0-9.ec2.internal"],
    "172.31.0.1",
  )
  assert.equal(status, 0, output)
  assert.match(output, /172\.31\.0\.9/)
})

test("a VPC whose addresses another network has is a fact that names the network", async () => {
  const other = network("vpc-2", "h1", { cidr: "172.31.128.0/20", gateway: "172.31.128.1" })
  first.control.say({ type: "wishes", machines: [machine("h1")], networks: [network("vpc-1", "h1"), other] })
  const fact = await first.control.fact(other.key, "OVERLAPS", "UP", "FAILED")
  assert.equal(fact.status, "OVERLAPS")
  assert.match(
    fact.reason ?? "",
    /172\.31\.128\.0\/20 overlaps the VPC 000000000000\/us-east-1\/vpc-1 \(172\.31\.0\.0\/16\)/,
  )
})

test("a machine apart takes the same addresses, has its own agent, and its gateway carries the APIs", async () => {
  const api = createServer((_, response) => response.end("the control plane")).listen(controlSocket)
  const wishes = {
    type: "wishes",
    machines: [machine("h1"), machine("h2", { place: "apart" })],
    networks: [network("vpc-1", "h1"), network("vpc-2", "h2")],
  } as const
  first.control.say(wishes)
  assert.equal((await first.control.fact("h2", "UP", "FAILED")).status, "UP")
  const fact = await first.control.fact(network("vpc-2", "h2").key, "UP", "FAILED")
  assert.equal(fact.status, "UP", fact.reason)
  assert.deepEqual(first.control.listeners(), ["172.31.0.1"])
  const [agent] = agents("h2")
  assert.notEqual(agent?.namespace, agents("h1")[0]?.namespace)
  assert.equal(agent?.imageSource, engine.socketPath)

  const socketPath = apartSocket("one")
  const apart = createDocker({ socketPath })
  await busyboxImage(apart, { name: "shell:1" })
  const { body: all } = await apart.request<{ Name: string }[]>("GET", "/networks", {
    query: { filters: { label: [networkLabel] } },
  })
  const { status, output } = await runIn(socketPath, all[0]?.Name ?? "", ["wget", "-qO-", "http://172.31.0.1:4566/"])
  assert.equal(status, 0, output)
  assert.match(output, /the control plane/)
  apart.close()
  api.closeAllConnections()
  await new Promise((closed) => api.close(closed))
})

const apartSocket = (owner: string): string => {
  const { things } = JSON.parse(readFileSync(join(engine.folder, owner, "made.json"), "utf8")) as {
    things: { kind: string; runFolder?: string }[]
  }
  return join(things.find(({ kind }) => kind === "daemon")?.runFolder ?? "", "docker.sock")
}

test("after a restart the same networks and the same engine are found again", async () => {
  const before = await networksLabelled(ownerLabel)
  const engineBefore = await ask(apartSocket("one"), "/info")
  await first.machines.close()
  first.control.close()
  assert.throws(() => process.kill(agents("h1")[0]?.pid ?? 0, 0), { code: "ESRCH" })

  first = await supervisor("one")
  first.control.say({
    type: "wishes",
    machines: [machine("h1"), machine("h2", { place: "apart" })],
    networks: [network("vpc-1", "h1"), network("vpc-2", "h2")],
  })
  await Promise.all([first.control.fact("h1", "UP"), first.control.fact("h2", "UP")])
  await Promise.all([
    first.control.fact(network("vpc-1", "h1").key, "UP"),
    first.control.fact(network("vpc-2", "h2").key, "UP"),
  ])
  assert.deepEqual(await networksLabelled(ownerLabel), before)
  assert.equal((await ask(apartSocket("one"), "/info")).ID, engineBefore.ID)
})

const ask = (socketPath: string, path: string): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      resolve(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>)
    })
    call.once("error", reject)
    call.end()
  })

test("beside another Roadstead on the same engine, a host gets an engine of its own", async () => {
  const second = await supervisor("two")
  second.control.say({ type: "wishes", machines: [machine("h3")], networks: [network("vpc-3", "h3")] })
  assert.equal((await second.control.fact(network("vpc-3", "h3").key, "UP", "OVERLAPS", "FAILED")).status, "UP")
  await second.control.fact("h3", "UP")
  assert.deepEqual(second.control.listeners(), [])
  second.control.close()
  assert.equal((await second.machines.down()).hosts, 1)
})

test("an agent that dies at once every time is given up with the reason", async () => {
  const broken = await supervisor("three", { FAKE_AGENT_FAILS: "yes" })
  broken.control.say({ type: "wishes", machines: [machine("h4")], networks: [] })
  assert.match(await broken.givenUp, /status 7, 5 times in a row/)
  assert.equal((await broken.control.fact("h4", "FAILED")).status, "FAILED")
  broken.control.close()
  await broken.machines.down()
})

test("down removes what is ours and nothing else", async () => {
  await docker.request("POST", "/networks/create", { body: { Name: "of-the-user", Driver: "bridge" } })
  first.control.close()
  const removed = await first.machines.down()
  assert.equal(removed.hosts, 1)
  const { body: left } = await docker.request<{ Name: string }[]>("GET", "/networks")
  assert.deepEqual(left.map(({ Name }) => Name).sort(), ["host", "none", "of-the-user"])
  assert.ok(!addresses().includes(link.address))
})
