// The room of container instances beside a simple model, through the API: whatever is started, stopped, dies or is
// deregistered in whatever order, remainingResources are what is registered less what the tasks that have not stopped hold.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { bridgeDefinition, serviceWorld } from "../../../test/support/service-world.ts"
import type { TaskRow } from "../../state/index.ts"

type World = Awaited<ReturnType<typeof serviceWorld>>

/** What the tasks of each definition hold; 8080 and 53 are host ports. */
const sizes = {
  small: { cpu: 128, memory: 64, tcp: [], udp: [] },
  large: { cpu: 256, memory: 160, tcp: [], udp: [] },
  fixed: { cpu: 64, memory: 32, tcp: ["8080"], udp: ["53"] },
} as const
type Name = keyof typeof sizes
const registered = { cpu: 1024, memory: 512 }

type Step =
  | { readonly kind: "run"; readonly what: Name; readonly count: number }
  | { readonly kind: "stop" | "crash" | "start" | "stopped"; readonly which: number }
  | { readonly kind: "deregister"; readonly which: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      what: fc.constantFrom<Name>("small", "large", "fixed"),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom("stop", "crash", "start", "stopped"), which: fc.nat(30) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deregister" as const), which: fc.nat(1) }) },
)

const define = async (world: World) => {
  for (const [family, { cpu, memory, tcp, udp }] of Object.entries(sizes)) {
    const portMappings = [
      ...tcp.map((port) => ({ containerPort: 80, hostPort: Number(port) })),
      ...udp.map((port) => ({ containerPort: 53, hostPort: Number(port), protocol: "udp" as const })),
    ]
    await world.call(
      "RegisterTaskDefinition",
      bridgeDefinition({ family, containerDefinitions: [{ name: "app", image: "app", cpu, memory, portMappings }] }),
    )
  }
}

const nameOf = (task: TaskRow): Name => task.taskDefinitionArn.split("/").at(-1)?.split(":")[0] as Name

/** What an instance has left, by the model: one count over the tasks that were started and have not stopped. */
const modelled = (held: readonly Name[]) => ({
  CPU: registered.cpu - held.reduce((sum, name) => sum + sizes[name].cpu, 0),
  MEMORY: registered.memory - held.reduce((sum, name) => sum + sizes[name].memory, 0),
  PORTS: held.flatMap((name) => sizes[name].tcp).toSorted(),
  PORTS_UDP: held.flatMap((name) => sizes[name].udp).toSorted(),
})

const act = async (world: World, step: Step, instances: string[], held: Map<string, Map<string, Name>>) => {
  const live = world.live()
  const task = step.kind === "run" ? undefined : live[step.which % Math.max(1, live.length)]
  const over = (arn: string) => {
    for (const tasks of held.values()) tasks.delete(arn)
  }
  switch (step.kind) {
    case "run": {
      const { tasks } = await world.call("RunTask", { taskDefinition: step.what, count: step.count })
      for (const { taskArn = "", containerInstanceArn = "" } of tasks ?? [])
        held.get(containerInstanceArn)?.set(taskArn, step.what)
      return
    }
    case "start":
      if (task?.desiredStatus !== "RUNNING" || task.observed.runningAt !== undefined) return
      world.patchTask(task.arn, {
        observed: {
          payloadSentAt: 1,
          ackedAt: 1,
          status: "RUNNING",
          runningAt: 1,
          containers: { app: { status: "RUNNING" } },
        },
      })
      return world.settle()
    case "stop":
      if (!task) return
      // Nothing was sent to an agent yet: it is over at once.
      if (task.observed.payloadSentAt === undefined) over(task.arn)
      await world.call("StopTask", { task: task.arn })
      return
    case "crash":
      if (task?.observed.runningAt === undefined) return
      over(task.arn)
      return world.end(task)
    case "stopped":
      if (task?.desiredStatus !== "STOPPED") return
      over(task.arn)
      return world.end(task, 143)
    case "deregister": {
      const [arn] = instances.splice(step.which % Math.max(1, instances.length), 1)
      if (arn === undefined || instances.length === 0) return
      held.delete(arn)
      await world.call("DeregisterContainerInstance", { containerInstance: arn, force: true })
    }
  }
}

test("remainingResources are what is registered less what tasks hold until they are STOPPED, after every step", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (story) => {
      const world = await serviceWorld()
      await define(world)
      const instances = [await world.instance(), await world.instance(), await world.instance()]
      const held = new Map(instances.map((arn) => [arn, new Map<string, Name>()] as const))
      for (const step of story) {
        await act(world, step, instances, held)
        const { containerInstances = [] } = await world.call("DescribeContainerInstances", {
          containerInstances: [...held.keys()],
        })
        for (const shown of containerInstances) {
          const arn = shown.containerInstanceArn ?? ""
          const left = Object.fromEntries(
            (shown.remainingResources ?? []).map((r) => [
              r.name,
              r.stringSetValue ? r.stringSetValue.toSorted() : r.integerValue,
            ]),
          )
          assert.deepEqual(left, modelled([...(held.get(arn)?.values() ?? [])]))
          const tasks = world
            .live()
            .filter((task) => task.containerInstanceArn === arn && task.desiredStatus === "RUNNING")
          const running = tasks.filter((task) => task.lastStatus === "RUNNING").length
          assert.deepEqual([shown.runningTasksCount, shown.pendingTasksCount], [running, tasks.length - running])
        }
        assert.ok(world.live().every((task) => nameOf(task) in sizes))
      }
      world.stop()
    }),
    { numRuns: 60 },
  )
})
