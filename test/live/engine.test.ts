// Tasks on a real Docker engine: what containers see, how they end, what is left, what a restarted agent finds.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import { connect } from "node:net"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import { openCheckpoint } from "../../src/agent/checkpoint/index.ts"
import { newCredentialsStore } from "../../src/agent/credentials.ts"
import { createTaskEngine } from "../../src/agent/engine/index.ts"
import type { TaskEngine, TaskSnapshot } from "../../src/agent/types.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { pauseImage } from "../../src/machines/index.ts"
import type { AcsTask } from "../../src/protocol/index.ts"
import { bridgeTask, container, fargateTask, stopOf } from "../support/acs-task.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { owner, prepareHost } from "../support/task-host.ts"
import { testIds } from "../support/test-ids.ts"

const { socketPath, folder } = await withEngine(import.meta.filename)
const host = await prepareHost(socketPath)
after(() => host.docker.close())

const ids = testIds()
/** An agent's container half, on a checkpoint of this name; ended with the test unless the test ends it before. */
const agent = async (t: TestContext, name: string): Promise<TaskEngine & { end(): Promise<void> }> => {
  const driver = host.driver()
  const checkpoint = openCheckpoint(join(folder, name), "default")
  const options = { owner, host: name, pauseImage, region: "us-east-1", stopTimeoutSeconds: 2, openFiles: 1024 }
  const parts = {
    driver,
    checkpoint,
    clock: realClock,
    ids,
    log: silentLog,
    credentials: newCredentialsStore(),
    options,
  }
  const engine = createTaskEngine(parts)
  let open = true
  const end = async () => {
    if (!open) return
    open = false
    await engine.close()
    await driver.close()
    checkpoint.close()
  }
  t.after(end)
  await engine.start()
  return Object.assign(engine, { end })
}

/** Resolves when the task looks like this; rejects with what `what` throws. */
const until = (engine: TaskEngine, { arn }: AcsTask, what: (task: TaskSnapshot) => boolean): Promise<TaskSnapshot> =>
  new Promise((resolve, reject) => {
    const look = (task: TaskSnapshot | undefined) => {
      try {
        if (!task || task.arn !== arn || !what(task)) return
        resolve(task)
      } catch (error) {
        reject(error)
      }
      cancel()
    }
    const cancel = engine.onChange(({ task }) => look(task))
    look(engine.task(arn))
  })
const running = (task: TaskSnapshot) => {
  assert.notEqual(task.known, "STOPPED", JSON.stringify(task.containers.map(({ name, reason }) => [name, reason])))
  return task.known === "RUNNING"
}
const stopped = (task: TaskSnapshot) => task.known === "STOPPED"
const inspect = async (id = "") =>
  (
    await host.docker.request<{ State: { Pid: number }; Config: object; HostConfig: Record<string, unknown> }>(
      "GET",
      `/containers/${id}/json`,
    )
  ).body
const sh = (script: string) => ({ command: ["sh", "-c", script] })
const of = (task: TaskSnapshot, name: string) => {
  const found = task.containers.find((one) => one.name === name)
  assert.ok(found)
  return found
}
/** All lines of a container's json-file. */
const output = (task: TaskSnapshot, name: string): string =>
  readFileSync(of(task, name).logPath ?? "", "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { log: string }).log)
    .join("")
const logged = { hostConfig: { LogConfig: { Type: "awslogs", Config: { "awslogs-group": "g" } } } }

/** What a server says first; asked again while it is not listening yet. */
const readPort = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const ask = () => {
      let text = ""
      const socket = connect(port, "127.0.0.1")
      socket.on("data", (part) => {
        text += part
        if (text.endsWith("\n")) {
          socket.destroy()
          resolve(text)
        }
      })
      const again = () => (text === "" ? realClock.at(realClock.now() + 50, ask) : undefined)
      socket.on("error", again)
      socket.on("end", again)
    }
    ask()
  })

test("a task's containers see its address, name, environment and metadata endpoint, and are limited together", async (t) => {
  const engine = await agent(t, "a1")
  const metadata = createServer((request, response) => response.end(`${request.socket.remoteAddress} ${request.url}`))
  await new Promise<void>((resolve) => metadata.listen(80, "169.254.170.2", resolve))
  t.after(() => new Promise((resolve) => metadata.close(resolve)))
  const script =
    "hostname; ip -4 -o addr; ip route; env; wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task; wget -qO- http://127.0.0.1:8080/hi"
  const answers =
    "trap 'exit 0' TERM; while true; do printf 'HTTP/1.0 200 OK\\r\\n\\r\\nshared' | nc -l -p 8080; done & wait"
  const serve = container("web", { ...sh(answers), essential: false })
  const probe = container("probe", {
    ...sh(`sleep 0.3; ${script}`),
    ...logged,
    environment: { MINE: "1" },
    dependsOn: [{ containerName: "web", condition: "START" }],
  })
  const task = fargateTask(11, [serve, probe])
  await engine.accept([task])
  const up = await until(engine, task, running)
  const { HostConfig } = await inspect(of(up, "web").runtimeId)
  assert.equal(HostConfig.CgroupParent, `/roadstead/${task.arn.slice(-32)}`)
  const done = await until(engine, task, stopped)
  const text = output(done, "probe")
  assert.match(text, /^ip-172-31-16-11\.ec2\.internal\n/)
  assert.match(text, /inet 172\.31\.16\.11\/16/)
  assert.match(text, /default via 172\.31\.0\.1/)
  assert.match(text, /^MINE=1$/m)
  assert.match(text, /^AWS_ENDPOINT_URL=http:\/\/172\.31\.0\.1:4566$/m)
  const uri = `/v4/${of(done, "probe").metadataId}`
  assert.ok(text.includes(`${done.linkAddresses[0]} ${uri}/task`), text)
  assert.match(text, /shared$/)
  assert.equal(of(done, "probe").exitCode, 0)
})

test("two tasks cannot reach each other over the link network", async (t) => {
  const engine = await agent(t, "a2")
  const listener = fargateTask(21, [container("web", sh("while true; do echo reached | nc -l -p 9000; done"))])
  await engine.accept([listener])
  const up = await until(engine, listener, running)
  const ports = JSON.parse(execFileSync("bridge", ["-d", "-j", "link"]).toString()) as {
    isolated?: boolean
    master: string
  }[]
  assert.equal(ports.filter((port) => port.isolated).length, 1)
  const address = up.linkAddresses[0]
  const probe = fargateTask(22, [
    container("probe", {
      ...sh(`nc -w 2 ${address} 9000 </dev/null; echo link $?; nc -w 2 172.31.16.21 9000 </dev/null`),
      ...logged,
    }),
  ])
  await engine.accept([probe])
  const text = output(await until(engine, probe, stopped), "probe")
  assert.match(text, /^link 1$/m)
  assert.match(text, /^reached$/m)
  await engine.accept([stopOf(listener)])
  await until(engine, listener, stopped)
})

test("a task that uses more memory than it has is killed, with the reason", async (t) => {
  const engine = await agent(t, "a3")
  const hog = container("hog", sh("tail /dev/zero"))
  const task = fargateTask(31, [hog, container("other", { ...sh("sleep 600"), essential: false })], { memory: 64 })
  await engine.accept([task])
  const done = await until(engine, task, stopped)
  assert.deepEqual(
    [of(done, "hog").exitCode, of(done, "hog").reason],
    [137, "OutOfMemoryError: Container killed due to memory usage"],
  )
  assert.deepEqual([of(done, "other").exitCode, of(done, "other").reason], [137, undefined])
})

test("a program that is not there and an image that is not there have their reasons", async (t) => {
  const engine = await agent(t, "a4")
  const noProgram = fargateTask(41, [container("web", { command: ["no-such-program"] })])
  const noImage = fargateTask(42, [container("web", { image: "127.0.0.1:1/nope" })])
  await engine.accept([noProgram, noImage])
  const one = of(await until(engine, noProgram, stopped), "web")
  assert.match(one.reason ?? "", /^CannotStartContainerError: Error response from daemon: .*no-such-program/)
  assert.equal(one.exitCode, undefined)
  const other = of(await until(engine, noImage, stopped), "web")
  assert.match(
    other.reason ?? "",
    /^CannotPullContainerError: pull image manifest has been retried 5 time\(s\): failed to resolve ref 127\.0\.0\.1:1\/nope:latest: /,
  )
})

test("a container that is killed or removed from outside ends its task", async (t) => {
  const first = await agent(t, "a5")
  const killed = fargateTask(51, [container("web", sh("sleep 600"))])
  const removed = fargateTask(52, [container("web", sh("sleep 600"))])
  const away = fargateTask(53, [container("web", sh("sleep 600"))])
  await first.accept([killed, removed, away])
  const idOf = async (task: AcsTask) => of(await until(first, task, running), "web").runtimeId
  const ids = { killed: await idOf(killed), removed: await idOf(removed), away: await idOf(away) }
  await host.docker.request("POST", `/containers/${ids.killed}/kill`)
  await host.docker.request("DELETE", `/containers/${ids.removed}?force=true`)
  const dead = of(await until(first, killed, stopped), "web")
  assert.deepEqual([dead.exitCode, dead.reason], [137, undefined])
  // Removing kills first: whether the agent looks before the container is gone decides whether there is a reason too.
  assert.equal(of(await until(first, removed, stopped), "web").exitCode, 137)

  await first.end()
  await host.docker.request("DELETE", `/containers/${ids.away}?force=true`)
  const next = await agent(t, "a5")
  const vanished = of(await until(next, away, stopped), "web")
  assert.equal(vanished.reason, "ContainerVanishedError: No container matching saved ID found")
})

test("a sidecar that becomes healthy lets the app start, and a stop is in reverse order", async (t) => {
  const engine = await agent(t, "a6")
  const second = 1_000_000_000
  const Healthcheck = { Test: ["CMD-SHELL", "test -e /ready"], Interval: second, Timeout: second, Retries: 3 }
  const sidecar = container("sidecar", {
    ...sh("touch /ready; trap 'exit 0' TERM; sleep 600 & wait"),
    healthCheckType: "docker",
    config: { Healthcheck },
  })
  // Its health says that the trap is set: a first process without one does not hear SIGTERM.
  const app = container("app", {
    ...sh("trap 'exit 7' TERM; touch /ready; sleep 600 & wait"),
    dependsOn: [{ containerName: "sidecar", condition: "HEALTHY" }],
    healthCheckType: "docker",
    config: { Healthcheck },
  })
  const task = fargateTask(61, [app, sidecar])
  await engine.accept([task])
  const up = await until(engine, task, (one) => running(one) && of(one, "app").health?.status === "HEALTHY")
  assert.equal(of(up, "sidecar").health?.status, "HEALTHY")
  assert.ok((of(up, "app").startedAt ?? 0) > (of(up, "sidecar").startedAt ?? Number.POSITIVE_INFINITY))
  await engine.accept([stopOf(task)])
  const down = await until(engine, task, stopped)
  assert.deepEqual([of(down, "app").exitCode, of(down, "sidecar").exitCode], [7, 0])
  assert.ok((of(down, "app").finishedAt ?? Number.POSITIVE_INFINITY) <= (of(down, "sidecar").finishedAt ?? 0))
})

test("an agent that starts again adopts what runs, reports what ended, and starts nothing twice", async (t) => {
  const first = await agent(t, "a7")
  const lives = fargateTask(71, [container("web", sh("sleep 600"))])
  const dies = fargateTask(72, [container("web", sh("trap 'exit 9' TERM; sleep 600 & wait"))])
  await first.accept([lives, dies])
  const before = of(await until(first, lives, running), "web")
  const victim = of(await until(first, dies, running), "web").runtimeId
  await first.end()
  await host.docker.request("POST", `/containers/${victim}/stop`)
  const next = await agent(t, "a7")
  assert.equal(of(await until(next, lives, running), "web").runtimeId, before.runtimeId)
  assert.equal(of(await until(next, dies, stopped), "web").exitCode, 9)
  await next.accept([stopOf(lives)])
  await until(next, lives, stopped)
})

test("bridge mode: a published port and a volume that two containers share", async (t) => {
  const engine = await agent(t, "a8")
  const mount = { mountPoints: [{ sourceVolume: "v", containerPath: "/v", readOnly: false }] }
  // The private engine has no default bridge; a network that is named in hostConfig does the same.
  const NetworkMode = "vpc"
  const writer = container("writer", {
    ...sh("echo hello >/v/f"),
    ...mount,
    essential: false,
    hostConfig: { NetworkMode },
  })
  const server = container("server", {
    ...sh("while true; do nc -l -p 7000 </v/f; done"),
    ...mount,
    hostConfig: { NetworkMode },
    portMappings: [{ containerPort: 7000, hostPort: 0, protocol: "tcp" }],
    dependsOn: [{ containerName: "writer", condition: "SUCCESS" }],
  })
  const volumes = [{ name: "v", type: "docker", dockerVolumeConfiguration: { scope: "task" } }] as const
  const task = bridgeTask(81, [server, writer], { volumes })
  await engine.accept([task])
  const up = await until(engine, task, running)
  const [binding] = of(up, "server").networkBindings ?? []
  assert.deepEqual([binding?.containerPort, binding?.protocol, binding?.bindIP], [7000, "tcp", "0.0.0.0"])
  assert.deepEqual(up.linkAddresses, of(up, "server").addresses)
  assert.equal(await readPort(binding?.hostPort ?? 0), "hello\n")
  await engine.accept([stopOf(task)])
  await until(engine, task, stopped)
})

test("a task that is over, reported and read leaves nothing behind", async (t) => {
  const engine = await agent(t, "a9")
  const web = container("web", {
    ...sh("echo hi >/v/f"),
    mountPoints: [{ sourceVolume: "v", containerPath: "/v", readOnly: false }],
  })
  const task = fargateTask(91, [web], { volumes: [{ name: "v", type: "host", host: {} }] })
  await engine.accept([task])
  const done = await until(engine, task, stopped)
  assert.equal(of(done, "web").exitCode, 0)
  const cgroup = `/sys/fs/cgroup/memory/roadstead/${task.arn.slice(-32)}`
  const unified = cgroup.replace("/memory/", "/")
  assert.ok(existsSync(cgroup) || existsSync(unified))
  engine.settled(task.arn)
  // There is no event of the engine's for this: its own inquiry is what a session would see.
  const gone = new Promise<void>((resolve) => {
    const look = () => (engine.task(task.arn) ? realClock.at(realClock.now() + 20, look) : resolve())
    look()
  })
  await gone
  assert.ok(!existsSync(cgroup) && !existsSync(unified))
  const filters = { label: [`io.roadstead.task=${task.arn}`] }
  assert.deepEqual((await host.docker.request("GET", "/containers/json", { query: { all: true, filters } })).body, [])
  assert.equal(
    (await host.docker.request<{ Volumes: unknown[] | null }>("GET", "/volumes", { query: { filters } })).body.Volumes
      ?.length ?? 0,
    0,
  )
})
