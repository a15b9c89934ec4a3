// A task definition that uses every parameter that tasks on a container instance in bridge mode have, and for each what
// is seen of it: inside the container, else from Docker or in the API. Fargate's are in parameters-fargate.test.ts.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import { RegisterTaskDefinitionCommand, RunTaskCommand, type Task } from "@aws-sdk/client-ecs"
import type { Agent } from "../../src/agent/index.ts"
import { DockerError } from "../../src/docker/index.ts"
import { delay } from "../../src/kernel/index.ts"
import { fargateUser } from "../support/live-fargate.ts"
import { hostRootOf, joinInstance } from "../support/live-instance.ts"
import { withEngine } from "../support/namespace.ts"
import {
  cgroup,
  containerOf,
  inContainer,
  inspect,
  metadata,
  type Row,
  type Seen,
  tableTests,
} from "../support/parameter-table.ts"
import { containers, forever, image, mainPid, volumes } from "../support/parameters-on-instance.ts"
import { realClock } from "../support/real-clock.ts"
import { prepareHost } from "../support/task-host.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename, { bridge: "172.17.0.1/16" })
const { docker } = await prepareHost(engine.socketPath)
const folder = join(engine.folder, "agent")
/** What Docker says to anybody who starts a privileged container here; undefined when it does. */
const refusalOfPrivileged = async (): Promise<string | undefined> => {
  const body = { Image: image, Cmd: ["/bin/true"], HostConfig: { Privileged: true, NetworkMode: "none" } }
  const { Id } = (await docker.request<{ Id: string }>("POST", "/containers/create", { body })).body
  try {
    await docker.request("POST", `/containers/${Id}/start`)
    return undefined
  } catch (error) {
    return error instanceof DockerError ? error.message : String(error)
  } finally {
    await docker.request("DELETE", `/containers/${Id}`, { query: { force: true } })
  }
}

interface LogConfig {
  readonly Type: string
  readonly Config: Readonly<Record<string, string>>
}

const rows: readonly Row[] = [
  { parameter: "cpu", look: ["main", cgroup("cpu/cpu.shares", "cpu.weight")], expect: /^(128|5)$/ },
  {
    parameter: "memory",
    look: ["main", cgroup("memory/memory.limit_in_bytes", "memory.max")],
    expect: String(96 * 1024 ** 2),
  },
  {
    parameter: "memoryReservation",
    look: ["main", cgroup("memory/memory.soft_limit_in_bytes", "memory.low")],
    expect: String(64 * 1024 ** 2),
  },
  {
    parameter: "entryPoint and command",
    look: ["main", `tr '\\0' ' ' < /proc/${mainPid}/cmdline`],
    expect: `/bin/sh -c echo $$ > /scratch/pid; ${forever}`,
  },
  {
    parameter: "environment",
    look: ["main", "echo $GREETING; echo $AWS_EXECUTION_ENV"],
    expect: "hello world\nAWS_ECS_EC2",
  },
  { parameter: "readonlyRootFilesystem", look: ["main", "touch /etc/x; echo $?"], expect: /Read-only file system\n1$/ },
  {
    parameter: "dockerLabels",
    look: async (seen) =>
      metadata(seen, "main", "").then((m) => (m.Labels as Record<string, string>)["com.example.team"]),
    expect: "harbour",
  },
  {
    parameter: "dockerSecurityOptions no-new-privileges",
    look: ["main", `grep NoNewPrivs /proc/${mainPid}/status`],
    expect: "NoNewPrivs:\t1",
  },
  { parameter: "hostname", look: ["main", "hostname"], expect: "lighthouse" },
  { parameter: "extraHosts", look: ["main", "grep pier /etc/hosts"], expect: "10.9.8.7\tpier.example" },
  {
    parameter: "dnsServers",
    look: ["main", "grep nameserver /etc/resolv.conf"],
    expect: "nameserver 10.0.0.2\nnameserver 10.0.0.3",
  },
  { parameter: "dnsSearchDomains", look: ["main", "grep search /etc/resolv.conf"], expect: "search example.internal" },
  {
    parameter: "systemControls",
    look: ["main", "cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax"],
    expect: "321\n4096",
  },
  { parameter: "links", look: ["main", "grep next-door /etc/hosts"], expect: /^172\.17\.0\.\d+\tnext-door/ },
  { parameter: "volumesFrom", look: ["main", "cat /from/word"], expect: "from the neighbour" },
  {
    parameter: "volumesFrom readOnly",
    look: ["main", "touch /from/mine; echo $?"],
    expect: /Read-only file system\n1$/,
  },
  { parameter: "volumes: empty, shared between containers", look: ["main", "cat /empty/word"], expect: "own" },
  {
    parameter: "mountPoints readOnly",
    look: ["main", "touch /empty/mine; echo $?"],
    expect: /Read-only file system\n1$/,
  },
  {
    parameter: "volumes: host sourcePath, below the root of the instance",
    look: async (seen) => {
      await inContainer(seen, "main", "echo written inside > /host/word")
      return readFileSync(join(hostRootOf(folder), "srv/data/word"), "utf8").trim()
    },
    expect: "written inside",
  },
  {
    parameter: "volumes: docker, scope task",
    look: async (seen) => {
      await inContainer(seen, "main", "echo mine > /task/word")
      const { body } = await seen.docker.request<{ Volumes: { Name: string; Labels: Record<string, string> }[] }>(
        "GET",
        "/volumes",
        { query: { filters: { label: ["kind=own"] } } },
      )
      return body.Volumes.map(({ Name }) => Name)
    },
    expect: /^\["ecs-everything-\d+-task-[0-9a-f]{20}"\]$/,
  },
  {
    parameter: "volumes: docker, scope shared and autoprovision",
    look: async (seen) => {
      await inContainer(seen, "main", "echo stays > /shared/word")
      return (await seen.docker.request<{ Labels: Record<string, string> }>("GET", "/volumes/shared")).body.Labels.kind
    },
    expect: "common",
  },
  { parameter: "interactive", look: async (seen) => (await inspect(seen, "main")).Config.OpenStdin, expect: "true" },
  {
    parameter: "pseudoTerminal",
    look: ["main", `readlink /proc/${mainPid}/fd/0`],
    expect: /^\/dev\/(pts\/\d+|console)$/,
  },
  {
    parameter: "portMappings, fixed and dynamic",
    look: async (seen) =>
      (containerOf(seen, "main").networkBindings ?? []).flatMap(({ containerPort, hostPort = 0, protocol }) =>
        containerPort === undefined
          ? []
          : [`${containerPort}/${protocol}:${hostPort >= 32_768 ? "dynamic" : hostPort}`],
      ),
    expect: '["8080/tcp:18080","8081/udp:dynamic"]',
  },
  {
    parameter: "portMappings with a range: host ports in a row",
    look: async (seen) => {
      const bindings = containerOf(seen, "main").networkBindings ?? []
      const range = bindings.find((one) => one.containerPortRange === "9000-9002")
      const [first = 0, last = 0] = (range?.hostPortRange ?? "").split("-").map(Number)
      return first >= 32_768 && last - first
    },
    expect: "2",
  },
  {
    parameter: "ulimits",
    // Of the process that the engine started: runc 1.1 may lose the soft limit of one that is put in beside it.
    look: ["main", "grep -E 'Max (core|open)' /proc/$(cat /scratch/pid)/limits | tr -s ' ' | cut -d ' ' -f 2-6"],
    expect: "core file size 0 0\nopen files 1234 2345 files",
  },
  {
    parameter: "linuxParameters.capabilities add and drop",
    look: ["main", `grep CapBnd /proc/${mainPid}/status`],
    expect: "CapBnd:\t00000000a80435fa",
  },
  {
    parameter: "linuxParameters.devices with permissions",
    look: ["main", "echo a test of roadstead > /dev/kernel-log; echo $?; head -c 1 /dev/kernel-log; echo $?"],
    expect: /^0\n.*Operation not permitted\n1$/,
  },
  {
    parameter: "linuxParameters.initProcessEnabled",
    look: ["main", `cat /proc/$(awk '/PPid/{print $2}' /proc/${mainPid}/status)/comm`],
    expect: "docker-init",
  },
  {
    parameter: "linuxParameters.sharedMemorySize",
    look: ["main", "df -k /dev/shm | awk 'NR==2{print $2}'"],
    expect: String(48 * 1024),
  },
  {
    parameter: "linuxParameters.tmpfs with mountOptions",
    look: ["main", "grep ' /scratch ' /proc/mounts"],
    expect: /^tmpfs \/scratch tmpfs rw,nosuid,nodev,noexec,relatime,size=5120k(,mode=1777)?/,
  },
  {
    parameter: "linuxParameters.maxSwap",
    look: ["main", cgroup("memory/memory.memsw.limit_in_bytes", "memory.swap.max")],
    expect: new RegExp(`^(${(96 + 32) * 1024 ** 2}|${32 * 1024 ** 2})$`),
  },
  {
    parameter: "linuxParameters.swappiness (cgroup v1 only)",
    look: ["main", "cat /sys/fs/cgroup/memory/memory.swappiness 2>/dev/null || echo 35"],
    expect: "35",
  },
  {
    parameter: "healthCheck",
    look: async (seen) => [containerOf(seen, "main").healthStatus, (await inspect(seen, "main")).Config.Healthcheck],
    expect:
      '["HEALTHY",{"Test":["CMD-SHELL","test -f /scratch/pid"],"Interval":5000000000,"Timeout":4000000000,"StartPeriod":7000000000,"Retries":2}]',
  },
  {
    parameter: "logConfiguration",
    look: async (seen) => {
      const { Type, Config } = (await inspect(seen, "main")).HostConfig.LogConfig as LogConfig
      return [Type, Config["max-size"]]
    },
    expect: '["json-file","1m"]',
  },
  { parameter: "user", look: ["user", "id -u; id -g"], expect: "65534\n65533" },
  { parameter: "workingDirectory", look: ["user", "pwd"], expect: "/tmp" },
  {
    parameter: "privileged",
    // Where the machine itself may not do all, Docker refuses a privileged container, and says the same to everybody.
    look: async (seen) => {
      const { HostConfig } = await inspect(seen, "mighty")
      const { reason } = containerOf(seen, "mighty")
      const refused = await refusalOfPrivileged()
      if (refused) return [HostConfig.Privileged, reason?.endsWith(refused)]
      const line = "mkdir -p /mnt; mount -t tmpfs none /mnt && echo mounted"
      return [HostConfig.Privileged, (await inContainer(seen, "mighty", line)) === "mounted"]
    },
    expect: "[true,true]",
  },
  { parameter: "disableNetworking", look: ["alone", "ls /sys/class/net"], expect: "lo" },
  {
    parameter: "essential false: what ended by itself did not end the task",
    look: async (seen) => [seen.task.lastStatus, containerOf(seen, "waiting").lastStatus],
    expect: '["RUNNING","STOPPED"]',
  },
  {
    parameter: "dependsOn and startTimeout",
    look: async (seen) => containerOf(seen, "waiting").reason,
    expect: /dependency graph: container ordering dependency \[slow.*\] for target \[waiting.*\] has timed out/,
  },
]

let roadstead: RunningRoadstead
let agent: Agent
let user: ReturnType<typeof fargateUser>
let running: Task

before(async () => {
  const options = ["--engine", "simulated", "--allow-host-access", "--log-format", "json"]
  roadstead = await startUp(["--port", "0", "--data", join(engine.folder, "data"), ...options])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
  agent = await joinInstance({ endpoint: roadstead.endpoint, engine, folder })
  await user.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "everything",
      networkMode: "bridge",
      containerDefinitions: containers,
      volumes,
    }),
  )
  const { tasks, failures } = await user.ecs.send(
    new RunTaskCommand({ taskDefinition: "everything", launchType: "EC2" }),
  )
  assert.deepEqual(failures, [])
  // The one that waits for what never becomes healthy has given up, and the health check has had its turn.
  running = await user.until(tasks?.[0]?.taskArn ?? "", (task) => {
    const status = (name: string) => task.containers?.find((one) => one.name === name)
    assert.notEqual(task.lastStatus, "STOPPED", JSON.stringify(task, null, 1))
    return (
      task.lastStatus === "RUNNING" &&
      status("waiting")?.lastStatus === "STOPPED" &&
      status("main")?.healthStatus === "HEALTHY"
    )
  })
})
after(async () => {
  user?.close()
  await agent?.close()
  await roadstead?.stop()
  docker.close()
})

interface RestartView {
  readonly Name: string
  readonly KnownStatus: string
  readonly RestartCount?: number
}

const seen = (): Seen => ({ docker, task: running })

describe("a task on a container instance that uses every parameter", () => {
  tableTests("On a container instance", seen, rows)

  test("restartPolicy: starts a container again that ran long enough, but not for an exit code that is ignored", async () => {
    const arn = running.taskArn ?? ""
    const task = await user.until(arn, (one) => containerOf({ task: one }, "ignoring").lastStatus === "STOPPED")
    assert.equal(containerOf({ task }, "ignoring").exitCode, 6)
    const end = realClock.now() + 60_000
    for (;;) {
      const { Containers } = (await metadata(seen(), "main", "/task")) as { Containers: RestartView[] }
      const of = (name: string) => Containers.find((one) => one.Name === name)
      assert.deepEqual([of("ignoring")?.KnownStatus, of("ignoring")?.RestartCount], ["STOPPED", 0])
      assert.deepEqual([of("main")?.KnownStatus, of("main")?.RestartCount], ["RUNNING", undefined])
      assert.equal(of("restarting")?.KnownStatus, "RUNNING")
      if (of("restarting")?.RestartCount === 1) return
      assert.ok(realClock.now() < end, "it was not started again")
      await delay(realClock, 100)
    }
  })

  test("stopTimeout: kills what ignores its signal, and leaves the others their own end", async () => {
    const arn = running.taskArn ?? ""
    await user.stop(arn)
    const task = await user.stopped(arn)
    assert.deepEqual(
      ["main", "stubborn"].map((name) => containerOf({ task }, name).exitCode),
      [0, 137],
    )
  })

  test("volumes: the task's own are gone with it, the shared one stays with what is in it", async () => {
    const names = async () => {
      const { body } = await docker.request<{ Volumes: { Name: string }[] }>("GET", "/volumes")
      return body.Volumes.map(({ Name }) => Name)
    }
    const end = realClock.now() + 60_000
    while ((await names()).some((name) => name !== "shared")) {
      assert.ok(realClock.now() < end, `left: ${await names()}`)
      await delay(realClock, 100)
    }
    assert.deepEqual(await names(), ["shared"])
  })
})
