// What the API answers against the records: asked between steps, counted again by hand.
import type { ContainerInstance, Service } from "@aws-sdk/client-ecs"
import { schema, type TaskRow } from "../../src/state/index.ts"
import { cpuOf, memoryOf } from "./invariants.ts"
import { checkTaskSet } from "./task-sets.ts"
import { root, scope, type World } from "./world.ts"

const starting = new Set(["PROVISIONING", "PENDING", "ACTIVATING"])

const countsOf = (tasks: readonly TaskRow[]) => ({
  running: tasks.filter((task) => task.lastStatus === "RUNNING").length,
  pending: tasks.filter((task) => starting.has(task.lastStatus) && task.desiredStatus === "RUNNING").length,
})

const checkService = (world: World, service: Service, tasks: readonly TaskRow[]): void => {
  const name = service.serviceName
  const times = (service.events ?? []).map(({ createdAt }) => createdAt?.getTime() ?? 0)
  world.check(
    "events of a service are answered with the newest first, a hundred at most",
    times.length <= 100 && times.every((time, i) => time <= (times[i - 1] ?? time)),
    () => `${name}: ${times.join(" ")}`,
  )
  const { running, pending } = countsOf(tasks)
  world.check(
    "the counts of a service are those of its tasks",
    service.runningCount === running && service.pendingCount === pending,
    () => `${name}: ${service.runningCount} running, ${service.pendingCount} pending; its tasks ${running}, ${pending}`,
  )
  const deployments = service.deployments ?? []
  const primary = deployments.filter((deployment) => deployment.status === "PRIMARY").length
  const alive = service.status === "ACTIVE" && service.deploymentController?.type !== "EXTERNAL"
  world.check("exactly one deployment is PRIMARY", alive ? primary === 1 : primary <= 1, () => `${name}: ${primary}`)
  for (const deployment of deployments) {
    const own = countsOf(tasks.filter((task) => task.startedBy === deployment.id))
    world.check(
      "the counts of a deployment are those of its tasks",
      deployment.runningCount === own.running && deployment.pendingCount === own.pending,
      () =>
        `${name} ${deployment.id}: ${deployment.runningCount}, ${deployment.pendingCount}; ${own.running}, ${own.pending}`,
    )
  }
  if (service.deploymentController?.type === "EXTERNAL") return
  const shown = deployments.reduce((sum, d) => sum + (d.runningCount ?? 0), 0)
  world.check(
    "every running task is of a deployment that is shown",
    shown === running,
    () => `${name}: ${shown} of ${running}`,
  )
}

const checkInstance = (world: World, instance: ContainerInstance, tasks: readonly TaskRow[]): void => {
  const amount = (list: ContainerInstance["remainingResources"], name: string) =>
    list?.find((one) => one.name === name)?.integerValue ?? 0
  for (const [name, of] of [
    ["CPU", cpuOf],
    ["MEMORY", memoryOf],
  ] as const) {
    const held = tasks.reduce((sum, task) => sum + of(task), 0)
    const remaining = amount(instance.remainingResources, name)
    const registered = amount(instance.registeredResources, name)
    world.check(
      "remaining resources are the registered ones less what tasks hold",
      remaining === registered - held,
      () => `${instance.containerInstanceArn} ${name}: ${remaining}, ${registered} less ${held}`,
    )
  }
}

/** Asks for every service and instance. Nothing may change between the question and its answer. */
export const askAll = async (world: World): Promise<void> => {
  const { plane } = world
  if (!plane) return
  const seen = plane.state.view((view) => ({
    clusters: [...view.clusters.all()].filter((cluster) => cluster.status === "ACTIVE"),
    services: [...view.services.all()],
    instances: [...view.containerInstances.all()].filter((instance) => instance.status !== "INACTIVE"),
    tasks: [...view.tasks.all()],
    sets: new Map([...view.taskSets.all()].map((set) => [set.arn, set])),
  }))
  for (const cluster of seen.clusters) {
    const named = seen.services.filter((service) => service.clusterArn === cluster.arn).map((service) => service.name)
    const ours = seen.instances.filter((one) => one.clusterArn === cluster.arn).map((one) => one.arn)
    if (named.length > 0) {
      void plane.gate
        .invoke("ecs", "DescribeServices", { cluster: cluster.arn, services: named.slice(0, 10) }, scope, root)
        .then(({ services = [] }) => {
          for (const service of services) {
            const tasks = seen.tasks.filter((task) => task.serviceArn === service.serviceArn)
            checkService(world, service, tasks)
          }
        })
    }
    for (const service of seen.services) {
      if (service.clusterArn !== cluster.arn || service.deploymentController !== "EXTERNAL") continue
      if (service.status === "INACTIVE") continue
      const tasks = seen.tasks.filter((task) => task.serviceArn === service.arn)
      void plane.gate
        .invoke("ecs", "DescribeTaskSets", { cluster: cluster.arn, service: service.arn }, scope, root)
        .then(({ taskSets = [] }) => {
          for (const set of taskSets) checkTaskSet(world, set, seen.sets.get(set.taskSetArn ?? ""), { service, tasks })
        })
    }
    if (ours.length > 0) {
      void plane.gate
        .invoke(
          "ecs",
          "DescribeContainerInstances",
          { cluster: cluster.arn, containerInstances: ours.slice(0, 100) },
          scope,
          root,
        )
        .then(({ containerInstances = [] }) => {
          for (const instance of containerInstances) {
            const on = (task: TaskRow) => task.containerInstanceArn === instance.containerInstanceArn
            const tasks = seen.tasks.filter((task) => on(task) && task.lastStatus !== "STOPPED")
            checkInstance(world, instance, tasks)
          }
        })
    }
  }
  // A process that dies meanwhile answers never.
  await world.pass(0)
}

/** What the disk holds is what the store holds, when nothing is on its way. */
export const compareWithDisk = (world: World): void => {
  const { plane, disk } = world
  if (!plane || plane.state.position !== disk.position) return
  const rows = plane.state.view((view) =>
    Object.values(schema).flatMap(({ name, key }) =>
      [...((view as unknown as Record<string, { all(): Iterable<never> }>)[name]?.all() ?? [])].map(
        (row) => [`${name}\n${key(row)}`, JSON.stringify(row)] as const,
      ),
    ),
  )
  const different = rows.find(([id, json]) => disk.rows.get(id)?.json !== json)
  world.check(
    "the journal gives back the state",
    different === undefined && rows.length === disk.rows.size,
    () => different?.[0] ?? `${rows.length} rows, ${disk.rows.size} on disk`,
  )
}
