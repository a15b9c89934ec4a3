// A task definition that uses every parameter that tasks on Fargate have, in awsvpc mode, and for each what is seen of it:
// inside the container, else from Docker, its cgroup or the API. What only instances have is in parameters.test.ts.
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, Task } from "@aws-sdk/client-ecs"
import { mostOpenFiles } from "../../src/main/open-files.ts"
import { engineWithImage, fargateUser, image } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { containerOf, inspect, metadata, type Row, type Seen, tableTests } from "../support/parameter-table.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const forever = "trap 'exit 0' TERM; while true; do sleep 0.1; done"

const main: ContainerDefinition = {
  name: "main",
  image,
  cpu: 128,
  memory: 256,
  memoryReservation: 128,
  essential: true,
  entryPoint: ["/bin/sh", "-c"],
  command: [`echo $$ > /scratch/pid; ${forever}`],
  environment: [{ name: "GREETING", value: "hello world" }],
  readonlyRootFilesystem: true,
  dockerLabels: { "com.example.team": "harbour" },
  workingDirectory: "/scratch",
  interactive: true,
  pseudoTerminal: true,
  systemControls: [
    { namespace: "net.core.somaxconn", value: "321" },
    { namespace: "net.ipv4.ip_unprivileged_port_start", value: "77" },
  ],
  portMappings: [{ containerPort: 8080 }],
  volumesFrom: [{ sourceContainer: "neighbour", readOnly: true }],
  mountPoints: [
    { sourceVolume: "scratch", containerPath: "/scratch" },
    { sourceVolume: "own", containerPath: "/own", readOnly: true },
  ],
  linuxParameters: { capabilities: { add: ["SYS_PTRACE"], drop: ["CHOWN"] }, initProcessEnabled: true },
  healthCheck: { command: ["CMD-SHELL", "test -f /scratch/pid"], interval: 5, timeout: 4, retries: 2 },
  dependsOn: [{ containerName: "neighbour", condition: "START" }],
  restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 },
  versionConsistency: "disabled",
  stopTimeout: 3,
}

const neighbour: ContainerDefinition = {
  name: "neighbour",
  image,
  essential: false,
  command: ["/bin/sh", "-c", "echo given > /from/word; echo own > /own/word; exec httpd -f -p 127.0.0.1:9090 -h /from"],
  ulimits: [{ name: "nofile", softLimit: 1234, hardLimit: 2345 }],
  mountPoints: [
    { sourceVolume: "from", containerPath: "/from" },
    { sourceVolume: "own", containerPath: "/own" },
  ],
  stopTimeout: 2,
}

const stubborn: ContainerDefinition = {
  name: "stubborn",
  image,
  essential: false,
  user: "65534:65533",
  command: ["/bin/sh", "-c", "trap '' TERM; while true; do sleep 0.1; done"],
  stopTimeout: 2,
}

// Never healthy, so that what waits for it waits for its startTimeout.
const slow: ContainerDefinition = {
  name: "slow",
  image,
  essential: false,
  command: ["/bin/sh", "-c", forever],
  healthCheck: { command: ["CMD", "false"], interval: 5 },
  startTimeout: 3,
}
const waiting: ContainerDefinition = {
  name: "waiting",
  image,
  essential: false,
  command: ["/bin/sh", "-c", forever],
  dependsOn: [{ containerName: "slow", condition: "HEALTHY" }],
}

const definition: Partial<RegisterTaskDefinitionCommandInput> = {
  cpu: "512",
  memory: "1024",
  pidMode: "task",
  ephemeralStorage: { sizeInGiB: 30 },
  runtimePlatform: { cpuArchitecture: process.arch === "arm64" ? "ARM64" : "X86_64", operatingSystemFamily: "LINUX" },
  volumes: [{ name: "scratch" }, { name: "own", host: {} }, { name: "from" }],
}

/** Fargate's, or what the machine can give. */
const openFiles = mostOpenFiles()

const mainPid = "$(cat /scratch/pid)"

/** A file of the cgroup that all containers of the task are in, under version 1 or 2. */
const taskGroup = async (
  seen: Seen,
  one: readonly [controller: string, file: string],
  two: string,
): Promise<string> => {
  const parent = String((await inspect(seen, "main")).HostConfig.CgroupParent)
  const old = join("/sys/fs/cgroup", one[0], parent, one[1])
  return readFileSync(existsSync(old) ? old : join("/sys/fs/cgroup", parent, two), "utf8").trim()
}

const rows: readonly Row[] = [
  {
    parameter: "cpu of the task",
    look: (seen) => taskGroup(seen, ["cpu", "cpu.cfs_quota_us"], "cpu.max"),
    expect: /^50000( 100000)?$/,
  },
  {
    parameter: "memory of the task",
    look: (seen) => taskGroup(seen, ["memory", "memory.limit_in_bytes"], "memory.max"),
    expect: String(1024 ** 3),
  },
  {
    parameter: "cpu, memory and memoryReservation of the container",
    look: async (seen) => {
      const { CpuShares, Memory, MemoryReservation } = (await inspect(seen, "main")).HostConfig
      return [CpuShares, Memory, MemoryReservation]
    },
    expect: `[128,${256 * 1024 ** 2},${128 * 1024 ** 2}]`,
  },
  {
    parameter: "networkMode awsvpc: the interface's address",
    look: ["main", "ip -o -4 addr show eth0 | awk '{print $4}'"],
    expect: /^172\.31\.\d+\.\d+\/16$/,
  },
  {
    parameter: "networkMode awsvpc: one loopback for all containers",
    look: ["main", "wget -q -O - http://127.0.0.1:9090/word"],
    expect: "given",
  },
  {
    parameter: "networkMode awsvpc: the address in the API is the one inside",
    look: async (seen) => (await metadata(seen, "main", "")).Networks,
    expect: /"IPv4Addresses":\["172\.31\.\d+\.\d+"\].*"SubnetGatewayIpv4Address":"172\.31\.\d+\.1\/20"/,
  },
  {
    parameter: "pidMode task: the processes of the other container are seen",
    look: ["main", "ps -o args | grep -c '^httpd -f'"],
    expect: "1",
  },
  {
    parameter: "entryPoint and command",
    look: ["main", `tr '\\0' ' ' < /proc/${mainPid}/cmdline`],
    expect: /^\/bin\/sh -c echo \$\$ > \/scratch\/pid/,
  },
  {
    parameter: "environment",
    look: ["main", "echo $GREETING; echo $AWS_EXECUTION_ENV"],
    expect: "hello world\nAWS_ECS_FARGATE",
  },
  { parameter: "readonlyRootFilesystem", look: ["main", "touch /etc/x; echo $?"], expect: /Read-only file system\n1$/ },
  {
    parameter: "dockerLabels",
    look: async (seen) => ((await metadata(seen, "main", "")).Labels as Record<string, string>)["com.example.team"],
    expect: "harbour",
  },
  { parameter: "workingDirectory", look: ["main", "pwd"], expect: "/scratch" },
  { parameter: "user", look: ["stubborn", "id -u; id -g"], expect: "65534\n65533" },
  { parameter: "interactive", look: async (seen) => (await inspect(seen, "main")).Config.OpenStdin, expect: "true" },
  {
    parameter: "pseudoTerminal",
    look: ["main", `readlink /proc/${mainPid}/fd/0`],
    expect: /^\/dev\/(pts\/\d+|console)$/,
  },
  {
    parameter: "systemControls, for all containers of the task",
    look: ["neighbour", "cat /proc/sys/net/core/somaxconn /proc/sys/net/ipv4/ip_unprivileged_port_start"],
    expect: "321\n77",
  },
  {
    parameter: "portMappings: nothing is bound",
    look: async (seen) => containerOf(seen, "main").networkBindings,
    expect: "[]",
  },
  {
    parameter: "volumesFrom readOnly",
    look: ["main", "touch /from/mine; echo $?"],
    expect: /Read-only file system\n1$/,
  },
  {
    parameter: "volumes shared between containers",
    look: ["main", "cat /own/word /from/word"],
    expect: "own\ngiven",
  },
  {
    parameter: "mountPoints readOnly",
    look: ["main", "touch /own/mine; echo $?"],
    expect: /Read-only file system\n1$/,
  },
  {
    parameter: "linuxParameters.capabilities add and drop",
    look: ["main", `grep CapBnd /proc/${mainPid}/status`],
    expect: "CapBnd:\t00000000a80c25fa",
  },
  {
    parameter: "linuxParameters.initProcessEnabled: with pidMode task the first process of the task does its work",
    look: ["main", "(sh -c 'sleep 0.1 & exit 0') ; sleep 0.5; ps -o stat | grep -c Z"],
    expect: "0",
  },
  {
    parameter: "ulimits",
    // Of the process that the engine started: runc 1.1 may lose the soft limit of one that is put in beside it.
    look: [
      "neighbour",
      "grep 'Max open' /proc/$(pidof httpd | cut -d ' ' -f 1)/limits | tr -s ' ' | cut -d ' ' -f 4,5",
    ],
    expect: "1234 2345",
  },
  {
    parameter: "ulimits: Fargate's own number of open files",
    look: ["main", "ulimit -Sn; ulimit -Hn"],
    expect: `${openFiles}\n${openFiles}`,
  },
  {
    parameter: "healthCheck",
    look: async (seen) => [containerOf(seen, "main").healthStatus, seen.task.healthStatus],
    expect: '["HEALTHY","HEALTHY"]',
  },
  {
    parameter: "restartPolicy",
    look: async (seen) => (await metadata(seen, "main", "")).RestartCount,
    expect: "0",
  },
  {
    parameter: "ephemeralStorage",
    look: async ({ task }) => [task.ephemeralStorage, task.fargateEphemeralStorage],
    expect: '[{"sizeInGiB":30},{"sizeInGiB":30}]',
  },
  {
    parameter: "runtimePlatform",
    look: async ({ task }) => [task.attributes, task.platformFamily, task.platformVersion],
    expect: /^\[\[\{"name":"ecs\.cpu-architecture","value":"(x86_64|arm64)"\}\],"Linux","1\.4\.0"\]$/,
  },
  {
    parameter: "dependsOn and startTimeout",
    look: async (seen) => containerOf(seen, "waiting").reason,
    expect: /container ordering dependency \[slow.*\] for target \[waiting.*\] has timed out/,
  },
]

const has = (name: string, status: string, task: Task) => containerOf({ task }, name).lastStatus === status

let roadstead: RunningRoadstead
let user: ReturnType<typeof fargateUser>
let running: Task

before(async () => {
  roadstead = await startUp([
    ...["--port", "0", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
    ...["--log-format", "json"],
  ])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
  const arn = await user.start([main, neighbour, stubborn, slow, waiting], definition)
  running = await user.until(arn, (task) => {
    assert.notEqual(task.lastStatus, "STOPPED", JSON.stringify(task, null, 1))
    return task.lastStatus === "RUNNING" && task.healthStatus === "HEALTHY" && has("waiting", "STOPPED", task)
  })
})
after(async () => {
  user?.close()
  await roadstead?.stop()
  docker.close()
})

describe("a Fargate task that uses every parameter", () => {
  tableTests("On Fargate", () => ({ docker, task: running }), rows)

  test("stopTimeout: kills what ignores its signal, and leaves the others their own end", async () => {
    await user.stop(running.taskArn ?? "")
    const task = await user.stopped(running.taskArn ?? "")
    const codes = ["main", "stubborn"].map((name) => containerOf({ task }, name).exitCode)
    assert.deepEqual(codes, [0, 137])
  })
})
