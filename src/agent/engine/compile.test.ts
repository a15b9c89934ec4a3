// Containers as Docker is asked to make them: against those that ECS's own agent made of the same payload, and for what
// only we do (the pause container, limits for the whole task).
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { container, fargateTask } from "../../../test/support/acs-task.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import type { AcsTask } from "../../protocol/index.ts"
import type { TaskSnapshot } from "../types.ts"
import { admit } from "./admit.ts"
import { type CompileOptions, compileContainer, compilePause } from "./compile.ts"
import { portBindings, rangesOf } from "./ports.ts"

const golden = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../test/golden/agent", name), "utf8"))
const owner = { owner: "o", host: "h" }
const options: CompileOptions = {
  agentUri: "http://169.254.170.2",
  region: "us-east-1",
  imageVariables: [],
  openFiles: 1024,
}
const admitted = (task: AcsTask, prepared?: TaskSnapshot["prepared"]): TaskSnapshot => {
  const { task: taken, rejected } = admit(task, { ids: testIds(), owner, pauseImage: "pause" })
  assert.equal(rejected, false, taken.reason)
  return { ...taken, ...(prepared && { prepared }) }
}
const compiled = (task: TaskSnapshot, name: string, more: Partial<CompileOptions> = {}) => {
  const found = task.containers.find((one) => one.name === name)
  assert.ok(found)
  return { found, ...compileContainer(task, found, { ...options, ...more }) }
}

const payload = golden("payload-bridge.json")
const recorded = golden("containers.json")
const [bridge] = payload.message.message.tasks as AcsTask[]
assert.ok(bridge)
/** Recorded with the cgroup of the task switched off, which is what `cpu` and `memory` of a task are. */
const { cpu: _cpu, memory: _memory, ...bridgeTask } = bridge

for (const name of ["init", "web"]) {
  test(`container ${name} of the recorded payload is made as ECS's agent made it`, () => {
    const task = admitted(bridgeTask)
    const { found, config, hostConfig, name: dockerName } = compiled(task, name)
    const theirs = recorded[name]
    const uuid = /[0-9a-f]{8}-[0-9a-f-]{27}/
    const env = (list: string[]) => list.map((entry) => entry.replace(uuid, "UUID")).sort()
    assert.deepEqual(env(config.Env as string[]), env(theirs.Config.Env))
    assert.deepEqual(
      [config.Cmd, config.Image, config.Healthcheck],
      [theirs.Config.Cmd, theirs.Config.Image, theirs.Config.Healthcheck],
    )
    assert.deepEqual(config.ExposedPorts, theirs.Config.ExposedPorts ?? {})
    const { "io.roadstead.task": _, "io.roadstead.owner": __, "io.roadstead.host": ___, ...labels } = found.labels
    assert.deepEqual(labels, theirs.Config.Labels)
    assert.match(dockerName, new RegExp(`^ecs-demo-3-${name}-[0-9a-f]{20}$`))
    const anonymous = (binds: string[]) => binds.map((bind) => bind.replace(/[0-9a-f]{20}/, "HEX"))
    assert.deepEqual(anonymous(hostConfig.Binds as string[]), anonymous(theirs.HostConfig.Binds))
    assert.deepEqual([hostConfig.CpuShares, hostConfig.Memory], [theirs.HostConfig.CpuShares, theirs.HostConfig.Memory])
    assert.deepEqual(hostConfig.MemoryReservation ?? 0, theirs.HostConfig.MemoryReservation)
    const ports = Object.keys(hostConfig.PortBindings as object)
    assert.deepEqual(ports.sort(), Object.keys(theirs.HostConfig.PortBindings).sort())
    assert.deepEqual(
      (hostConfig.PortBindings as Record<string, unknown>)["53/udp"],
      name === "web" ? [{ HostPort: "18053" }] : undefined,
    )
  })
}

test("a container of a Fargate task joins the pause container and brings no ports of its own", () => {
  const task = admitted(
    fargateTask(5, [container("web", { portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }] })]),
    { cgroupParent: "/roadstead/x" },
  )
  const { config, hostConfig } = compiled(task, "web")
  const pause = task.containers.find((one) => one.type === "CNI_PAUSE")
  assert.equal(hostConfig.NetworkMode, `container:${pause?.runtimeName}`)
  assert.equal(hostConfig.CgroupParent, "/roadstead/x")
  assert.deepEqual([hostConfig.PortBindings, config.ExposedPorts], [undefined, undefined])
})

test("the pause container has the task's address, name and resolver", () => {
  const task = admitted(fargateTask(5, [container("web")]), {
    cgroupParent: "/g",
    network: { id: "net1", gateway: "172.31.0.1" },
    linkNetworkId: "link1",
  })
  const pause = task.containers.find((one) => one.type === "CNI_PAUSE")
  assert.ok(pause)
  const spec = compilePause(task, pause)
  assert.deepEqual(spec.network, { id: "net1", ip: "172.31.16.5", mac: "0a:00:00:00:00:05" })
  assert.deepEqual(
    [spec.config.Hostname, spec.hostConfig.Dns, spec.hostConfig.CgroupParent],
    ["ip-172-31-16-5.ec2.internal", ["172.31.0.1"], undefined],
  )
})

test("where no cgroup can be written each container has the task's limits, and no more CPUs than there are", () => {
  const task = admitted(
    fargateTask(5, [container("web"), container("small", { memory: 128 })], { cpu: 16, memory: 1024 }),
    {},
  )
  const web = compiled(task, "web", { hostCpus: 2 }).hostConfig
  assert.deepEqual([web.Memory, web.NanoCpus, web.CgroupParent], [1024 * 2 ** 20, 2e9, undefined])
  assert.equal(compiled(task, "small", { hostCpus: 2 }).hostConfig.Memory, 128 * 2 ** 20)
})

test("awslogs becomes a bounded json-file, and other drivers stay as asked", () => {
  const log = (Type: string) => ({ hostConfig: { LogConfig: { Type, Config: { x: "1" } } } })
  const task = admitted(fargateTask(5, [container("a", log("awslogs")), container("b", log("syslog"))]), {})
  const a = compiled(task, "a")
  assert.deepEqual(a.hostConfig.LogConfig, { Type: "json-file", Config: { "max-size": "20m", "max-file": "5" } })
  assert.deepEqual([a.found.logDriver, a.found.logOptions], ["awslogs", { x: "1" }])
  assert.deepEqual(compiled(task, "b").hostConfig.LogConfig, { Type: "syslog", Config: { x: "1" } })
})

test("a non-blocking logger gets the buffer that ECS's agent gives it, unless it names one", () => {
  const log = (more: object) => ({
    hostConfig: { LogConfig: { Type: "gelf", Config: { mode: "non-blocking", ...more } } },
  })
  const task = admitted(fargateTask(5, [container("a", log({})), container("b", log({ "max-buffer-size": "1m" }))]), {})
  const sizeOf = (name: string) =>
    (compiled(task, name).hostConfig.LogConfig as { Config: Record<string, string> }).Config["max-buffer-size"]
  assert.deepEqual([sizeOf("a"), sizeOf("b")], ["10m", "1m"])
})

test("defaults of ours stand back behind the task definition and the image", () => {
  const task = admitted(fargateTask(5, [container("web", { environment: { AWS_ENDPOINT_URL: "http://mine" } })]), {})
  const env = compiled(task, "web", { imageVariables: ["AWS_DEFAULT_REGION"] }).config.Env as string[]
  assert.ok(env.includes("AWS_ENDPOINT_URL=http://mine"))
  assert.ok(!env.some((entry) => entry.startsWith("AWS_REGION=") || entry.startsWith("AWS_DEFAULT_REGION=")))
})

test("host paths are below the host's root, and refused where there is none", () => {
  const web = container("web", { mountPoints: [{ sourceVolume: "v", containerPath: "/c", readOnly: true }] })
  const task = admitted(
    fargateTask(5, [web], { volumes: [{ name: "v", type: "host", host: { sourcePath: "/a/../../etc" } }] }),
    {},
  )
  assert.deepEqual(compiled(task, "web", { hostRoot: "/srv/i-1" }).hostConfig.Binds, ["/srv/i-1/etc:/c:ro"])
  assert.throws(() => compiled(task, "web"), /no access to its own paths/)
})

test("links, volumesFrom and a port range are written in Docker's forms", () => {
  const { elasticNetworkInterfaces: _, ...base } = fargateTask(5, [])
  const app = container("app", {
    links: ["db:database"],
    volumesFrom: [{ sourceContainer: "db", readOnly: true }],
    portMappings: [{ containerPortRange: "8000-8002", protocol: "tcp" }],
  })
  const task = admitted({ ...base, networkMode: "bridge", containers: [app, container("db")] }, {})
  const db = task.containers.find((one) => one.name === "db")?.runtimeName
  const { hostConfig } = compiled(task, "app")
  assert.deepEqual([hostConfig.Links, hostConfig.VolumesFrom], [[`${db}:database`], [`${db}:ro`]])
  assert.deepEqual(Object.keys(hostConfig.PortBindings as object), ["8000/tcp", "8001/tcp", "8002/tcp"])
})

test("a range of ports gets host ports in a row where they were found, and any ports where not", () => {
  const definition = container("web", { portMappings: [{ containerPortRange: "8000-8001", protocol: "udp" }] })
  assert.deepEqual(rangesOf(definition), [{ key: "8000-8001/udp", first: 8000, count: 2, protocol: "udp" }])
  assert.deepEqual(portBindings(definition, new Map([["8000-8001/udp", 40000]])), {
    "8000/udp": [{ HostPort: "40000" }],
    "8001/udp": [{ HostPort: "40001" }],
  })
  assert.deepEqual(portBindings(definition)["8000/udp"], [{ HostPort: "" }])
})
