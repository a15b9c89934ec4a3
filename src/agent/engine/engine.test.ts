// One task's life on simulated containers and virtual time: starting, waiting, ending. Restarts are in adoption.test.ts.
import assert from "node:assert/strict"
import { test } from "node:test"
import { bridgeTask, container, fargateTask, stopOf } from "../../../test/support/acs-task.ts"
import { simulatedHost } from "../../../test/support/simulated-host.ts"

const sim = (script: Record<string, string | number>) => ({
  environment: Object.fromEntries(
    Object.entries(script).map(([name, value]) => [`ROADSTEAD_SIM_${name}`, String(value)]),
  ),
})
const healthCheck = { healthCheckType: "docker", config: { Healthcheck: { Test: ["CMD", "true"] } } } as const

test("a Fargate task's network is up and isolated before its first container starts", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  assert.equal(host.task(task).known, "RUNNING")
  const order = host.calls.filter((call) => /^(connect|start|isolate)/.test(call))
  assert.deepEqual(order, [
    "connect ~internal~ecs~pause",
    "start ~internal~ecs~pause",
    "isolate ~internal~ecs~pause",
    "start web",
  ])
  const [address] = host.task(task).linkAddresses
  assert.match(address ?? "", /^169\.254\.16[89]\./)
})

test("the changes of a task are told in order, containers before the task", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web", sim({ EXIT_AFTER_MS: 1000, EXIT_CODE: 3 }))])
  await host.accept(task)
  await host.clock.advance(1000)
  const told = host.changes
    .filter((one) => one.container === "web" && one.what === "container")
    .map((one) => one.task.containers[0]?.known)
  assert.deepEqual(told, ["PULLED", "CREATED", "RUNNING", "STOPPED"])
  const statuses = host.changes
    .filter((one) => one.what === "status")
    .map((one) => `${one.task.known}/${one.task.desired}`)
  assert.deepEqual(statuses, [
    "MANIFEST_PULLED/RUNNING",
    "CREATED/RUNNING",
    "RUNNING/RUNNING",
    "RUNNING/STOPPED",
    "STOPPED/STOPPED",
  ])
})

test("a container that ends at once has run: its start is told before its end", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web", sim({ EXIT_AFTER_MS: 0, EXIT_CODE: 1 }))])
  await host.accept(task)
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(host.container(task, "web").exitCode, 1)
  assert.ok(host.changes.some((one) => one.what === "status" && one.task.known === "RUNNING"))
})

test("an essential container that ends takes the others with it, and the first end is the task's", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [
    container("web", sim({ EXIT_AFTER_MS: 5000 })),
    container("sidecar", { essential: false, ...sim({ STOP_MS: 2000 }) }),
  ])
  await host.accept(task)
  const began = host.clock.now()
  await host.clock.advance(5000)
  assert.equal(host.task(task).known, "RUNNING")
  assert.equal(host.task(task).desired, "STOPPED")
  await host.clock.advance(2000)
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(host.task(task).executionStoppedAt, began + 5000)
  assert.equal(host.container(task, "sidecar").exitCode, 143)
})

test("a container that is not essential may end without any consequence", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [
    container("web"),
    container("init", { essential: false, ...sim({ EXIT_AFTER_MS: 100 }) }),
  ])
  await host.accept(task)
  await host.clock.advance(60_000)
  assert.equal(host.task(task).known, "RUNNING")
  assert.equal(host.task(task).desired, "RUNNING")
  assert.equal(host.container(task, "init").known, "STOPPED")
})

test("a task waits for SUCCESS of its init container, and is not running before", async () => {
  const host = await simulatedHost()
  const web = container("web", { dependsOn: [{ containerName: "init", condition: "SUCCESS" }] })
  const task = fargateTask(5, [web, container("init", { essential: false, ...sim({ EXIT_AFTER_MS: 3000 }) })])
  await host.accept(task)
  assert.equal(host.container(task, "web").known, "NONE")
  assert.equal(host.task(task).known, "NONE")
  await host.clock.advance(3000)
  assert.equal(host.task(task).known, "RUNNING")
})

test("a dependency that does not succeed stops the task with ECS's reason and exit code 143", async () => {
  const host = await simulatedHost()
  const web = container("web", { dependsOn: [{ containerName: "init", condition: "SUCCESS" }] })
  const task = fargateTask(5, [
    web,
    container("init", { essential: false, ...sim({ EXIT_AFTER_MS: 100, EXIT_CODE: 2 }) }),
  ])
  await host.accept(task)
  await host.clock.advance(100)
  const { known, exitCode, reason } = host.container(task, "web")
  assert.deepEqual([host.task(task).known, known, exitCode], ["STOPPED", "STOPPED", 143])
  assert.equal(
    reason,
    "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [init(busybox:test) (STOPPED->RUNNING) - Exit: 2] for target [web(busybox:test) (NONE->RUNNING)] as dependency did not exit successfully.",
  )
  assert.ok(!host.calls.includes("create web"))
})

test("a container that waits for HEALTHY starts when the other is healthy", async () => {
  const host = await simulatedHost()
  const web = container("web", { dependsOn: [{ containerName: "db", condition: "HEALTHY" }] })
  const task = fargateTask(5, [web, container("db", { ...healthCheck, ...sim({ HEALTH: "healthy@4000" }) })])
  await host.accept(task)
  await host.clock.advance(3999)
  assert.equal(host.container(task, "web").known, "NONE")
  await host.clock.advance(1)
  assert.equal(host.container(task, "web").known, "RUNNING")
  assert.equal(host.container(task, "db").health?.status, "HEALTHY")
})

test("the startTimeout of a dependency that does not become healthy ends the waiting and the task", async () => {
  const host = await simulatedHost()
  const web = container("web", { dependsOn: [{ containerName: "db", condition: "HEALTHY" }] })
  const task = fargateTask(5, [web, container("db", { ...healthCheck, startTimeout: 30 })])
  await host.accept(task)
  await host.clock.advance(29_999)
  assert.equal(host.task(task).desired, "RUNNING")
  await host.clock.advance(1)
  assert.equal(host.task(task).known, "STOPPED")
  assert.match(host.container(task, "web").reason ?? "", /container ordering dependency \[db.* has timed out\.$/)
})

test("containers stop in the reverse of the order in which they waited for each other", async () => {
  const host = await simulatedHost()
  const waits = (on: string) => ({
    dependsOn: [{ containerName: on, condition: "START" as const }],
    ...sim({ STOP_MS: 500 }),
  })
  const task = fargateTask(5, [container("c", waits("b")), container("a"), container("b", waits("a"))])
  await host.accept(task)
  assert.deepEqual(
    host.calls.filter((call) => /^start [abc]/.test(call)),
    ["start a", "start b", "start c"],
  )
  await host.accept(stopOf(task))
  await host.clock.advance(2000)
  assert.deepEqual(
    host.calls.filter((call) => /^(stop|kill)/.test(call)),
    ["stop c", "stop b", "stop a", "kill ~internal~ecs~pause"],
  )
  assert.equal(host.task(task).known, "STOPPED")
})

test("a container that does not stop in its stopTimeout is killed", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web", { stopTimeout: 7, ...sim({ STOP_MS: 60_000 }) })])
  await host.accept(task)
  await host.accept(stopOf(task))
  await host.clock.advance(6999)
  assert.equal(host.container(task, "web").known, "RUNNING")
  await host.clock.advance(1)
  assert.equal(host.container(task, "web").exitCode, 137)
  assert.equal(host.container(task, "web").reason, undefined)
})

test("an image that is not there stops a Fargate task at once, in Fargate's words", async () => {
  const host = await simulatedHost()
  const error = "pull-denied: pull access denied for nope, repository does not exist or may require 'docker login'"
  const task = fargateTask(5, [container("web", { image: "nope", ...sim({ PULL_ERROR: error }) })])
  await host.accept(task)
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(
    host.container(task, "web").reason,
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/nope:latest: pull access denied for nope, repository does not exist or may require 'docker login'",
  )
  assert.equal(host.container(task, "web").exitCode, undefined)
  assert.ok(host.task(task).pullStartedAt !== undefined && host.task(task).pullStoppedAt !== undefined)
  assert.ok(!host.changes.some((one) => one.task.known === "RUNNING"))
})

test("a registry that cannot be reached is asked five times, and ECS on EC2 passes Docker's words on", async () => {
  const host = await simulatedHost()
  const task = bridgeTask(5, [
    container("web", sim({ PULL_ERROR: "Get https://r.example/v2/: dial tcp: i/o timeout" })),
  ])
  await host.accept(task)
  await host.clock.advance(13_000)
  assert.equal(host.calls.filter((call) => call.startsWith("pull")).length, 5)
  assert.equal(
    host.container(task, "web").reason,
    "CannotPullContainerError: Error response from daemon: Get https://r.example/v2/: dial tcp: i/o timeout",
  )
})

test("a task that is stopped while its image is pulled stops at once and without a reason", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web", sim({ PULL_MS: 60_000 }))])
  await host.accept(task)
  await host.accept(stopOf(task))
  await host.clock.settle()
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(host.container(task, "web").reason, undefined)
})

test("many tasks of one image pull it once", async () => {
  const host = await simulatedHost()
  const tasks = [5, 6, 7].map((number) => fargateTask(number, [container("web", sim({ PULL_MS: 1000 }))]))
  await host.accept(...tasks)
  await host.clock.advance(1000)
  assert.deepEqual(
    tasks.map((task) => host.task(task).known),
    ["RUNNING", "RUNNING", "RUNNING"],
  )
  assert.equal(host.calls.filter((call) => call.startsWith("pull")).length, 1)
})

test("a container that cannot be started has a reason and no exit code", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [
    container("web", sim({ START_ERROR: 'exec: "nope": executable file not found in $PATH: unknown' })),
  ])
  await host.accept(task)
  const { reason, exitCode } = host.container(task, "web")
  assert.equal(
    reason,
    'CannotStartContainerError: Error response from daemon: exec: "nope": executable file not found in $PATH: unknown',
  )
  assert.deepEqual([exitCode, host.task(task).known], [undefined, "STOPPED"])
})

test("a container that is killed for want of memory says so", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web", sim({ OOM: 1, EXIT_AFTER_MS: 10 }))])
  await host.accept(task)
  await host.clock.advance(10)
  const { reason, exitCode } = host.container(task, "web")
  assert.deepEqual([reason, exitCode], ["OutOfMemoryError: Container killed due to memory usage", 137])
})

test("an unhealthy container is reported and left alone", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web", { ...healthCheck, ...sim({ HEALTH: "unhealthy@1000" }) })])
  await host.accept(task)
  await host.clock.advance(60_000)
  assert.equal(host.container(task, "web").health?.status, "UNHEALTHY")
  assert.equal(host.container(task, "web").known, "RUNNING")
  assert.equal(
    host.changes.filter((one) => one.what === "health" && one.task.containers[0]?.health?.status === "UNHEALTHY")
      .length,
    1,
  )
})

test("a restart policy starts a container again in place, unless it ended too soon", async () => {
  const host = await simulatedHost()
  const restartPolicy = { enabled: true, restartAttemptPeriod: 60 }
  const task = fargateTask(5, [container("web", { restartPolicy, ...sim({ EXIT_AFTER_MS: 90_000, EXIT_CODE: 1 }) })])
  const brief = fargateTask(6, [container("web", { restartPolicy, ...sim({ EXIT_AFTER_MS: 59_000, EXIT_CODE: 1 }) })])
  await host.accept(task, brief)
  await host.clock.advance(90_000)
  assert.equal(host.container(task, "web").restartCount, 1)
  assert.equal(host.task(task).known, "RUNNING")
  assert.equal(host.task(brief).known, "STOPPED")
  await host.clock.advance(90_000)
  assert.equal(host.container(task, "web").restartCount, 2)
  await host.accept(stopOf(task))
  assert.equal(host.task(task).known, "STOPPED")
})

test("a container that somebody removes stops its task with the reason", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  await host.driver.remove(host.container(task, "web").runtimeId ?? "")
  await host.clock.settle()
  const { reason, exitCode } = host.container(task, "web")
  assert.deepEqual([host.task(task).known, exitCode], ["STOPPED", 137])
  assert.equal(reason, "ContainerVanishedError: No container matching saved ID found")
})

test("containers that wait for each other in a circle never start", async () => {
  const host = await simulatedHost()
  const on = (containerName: string) => ({ dependsOn: [{ containerName, condition: "START" as const }] })
  const task = fargateTask(5, [container("a", on("b")), container("b", on("a"))])
  assert.deepEqual(await host.accept(task), [])
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(
    host.task(task).reason,
    `TaskDependencyError: Task dependencies cannot be resolved, taskArn: ${task.arn}`,
  )
  assert.equal(host.changes.at(-1)?.what, "status")
})

test("a task that cannot be read is rejected and reported, and the others of its payload run", async () => {
  const host = await simulatedHost()
  const bad = fargateTask(5, [container("web", { overrides: '{"environment":{}}' })])
  const good = fargateTask(6, [container("web")])
  assert.deepEqual(await host.accept(bad, good), [bad.arn])
  assert.equal(host.task(bad).reason, "UnrecogniedTaskError: Error loading task - Unrecognized key: environment")
  assert.equal(host.task(good).known, "RUNNING")
})

test("a STOP of a task that is not known is reported as stopped", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web")])
  await host.accept(stopOf(task))
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(host.changes.filter((one) => one.what === "status").length, 1)
})

test("a task that is sent twice runs once", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  await host.accept(task)
  assert.equal(host.calls.filter((call) => call === "create web").length, 1)
})

test("a hook that fails stops the task before any of its containers is made", async () => {
  const beforeStart = async () => {
    throw new Error("ResourceInitializationError: failed to validate logger args: no such group")
  }
  const host = await simulatedHost({ hooks: { beforeStart } })
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(host.task(task).reason, "ResourceInitializationError: failed to validate logger args: no such group")
  assert.ok(!host.calls.includes("create web"))
})

test("hooks fail a container where they stand: before it is made, and before its first start", async () => {
  const creating = await simulatedHost({
    hooks: {
      beforeCreateContainer: () => {
        throw new Error("CannotCreateContainerError: Error response from daemon: unknown log opt")
      },
    },
  })
  const task = fargateTask(5, [container("web")])
  await creating.accept(task)
  assert.equal(
    creating.container(task, "web").reason,
    "CannotCreateContainerError: Error response from daemon: unknown log opt",
  )
  assert.ok(!creating.calls.includes("create web"))
  const ids: (string | undefined)[] = []
  const starting = await simulatedHost({
    hooks: {
      beforeStartContainer: async (_, { runtimeId }) => {
        ids.push(runtimeId)
        throw new Error("CannotStartContainerError: Error response from daemon: failed to initialize logging driver")
      },
    },
  })
  await starting.accept(task)
  const failed = starting.container(task, "web")
  assert.equal(
    failed.reason,
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver",
  )
  assert.deepEqual(ids, [failed.runtimeId])
  assert.ok(failed.runtimeId && !starting.calls.includes("start web"))
  assert.equal(starting.task(task).known, "STOPPED")
})

test("what a task made is removed when it is reported and its log has been read", async () => {
  const host = await simulatedHost({ options: { cleanupWaitMs: 1000 } })
  const logged = { hostConfig: { LogConfig: { Type: "awslogs", Config: { "awslogs-group": "g" } } } }
  const task = fargateTask(5, [container("web", logged)])
  await host.accept(task)
  assert.equal(host.container(task, "web").logDriver, "awslogs")
  await host.accept(stopOf(task))
  host.engine.settled(task.arn)
  await host.clock.advance(5000)
  assert.ok(!host.calls.includes("remove web"))
  host.engine.logsDone(task.arn, "web")
  await host.clock.advance(999)
  assert.ok(!host.calls.includes("remove web"))
  await host.clock.advance(1)
  assert.deepEqual(host.calls.slice(-3), [
    "remove web",
    "remove ~internal~ecs~pause",
    `removeGroup ${task.arn.slice(-32)}`,
  ])
  assert.equal(host.engine.task(task.arn), undefined)
  assert.deepEqual(host.checkpoint.tasks(), [])
  assert.deepEqual(await host.driver.list({}), [])
  await host.engine.close()
  assert.equal(host.clock.pending, 0)
})
