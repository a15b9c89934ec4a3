// Operations on task sets, as a program calls them that controls the deployments of its service itself, and what the API
// answers of the sets against the records.
import type { TaskSet } from "@aws-sdk/client-ecs"
import type { Input } from "../../src/gate/index.ts"
import type { ServiceRow, TaskRow, TaskSetRow } from "../../src/state/index.ts"
import type { Roll } from "../fuzz/roll.ts"
import { type Action, anyGround, clusters, family, kept, lastPart, onDisk } from "./actions.ts"
import { networkOf, subnets } from "./fargate.ts"
import { computedCount } from "./invariants.ts"
import type { World } from "./world.ts"

const scales = [0, 25, 50, 100, 100] as const

const externals = (world: World): readonly ServiceRow[] =>
  world.view((view) =>
    [...view.services.all()].filter((s) => s.deploymentController === "EXTERNAL" && s.status === "ACTIVE"),
  ) ?? []

const createExternal: Action = (world, dice) => {
  const serviceName = `x${dice.below(2)}`
  const desiredCount = 1 + dice.below(4)
  const cluster = dice.pick(clusters)
  world.tell(`CreateService ${cluster}/${serviceName} of task sets, ${desiredCount}`)
  world.call("CreateService", { cluster, serviceName, desiredCount, deploymentController: { type: "EXTERNAL" } })
}

const createTaskSet: Action = (world, dice) => {
  const list = externals(world)
  if (list.length === 0) return createExternal(world, dice)
  const service = dice.pick(list)
  const ground = anyGround(dice, 3)
  const taskDefinition = family(dice, ground)
  const value = dice.pick(scales)
  const input: Input<"ecs", "CreateTaskSet"> = {
    cluster: service.clusterArn,
    service: service.name,
    taskDefinition,
    scale: { value, unit: "PERCENT" },
    launchType: ground === "fargate" ? "FARGATE" : "EC2",
    ...(ground !== "instances" && { networkConfiguration: networkOf(subnets) }),
    clientToken: `set-${world.requests}`,
  }
  world.tell(`CreateTaskSet of ${service.name}: ${taskDefinition}, ${value} %`)
  world.call("CreateTaskSet", input, ({ taskSet }) => {
    kept(world, `CreateTaskSet ${taskSet?.id}`, onDisk(world, "taskSets", taskSet?.taskSetArn ?? "") !== undefined)
  })
}

/** Something with a set that is there. */
const withSet =
  (act: (world: World, dice: Roll, service: ServiceRow, set: TaskSetRow) => void): Action =>
  (world, dice) => {
    const found = externals(world).flatMap((service) =>
      (world.view((view) => view.taskSets.by("service", service.arn)) ?? []).map((set) => ({ service, set })),
    )
    if (found.length === 0) return createTaskSet(world, dice)
    const { service, set } = dice.pick(found)
    act(world, dice, service, set)
  }

const named = (service: ServiceRow) => ({ cluster: service.clusterArn, service: service.name })

const updateTaskSet = withSet((world, dice, service, set) => {
  const value = dice.pick(scales)
  world.tell(`UpdateTaskSet ${set.id} ${value} %`)
  world.call("UpdateTaskSet", { ...named(service), taskSet: set.arn, scale: { value, unit: "PERCENT" } })
})

const deleteTaskSet = withSet((world, dice, service, set) => {
  const force = !dice.once(3)
  world.tell(`DeleteTaskSet ${set.id}${force ? " by force" : ""}`)
  world.call("DeleteTaskSet", { ...named(service), taskSet: set.arn, force })
})

const makePrimary = withSet((world, _, service, set) => {
  world.tell(`UpdateServicePrimaryTaskSet ${set.id}`)
  world.call("UpdateServicePrimaryTaskSet", { ...named(service), primaryTaskSet: set.arn })
})

/** Operations with how often each comes. */
export const taskSetActions: readonly (readonly [Action, number])[] = [
  [createTaskSet, 3],
  [updateTaskSet, 2],
  [deleteTaskSet, 1],
  [makePrimary, 1],
]

/** What is answered of a set, against its rows. */
export const checkTaskSet = (
  world: World,
  set: TaskSet,
  row: TaskSetRow | undefined,
  { service, tasks }: { readonly service: ServiceRow; readonly tasks: readonly TaskRow[] },
): void => {
  if (!row) {
    world.violation("a task set that is answered has a row", set.taskSetArn ?? "")
    return
  }
  const own = tasks.filter((task) => task.startedBy === row.id)
  const running = own.filter((task) => task.lastStatus === "RUNNING").length
  world.check(
    "the counts of a task set are those of its tasks",
    set.computedDesiredCount === computedCount(service, row) && set.runningCount === running,
    () =>
      `${lastPart(row.arn)}: ${set.computedDesiredCount} of ${computedCount(service, row)}, ${set.runningCount} of ${running} running`,
  )
}
