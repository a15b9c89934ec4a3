// What an agent that starts again makes of the containers that it finds, and what it does while Docker is away.
import assert from "node:assert/strict"
import { test } from "node:test"
import { container, fargateTask, stopOf } from "../../../test/support/acs-task.ts"
import { simulatedHost } from "../../../test/support/simulated-host.ts"
import { linkLabel, ownerLabel } from "../../protocol/index.ts"
import { type ContainerDriver, DriverError, type DriverEvent } from "../driver.ts"
import { ownLabels, taskLabel } from "./names.ts"

const sim = (script: Record<string, string | number>) => ({
  environment: Object.fromEntries(
    Object.entries(script).map(([name, value]) => [`ROADSTEAD_SIM_${name}`, String(value)]),
  ),
})

test("containers that run are adopted as they are", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web"), container("sidecar")])
  await host.accept(task)
  const ids = host.task(task).containers.map((one) => one.runtimeId)
  const before = host.calls.length
  const changes = host.changes.length
  await host.restart()
  assert.equal(host.task(task).known, "RUNNING")
  assert.deepEqual(
    host.task(task).containers.map((one) => one.runtimeId),
    ids,
  )
  assert.deepEqual(host.calls.slice(before), [])
  assert.deepEqual(host.changes.slice(changes), [])
})

test("an end while the agent was away is told with its exit code after the start", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web", sim({ EXIT_CODE: 9 })), container("sidecar")])
  await host.accept(task)
  const id = host.container(task, "web").runtimeId ?? ""
  await host.restart((driver) => driver.stop(id, 30))
  assert.equal(host.container(task, "web").exitCode, 9)
  assert.equal(host.task(task).known, "STOPPED")
  const told = host.changes.filter((one) => one.container === "web" && one.what === "container").at(-1)
  assert.equal(told?.task.containers[0]?.known, "STOPPED")
})

test("a container that was removed while the agent was away has vanished", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  const id = host.container(task, "web").runtimeId ?? ""
  await host.restart((driver) => driver.remove(id))
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(host.container(task, "web").reason, "ContainerVanishedError: No container matching saved ID found")
})

test("an agent that dies in the middle of a start goes on where it was, and starts nothing twice", async () => {
  const host = await simulatedHost()
  const task = fargateTask(5, [
    container("web", sim({ START_MS: 1000 })),
    container("init", { essential: false, ...sim({ EXIT_AFTER_MS: 10 }) }),
  ])
  await host.accept(task)
  await host.clock.advance(500)
  assert.equal(host.task(task).known, "CREATED")
  await host.restart()
  await host.clock.advance(5000)
  assert.equal(host.task(task).known, "RUNNING")
  assert.equal(host.container(task, "init").known, "STOPPED")
  assert.deepEqual(host.calls.filter((call) => call.startsWith("create")).sort(), [
    "create init",
    "create web",
    "create ~internal~ecs~pause",
  ])
  assert.equal(host.calls.filter((call) => call === "start init").length, 1)
  assert.equal((await host.driver.list({})).length, 3)
})

test("a task whose agents die while its network and its first container start is on the link network all the same", async () => {
  let stuck: "isolate" | "start web" | undefined = "isolate"
  const never = () => new Promise<never>(() => {})
  const isolated: string[] = []
  let starts = 0
  const wrap = (driver: ContainerDriver): ContainerDriver => ({
    ...driver,
    isolate: (network, state) => {
      if (stuck === "isolate") return never()
      isolated.push(network)
      return driver.isolate(network, state)
    },
    start: async (id) => {
      await driver.start(id)
      const name = (await driver.inspect(id))?.labels["com.amazonaws.ecs.container-name"]
      if (name === "web") starts++
      if (stuck === "start web" && name === "web") await never()
    },
  })
  const host = await simulatedHost({ wrap })
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  stuck = "start web"
  await host.restart()
  const states = await host.driver.list({})
  assert.ok(states.every((state) => state.status === "running") && states.length === 2)
  stuck = undefined
  await host.restart()
  const link = (await host.driver.network({ [ownerLabel]: "o", [linkLabel]: "true" }))?.id ?? ""
  assert.deepEqual([...new Set(isolated)], [link])
  assert.deepEqual(host.task(task).linkAddresses, [
    states.find((state) => state.addresses[link] !== undefined)?.addresses[link],
  ])
  assert.equal(host.task(task).known, "RUNNING")
  assert.equal(starts, 1, "nothing is started twice")
})

test("a task that was taken and not begun is begun by the next agent", async () => {
  let refuse = true
  const wrap = (driver: ContainerDriver): ContainerDriver => ({
    ...driver,
    createGroup: (name, limits) => (refuse ? new Promise(() => {}) : driver.createGroup(name, limits)),
  })
  const host = await simulatedHost({ wrap })
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  assert.ok(!host.calls.includes("create web"))
  refuse = false
  await host.restart()
  assert.equal(host.task(task).known, "RUNNING")
})

test("a STOP that was taken is carried out by the next agent", async () => {
  let deaf = true
  const wrap = (driver: ContainerDriver): ContainerDriver => ({
    ...driver,
    stop: (id, seconds) => (deaf ? new Promise(() => {}) : driver.stop(id, seconds)),
  })
  const host = await simulatedHost({ wrap })
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  await host.accept(stopOf(task))
  assert.equal(host.container(task, "web").known, "RUNNING")
  deaf = false
  await host.restart()
  assert.equal(host.task(task).known, "STOPPED")
})

test("a container of ours without a task is removed, and one of another agent is not", async () => {
  const host = await simulatedHost()
  const make = (driver: ContainerDriver, name: string, labels: Readonly<Record<string, string>>) =>
    driver.create({ name, image: "i", config: { Labels: labels }, hostConfig: {} })
  await host.restart(async (driver) => {
    await make(driver, "lost", { ...ownLabels({ owner: "o", host: "h" }), [taskLabel]: "gone" })
    await make(driver, "others", { ...ownLabels({ owner: "o", host: "another" }), [taskLabel]: "gone" })
    await make(driver, "users", {})
  })
  const names = (await host.driver.list({})).map((state) => state.name)
  assert.deepEqual(names, ["others", "users"])
})

test("while Docker does not answer nothing fails, and everything goes on when it is back", async () => {
  let away = false
  const outage = async () => {
    throw new DriverError("unavailable", "connect ECONNREFUSED", true)
  }
  const wrap = (driver: ContainerDriver): ContainerDriver => ({
    ...driver,
    create: (spec) => (away ? outage() : driver.create(spec)),
    start: (id) => (away ? outage() : driver.start(id)),
    stop: (id, seconds) => (away ? outage() : driver.stop(id, seconds)),
  })
  const host = await simulatedHost({ wrap })
  const running = fargateTask(5, [container("web")])
  const starting = fargateTask(6, [container("web")])
  await host.accept(running)
  away = true
  await host.accept(starting, stopOf(running))
  await host.clock.advance(60_000)
  assert.equal(host.task(running).known, "RUNNING")
  assert.equal(host.task(starting).desired, "RUNNING")
  away = false
  await host.clock.advance(5000)
  assert.equal(host.task(running).known, "STOPPED")
  assert.equal(host.task(starting).known, "RUNNING")
})

test("a call that Docker never answers stops a Fargate task in Fargate's words", async () => {
  const wrap = (driver: ContainerDriver): ContainerDriver => ({
    ...driver,
    start: async (id) => {
      const name = (await driver.inspect(id))?.labels["com.amazonaws.ecs.container-name"]
      return name === "web" ? new Promise<void>(() => {}) : driver.start(id)
    },
  })
  const host = await simulatedHost({ wrap })
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  await host.clock.advance(180_000)
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(
    host.container(task, "web").reason,
    "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 3m0s",
  )
})

test("a network that does not come stops the task with what is missing", async () => {
  const wrap = (driver: ContainerDriver): ContainerDriver => ({ ...driver, network: async () => undefined })
  const host = await simulatedHost({ wrap })
  const task = fargateTask(5, [container("web")])
  await host.accept(task)
  await host.clock.advance(20_000)
  assert.equal(host.task(task).known, "STOPPED")
  assert.equal(host.task(task).reason, "ResourceInitializationError: the network of vpc-1 is not on this host")
})

test("what happened in a gap of Docker's events is seen when they come again", async () => {
  let tell: (event: DriverEvent) => void = () => {}
  const wrap = (driver: ContainerDriver): ContainerDriver => ({
    ...driver,
    watch: (onEvent) => {
      tell = onEvent
      return () => {}
    },
  })
  const host = await simulatedHost({ wrap })
  const task = fargateTask(5, [container("web", sim({ EXIT_AFTER_MS: 1000, EXIT_CODE: 4 }))])
  await host.accept(task)
  await host.clock.advance(60_000)
  assert.equal(host.container(task, "web").known, "RUNNING")
  tell({ type: "resync" })
  await host.clock.settle()
  assert.equal(host.container(task, "web").exitCode, 4)
  assert.equal(host.task(task).known, "STOPPED")
})
