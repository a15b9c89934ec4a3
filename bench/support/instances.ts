// A cluster of simulated container instances in this process: real handlers, gate, store and controllers. Instances do
// what they are told at once: what an agent would say of a task, each as a message of its own, is written into its
// record. No sockets, no disk: what is measured is the control plane's own work.
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type { TaskRow } from "../../src/state/index.ts"
import { ecsHarness, scope } from "../../test/support/ecs-harness.ts"

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"]

/** Turns of the event loop until what was set off has come to rest. */
const restTurns = 3

/** See the head of the file. */
export const startCluster = async (instances: number) => {
  const { state, clock, gate, call } = ecsHarness()
  const runner = startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
  /** Tasks of which the agents have something to say. */
  const told = new Set<string>()
  state.watch(
    "committed",
    () => undefined,
    ({ changes }) => {
      for (const { table, after } of changes) {
        const task = after as TaskRow | undefined
        if (table === "tasks" && task && sayOf(task)) told.add(task.arn)
      }
    },
  )

  const containers = (task: TaskRow, status: "RUNNING" | "STOPPED") =>
    Object.fromEntries(task.containers.map((c) => [c.name, { status, ...(status === "STOPPED" && { exitCode: 0 }) }]))

  /** What the task's agent says next. */
  function sayOf(task: TaskRow): Partial<TaskRow["observed"]> | undefined {
    const { observed, lastStatus, desiredStatus } = task
    const now = clock.now()
    if (desiredStatus === "STOPPED") {
      if (observed.stopSentAt === undefined && lastStatus === "DEACTIVATING") return { stopSentAt: now }
      if (observed.status !== "STOPPED" && lastStatus === "STOPPING")
        return { status: "STOPPED", stoppedAt: now, containers: containers(task, "STOPPED") }
      return undefined
    }
    if (lastStatus === "PENDING")
      return observed.payloadSentAt === undefined ? { payloadSentAt: now, ackedAt: now } : undefined
    if (lastStatus !== "ACTIVATING" || observed.runningAt !== undefined) return undefined
    return { status: "RUNNING", runningAt: now, containers: containers(task, "RUNNING") }
  }

  /** Lets agents and controllers go on until nobody has anything to say: time passes while controllers rest. */
  const settle = async () => {
    for (let idle = 0; idle < restTurns; ) {
      idle = told.size > 0 || runner.waiting() > 0 ? 0 : idle + 1
      for (const arn of [...told]) {
        told.delete(arn)
        state.transact((tx) => {
          const task = tx.tasks.get(arn)
          const said = task && sayOf(task)
          if (said) tx.tasks.patch(arn, { observed: { ...task.observed, ...said } })
        })
        // Messages of agents come one by one.
        await null
      }
      await clock.advance(100)
    }
  }
  const running = (name?: string) =>
    state.view(
      (view) =>
        [...view.tasks.all()].filter(
          (task) => task.lastStatus === "RUNNING" && (name === undefined || task.group === `service:${name}`),
        ).length,
    )
  const expect = (count: number, wanted: number) => {
    if (count !== wanted) throw new Error(`${count} tasks run where ${wanted} should`)
  }

  await call("CreateCluster", {})
  await call("RegisterTaskDefinition", {
    family: "web",
    containerDefinitions: [{ name: "app", image: "app:1", cpu: 128, memory: 64 }],
  })
  const arns: string[] = []
  for (let n = 0; n < instances; n += 1) {
    const { containerInstance } = await call("RegisterContainerInstance", {
      cluster: "default",
      totalResources: [
        { name: "CPU", type: "INTEGER", integerValue: 8192 },
        { name: "MEMORY", type: "INTEGER", integerValue: 16_384 },
        { name: "PORTS", type: "STRINGSET", stringSetValue: ["22"] },
        { name: "PORTS_UDP", type: "STRINGSET", stringSetValue: [] },
      ],
      attributes: [
        { name: "ecs.availability-zone", value: zones[n % 3] },
        ...["18", "19", "21", "25", "29"].map((v) => ({
          name: `com.amazonaws.ecs.capability.docker-remote-api.1.${v}`,
        })),
      ],
    })
    const arn = containerInstance?.containerInstanceArn ?? ""
    state.transact((tx) => tx.containerInstances.patch(arn, { session: { connected: true, since: clock.now() } }))
    arns.push(arn)
  }
  await settle()

  return {
    /** Seconds of a processor. */
    processorTime: async (work: () => Promise<void>): Promise<number> => {
      const before = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1e6
    },
    /** Creates a service and waits until all of its tasks run. */
    service: async (serviceName: string, desiredCount: number) => {
      await call("CreateService", { serviceName, taskDefinition: "web", desiredCount })
      await settle()
      expect(running(serviceName), desiredCount)
    },
    /** Changes how many tasks a service should have, and waits until they are. */
    scale: async (service: string, desiredCount: number) => {
      await call("UpdateService", { service, desiredCount })
      await settle()
      expect(running(service), desiredCount)
    },
    /** Tasks by RunTask, so many a call. */
    runTasks: async (count: number, each: number) => {
      const before = running()
      for (let n = 0; n < count; n += each) await call("RunTask", { taskDefinition: "web", count: each })
      await settle()
      expect(running(), before + count)
    },
    /** Takes an instance away with its tasks, and waits until all of them are replaced. */
    loseInstance: async () => {
      const before = running()
      const [arn = ""] = arns
      // A task that no service wants is not replaced.
      const alone = state.view((view) => view.tasks.by("host", arn).filter((task) => !task.serviceArn).length)
      const began = performance.now()
      state.transact((tx) => tx.containerInstances.patch(arn, { status: "INACTIVE" }))
      await settle()
      const elapsed = performance.now() - began
      expect(running(), before - alone)
      return { elapsed }
    },
    stop: async () => runner.stop(),
  }
}
