// Tasks on a container instance: placed by RunTask and StartTask, run by our agent on a real engine, seen through the API
// and from inside.
import assert from "node:assert/strict"
import { readlinkSync, rmSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import {
  type ContainerDefinition,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StartTaskCommand,
  TagResourceCommand,
  type Task,
} from "@aws-sdk/client-ecs"
import type { Agent } from "../../src/agent/index.ts"
import { delay } from "../../src/kernel/index.ts"
import { busyboxImage } from "../../src/machines/index.ts"
import { fargateUser, shell as shellOf } from "../support/live-fargate.ts"
import { inside, joinInstance } from "../support/live-instance.ts"
import { withEngine } from "../support/namespace.ts"
import { pageOf } from "../support/page.ts"
import { realClock } from "../support/real-clock.ts"
import { prepareHost } from "../support/task-host.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename, { bridge: "172.17.0.1/16" })
const { docker } = await prepareHost(engine.socketPath)
let roadstead: RunningRoadstead
let agent: Agent
let user: ReturnType<typeof fargateUser>

before(async () => {
  roadstead = await startUp([
    "--port",
    "0",
    "--data",
    join(engine.folder, "data"),
    "--engine",
    "simulated",
    "--allow-host-access",
  ])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
  agent = await joinInstance({
    endpoint: roadstead.endpoint,
    engine,
    folder: join(engine.folder, "agent"),
  })
})
after(async () => {
  user?.close()
  await agent?.close()
  await roadstead?.stop()
  docker.close()
})

const shell = (name: string, line: string, more: Partial<ContainerDefinition> = {}) =>
  shellOf(name, line, { image: "busybox:test", memory: 32, stopTimeout: 2, ...more })

let families = 0
const register = async (
  containerDefinitions: ContainerDefinition[],
  more: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<string> => {
  families += 1
  const { taskDefinition } = await user.ecs.send(
    new RegisterTaskDefinitionCommand({ family: `instance-${families}`, containerDefinitions, ...more }),
  )
  return taskDefinition?.taskDefinitionArn ?? ""
}

const start = async (taskDefinition: string): Promise<string> => {
  const { tasks, failures } = await user.ecs.send(new RunTaskCommand({ taskDefinition, launchType: "EC2" }))
  assert.deepEqual(failures, [])
  return tasks?.[0]?.taskArn ?? ""
}

const end = async (arn: string): Promise<Task> => {
  await user.stop(arn)
  return user.stopped(arn)
}

const resources = async (): Promise<readonly (readonly unknown[])[]> => {
  const containerInstances = [agent.containerInstanceArn]
  const { containerInstances: found } = await user.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances }),
  )
  const [one] = found ?? []
  assert.equal(one?.agentConnected, true)
  return (one.remainingResources ?? []).map((r) => [r.name, r.stringSetValue ?? r.integerValue])
}

/** What is not there at once: stats come with the first sample. */
const until = async <T>(look: () => Promise<T>): Promise<T> => {
  const over = realClock.now() + 60_000
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    assert.ok(realClock.now() < over, "it did not come about")
    await delay(realClock, 100)
  }
}

const forever = "trap 'exit 0' TERM; while true; do sleep 0.1; done"

describe("a task on a container instance", () => {
  test("in bridge mode runs on the instance, with its ports on the host and its metadata at 169.254.170.2", async () => {
    const { containerInstanceArns } = await user.ecs.send(new ListContainerInstancesCommand({}))
    assert.deepEqual(containerInstanceArns, [agent.containerInstanceArn])
    const before = new Map((await resources()) as [string, unknown][])
    const definition = await register([
      shell("web", "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www", {
        cpu: 64,
        portMappings: [{ containerPort: 80 }, { containerPort: 81, hostPort: 8081 }],
      }),
    ])
    const arn = await start(definition)
    const task = await user.running(arn)
    assert.deepEqual([task.launchType, task.containerInstanceArn], ["EC2", agent.containerInstanceArn])
    const [container] = task.containers ?? []
    const bindings = container?.networkBindings ?? []
    const dynamic = bindings.find((b) => b.containerPort === 80)
    assert.deepEqual(
      bindings.find((b) => b.containerPort === 81),
      {
        bindIP: "0.0.0.0",
        containerPort: 81,
        hostPort: 8081,
        protocol: "tcp",
      },
    )
    assert.equal(await pageOf(`http://127.0.0.1:${dynamic?.hostPort}/`), "hello\n")

    const now = new Map((await resources()) as [string, unknown][])
    assert.equal(Number(before.get("CPU")) - Number(now.get("CPU")), 64)
    assert.equal(Number(before.get("MEMORY")) - Number(now.get("MEMORY")), 32)
    assert.deepEqual(now.get("PORTS"), [...(before.get("PORTS") as string[]), "8081"])

    const own = await inside(docker, container?.runtimeId ?? "", "wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/task")
    const metadata = JSON.parse(own) as { TaskARN: string; LaunchType: string; Containers: { Name: string }[] }
    assert.deepEqual([metadata.TaskARN, metadata.LaunchType], [arn, "EC2"])

    // The host port is taken now.
    const again = await user.ecs.send(new RunTaskCommand({ taskDefinition: definition, launchType: "EC2" }))
    assert.deepEqual(
      again.failures?.map((f) => [f.arn, f.reason]),
      [[agent.containerInstanceArn, "RESOURCE:PORTS"]],
    )
    const stopped = await end(arn)
    assert.deepEqual([stopped.stopCode, stopped.stoppedReason], ["UserInitiated", "Task stopped by user"])
    assert.deepEqual(new Map((await resources()) as [string, unknown][]), before)
  })

  test("has metadata of version 3 and 4 with the members of the official agent, tags and stats among them", async () => {
    const definition = await register(
      [shell("web", forever, { portMappings: [{ containerPort: 80 }], dockerLabels: { a: "b" } })],
      { cpu: "256", memory: "64" },
    )
    const tags = [{ key: "of", value: "task" }]
    const { tasks } = await user.ecs.send(new RunTaskCommand({ taskDefinition: definition, launchType: "EC2", tags }))
    const of = [{ key: "of", value: "instance" }]
    await user.ecs.send(new TagResourceCommand({ resourceArn: agent.containerInstanceArn, tags: of }))
    const task = await user.running(tasks?.[0]?.taskArn ?? "")
    const ask = async (version: 3 | 4, path: string) => {
      const uri = version === 4 ? "ECS_CONTAINER_METADATA_URI_V4" : "ECS_CONTAINER_METADATA_URI"
      const text = await inside(docker, task.containers?.[0]?.runtimeId ?? "", `wget -q -O - $${uri}${path}`)
      return JSON.parse(text) as Record<string, unknown>
    }
    const own = [
      "DockerId",
      "Name",
      "DockerName",
      "Image",
      "ImageID",
      "Ports",
      "Labels",
      "DesiredStatus",
      "KnownStatus",
    ]
    const times = ["Limits", "CreatedAt", "StartedAt", "Type"]
    const [three, four] = [await ask(3, ""), await ask(4, "")]
    assert.deepEqual(Object.keys(three), [...own, ...times, "Networks"])
    assert.deepEqual(Object.keys(four), [...own, ...times, "ContainerARN", "Networks"])
    assert.deepEqual(four.Limits, { CPU: 2, Memory: 32 })
    const ports = (four.Ports as { HostIp: string; ContainerPort: number }[]).map((p) => [p.ContainerPort, p.HostIp])
    assert.deepEqual(ports[0], [80, "0.0.0.0"])
    assert.match(
      JSON.stringify(four.Networks),
      /^\[\{"NetworkMode":"bridge","IPv4Addresses":\["172\.17\.0\.\d+"\]\}\]$/,
    )

    const [old, whole] = [await ask(3, "/task"), await ask(4, "/taskWithTags")]
    const head = ["Cluster", "TaskARN", "Family", "Revision", "DesiredStatus", "KnownStatus"]
    const pull = ["PullStartedAt", "PullStoppedAt"]
    assert.deepEqual(Object.keys(old), [...head, "Containers", "Limits", ...pull])
    assert.deepEqual(Object.keys(whole), [
      ...[...head, "Limits", ...pull, "TaskTags", "ContainerInstanceTags"],
      ...["LaunchType", "Containers", "FaultInjectionEnabled"],
    ])
    assert.deepEqual([whole.TaskTags, whole.ContainerInstanceTags], [{ of: "task" }, { of: "instance" }])
    assert.deepEqual([whole.Cluster, whole.LaunchType, whole.Limits], ["default", "EC2", { CPU: 0.25, Memory: 64 }])
    const stats = (await until(() => ask(4, "/stats"))) as { memory_stats?: { usage?: number }; networks?: object }
    assert.ok((stats.memory_stats?.usage ?? 0) > 0 && stats.networks)
    assert.deepEqual(Object.keys(await ask(3, "/task/stats")), [task.containers?.[0]?.runtimeId])
    await end(task.taskArn ?? "")
  })

  test("in host mode has the host's network, and its metadata as well", async () => {
    const definition = await register([shell("main", forever)], { networkMode: "host" })
    const { tasks } = await user.ecs.send(
      new StartTaskCommand({ taskDefinition: definition, containerInstances: [agent.containerInstanceArn] }),
    )
    const task = await user.running(tasks?.[0]?.taskArn ?? "")
    const id = task.containers?.[0]?.runtimeId ?? ""
    assert.deepEqual(task.containers?.[0]?.networkBindings, [])
    assert.match(await inside(docker, id, "ip -o addr"), /169\.254\.170\.2/)
    assert.match(await inside(docker, id, "wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/task"), /"TaskARN"/)
    await end(task.taskArn ?? "")
  })

  test("in mode none has no network but its own loopback", async () => {
    const arn = await start(await register([shell("main", forever)], { networkMode: "none" }))
    const task = await user.running(arn)
    assert.equal(await inside(docker, task.containers?.[0]?.runtimeId ?? "", "ls /sys/class/net"), "lo")
    await end(arn)
  })

  test("that cannot start says why at its container", async () => {
    const arn = await start(await register([{ name: "main", image: "busybox:test", memory: 16, entryPoint: ["/no"] }]))
    const task = await user.stopped(arn)
    assert.deepEqual([task.stopCode, task.stoppedReason], ["TaskFailedToStart", "Task failed to start"])
    assert.match(task.containers?.[0]?.reason ?? "", /^CannotStartContainerError: /)
  })

  describe("and its process and IPC namespaces", () => {
    /** What one of two containers sees of the other, and of the machine. */
    const look = async (modes: Pick<RegisterTaskDefinitionCommandInput, "pidMode" | "ipcMode">) => {
      const containers = [shell("main", forever), shell("other", "echo shared > /dev/shm/word; exec sleep 1234")]
      const task = await user.running(await start(await register(containers, modes)))
      const id = task.containers?.find((one) => one.name === "main")?.runtimeId ?? ""
      const seen = {
        other: await inside(docker, id, "ps -o args | grep -c '^sleep 1234'"),
        // The test's own process, which is on the host.
        host: await inside(docker, id, `ls -d /proc/${process.pid} 2>/dev/null | wc -l`),
        word: await inside(docker, id, "cat /dev/shm/word 2>/dev/null || ls -d /dev/shm 2>/dev/null || echo no shm"),
        ipc: await inside(docker, id, "readlink /proc/self/ns/ipc"),
      }
      await end(task.taskArn ?? "")
      return seen
    }
    const ofHost = readlinkSync("/proc/self/ns/ipc")

    test("are each container's own by default", async () => {
      const seen = await look({})
      assert.deepEqual([seen.other, seen.host, seen.word], ["0", "0", "/dev/shm"])
      assert.notEqual(seen.ipc, ofHost)
    })

    test("are shared by its containers with pidMode and ipcMode task", async () => {
      const seen = await look({ pidMode: "task", ipcMode: "task" })
      assert.deepEqual([seen.other, seen.host, seen.word], ["1", "0", "shared"])
      assert.notEqual(seen.ipc, ofHost)
    })

    test("are the host's with pidMode and ipcMode host", async () => {
      const seen = await look({ pidMode: "host", ipcMode: "host" })
      assert.deepEqual([seen.other, seen.host, seen.ipc], ["1", "1", ofHost])
      rmSync("/dev/shm/word", { force: true })
    })

    test("have no shared memory with ipcMode none", async () => {
      const seen = await look({ ipcMode: "none" })
      assert.equal(seen.word, "no shm")
    })
  })

  describe("whose tag moves while it runs", () => {
    const idOf = async (name: string) => (await docker.request<{ Id: string }>("GET", `/images/${name}/json`)).body.Id
    const tag = (name: string) =>
      docker.request("POST", `/images/${name}/tag`, { query: { repo: "moving", tag: "latest" } })

    /** Two containers of one tag, which is moved after the first has begun and before the second is made. */
    const imagesOf = async (versionConsistency: "enabled" | "disabled") => {
      await tag("busybox:test")
      const more = { image: "moving:latest", versionConsistency }
      const definition = await register([
        shell("first", "until test -f /tmp/go; do sleep 0.1; done", { ...more, essential: false }),
        shell("second", forever, { ...more, dependsOn: [{ containerName: "first", condition: "SUCCESS" }] }),
      ])
      const arn = await start(definition)
      const begun = await user.until(arn, (task) => task.containers?.[0]?.lastStatus === "RUNNING")
      await tag("other:test")
      await inside(docker, begun.containers?.[0]?.runtimeId ?? "", "touch /tmp/go")
      const task = await user.running(arn)
      const images = (task.containers ?? []).map(async ({ runtimeId }) => {
        const { body } = await docker.request<{ Image: string }>("GET", `/containers/${runtimeId}/json`)
        return body.Image
      })
      const found = await Promise.all(images)
      await end(arn)
      return found
    }

    test("has one image for all containers that name it, or the newest for each with versionConsistency disabled", async () => {
      await busyboxImage(docker, { name: "other:test", files: { "/other": "" } })
      const [one, other] = [await idOf("busybox:test"), await idOf("other:test")]
      assert.notEqual(one, other)
      assert.deepEqual(await imagesOf("enabled"), [one, one])
      assert.deepEqual(await imagesOf("disabled"), [one, other])
    })
  })
})
