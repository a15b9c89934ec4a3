// The end of a run: faults are over, an operator tidies up what no scheduler can mend, and then everything must come to
// rest, with what runs on hosts being what the records say.
import type { ContainerInstanceRow, DeploymentRow, ServiceRow, TaskRow, View } from "../../src/state/index.ts"
import { askAll, compareWithDisk } from "./answers.ts"
import { isBad, zones } from "./definitions.ts"
import { mend } from "./faults.ts"
import { computedCount, cpuOf, memoryOf } from "./invariants.ts"
import type { World } from "./world.ts"

/** The longest pause of the launch throttle is 27 minutes, protection here 20; after so much time nothing is left to wait for. */
const patience = 3 * 60 * 60_000
const spare = 3

const familyOf = (view: View, deployment: Pick<DeploymentRow, "revisionArn">): string => {
  const arn = view.serviceRevisions.get(deployment.revisionArn)?.taskDefinitionArn ?? ""
  return arn.slice(arn.lastIndexOf("/") + 1).split(":")[0] ?? ""
}
/** One that runs, on the same ground. */
const likeable = (family: string): string =>
  family.startsWith("f") ? "fplain" : family.startsWith("v") ? "vplain" : "plain"
const primaryOf = (view: View, service: ServiceRow) => view.deployments.get(`${service.arn} ${service.primary}`)

/** Sets that never come to run are deleted, and of those that need a port each only one is left. */
const helpTaskSets = (world: World, view: View, service: ServiceRow): (() => void) | undefined => {
  const sets = view.taskSets.by("service", service.arn).filter(({ status }) => status !== "DRAINING")
  const bad = sets.filter((set) => isBad(familyOf(view, set)) || familyOf(view, set) === "port")
  if (bad.length === 0) return undefined
  return () => {
    for (const { arn } of bad) {
      world.call("DeleteTaskSet", { cluster: service.clusterArn, service: service.name, taskSet: arn, force: true })
    }
  }
}

/** What a sensible operator does about a service that cannot come to rest by itself. */
const helpService = (world: World, view: View, service: ServiceRow): (() => void) | undefined => {
  const primary = primaryOf(view, service)
  if (service.status !== "ACTIVE") return undefined
  if (service.deploymentController === "EXTERNAL") return helpTaskSets(world, view, service)
  if (!primary) return undefined
  const update = (change: object) => () =>
    world.call("UpdateService", { cluster: service.clusterArn, service: service.name, ...change })
  const family = familyOf(view, primary)
  const {
    deploymentCircuitBreaker: breaker,
    minimumHealthyPercent: min = 100,
    maximumPercent: max = 200,
  } = service.deploymentConfiguration
  // Tasks that run for a while are no failed launches: no breaker ends that, nor what was complete without any.
  const breaks = breaker?.enable === true && !family.endsWith("crash") && primary.rolloutState === "IN_PROGRESS"
  if (isBad(family) && primary.rolloutState !== "FAILED" && !breaks) {
    return update({ taskDefinition: likeable(family) })
  }
  if (service.schedulingStrategy === "DAEMON") {
    // The port may be another service's on an instance.
    return family === "port" && primary.rolloutState !== "FAILED" ? update({ taskDefinition: "plain" }) : undefined
  }
  const needsHosts = family === "port" || service.placementConstraints.length > 0
  if (needsHosts && service.desiredCount > 1) return update({ desiredCount: 1 })
  const lower = Math.ceil((service.desiredCount * min) / 100)
  const upper = Math.floor((service.desiredCount * max) / 100)
  if (lower >= upper && service.desiredCount > 0) {
    return update({ deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 200 } })
  }
  return undefined
}

const tidy = (world: World): void => {
  const ours = new Set(world.hosts.flatMap((host) => (host.gone ? [] : (host.instanceArn ?? []))))
  const todo = world.view((view) => [
    ...[...view.containerInstances.all()].flatMap(({ arn, clusterArn, status, pool }) => {
      if (status === "INACTIVE" || pool) return []
      const cluster = clusterArn
      if (!ours.has(arn)) {
        return [() => world.call("DeregisterContainerInstance", { cluster, containerInstance: arn, force: true })]
      }
      if (status !== "DRAINING") return []
      const change = { cluster, containerInstances: [arn], status: "ACTIVE" as const }
      return [() => world.call("UpdateContainerInstancesState", change)]
    }),
    ...[...view.services.all()].flatMap((service) => helpService(world, view, service) ?? []),
    // Tasks of no service may hold a host port for ever.
    ...[...view.tasks.all()].flatMap((task) =>
      task.serviceArn === undefined && task.desiredStatus === "RUNNING" && task.taskDefinitionArn.includes("/port:")
        ? [() => world.call("StopTask", { cluster: task.clusterArn, task: task.arn })]
        : [],
    ),
  ])
  for (const one of todo ?? []) one()
}

/** Whether an instance could take one more task of a family. */
const hasRoom = (tasks: readonly TaskRow[], instance: ContainerInstanceRow, family: string | undefined): boolean => {
  const free = (name: string, of: (task: TaskRow) => number) =>
    (instance.registeredResources.find((one) => one.name === name)?.integerValue ?? 0) -
    tasks
      .filter((task) => task.containerInstanceArn === instance.arn && task.lastStatus !== "STOPPED")
      .reduce((sum, task) => sum + of(task), 0)
  const needs = family === "big" ? 4 : 1
  return free("CPU", cpuOf) >= 128 * needs && free("MEMORY", memoryOf) >= 64 * needs
}

/** Every task set has its tasks and is steady, and those that were deleted are gone. */
const restlessSets = (view: View, service: ServiceRow, tasks: readonly TaskRow[]): readonly string[] => {
  const sets = view.taskSets.by("service", service.arn)
  const live = tasks.filter((task) => task.serviceArn === service.arn && task.lastStatus !== "STOPPED")
  const strays = live.filter((task) => !sets.some(({ id }) => id === task.startedBy))
  return [
    ...strays.map(({ id }) => `task ${id} is of no task set`),
    ...sets.flatMap((set) => {
      if (set.status === "DRAINING") return [`${set.arn} is not gone`]
      const own = live.filter((task) => task.startedBy === set.id).length
      const wanted = computedCount(service, set)
      return own === wanted && set.stabilityStatus === "STEADY_STATE"
        ? []
        : [`${set.arn} has ${own} of ${wanted} tasks and is ${set.stabilityStatus}`]
    }),
  ]
}

/** Whether no zone has two tasks more than another one. Only of services whose tasks find room in every zone. */
const isBalanced = (view: View, service: ServiceRow, primary: DeploymentRow, tasks: readonly TaskRow[]): boolean => {
  if (service.availabilityZoneRebalancing !== "ENABLED" || service.placementConstraints.length > 0) return true
  // Nothing can be moved where no task more than wished for may be started.
  const most = Math.floor((service.desiredCount * (service.deploymentConfiguration.maximumPercent ?? 200)) / 100)
  if (most <= service.desiredCount) return true
  const revision = view.serviceRevisions.get(primary.revisionArn)
  const own = (revision?.networkConfiguration?.awsvpcConfiguration?.subnets ?? []).length
  const counts = zones
    .slice(own === 0 ? 0 : zones.length - own)
    .map((zone) => tasks.filter((task) => task.availabilityZone === zone).length)
  return service.rebalancing?.state !== "moving" && Math.max(...counts) - Math.min(...counts) <= 1
}

/** What is not at rest, in words. */
const restless = (world: World): readonly string[] => {
  const running = new Set(world.hosts.flatMap((host) => host.running()))
  return (
    world.view((view) => {
      const tasks = [...view.tasks.all()]
      const unlike = tasks.flatMap((task) => {
        const { lastStatus, desiredStatus, id } = task
        if (lastStatus === "STOPPED") return running.has(task.arn) ? [`task ${id} is STOPPED and runs`] : []
        if (lastStatus !== "RUNNING" || desiredStatus !== "RUNNING")
          return [`task ${id} is ${lastStatus} → ${desiredStatus}`]
        return running.has(task.arn) ? [] : [`task ${id} is RUNNING and nothing runs`]
      })
      const unknown = [...running].filter((arn) => !view.tasks.has(arn)).map((arn) => `${arn} runs and has no record`)
      const services = [...view.services.all()].flatMap((service) => {
        if (service.status === "INACTIVE") return []
        if (service.status === "ACTIVE" && service.deploymentController === "EXTERNAL")
          return restlessSets(view, service, tasks)
        const primary = primaryOf(view, service)
        const name = `${service.name} (${service.status}, ${primary?.rolloutState}, ${primary && familyOf(view, primary)})`
        if (service.status === "DRAINING") return [`${name} is not gone`]
        const live = tasks.filter((task) => task.serviceArn === service.arn && task.lastStatus !== "STOPPED")
        if (primary?.rolloutState === "FAILED") return []
        const own = live.filter((task) => task.startedBy === primary?.id)
        if (service.schedulingStrategy === "DAEMON") {
          // An instance that has no room for it goes without, and then the deployment is never complete.
          const has = new Set(own.map((task) => task.containerInstanceArn))
          const without = view.containerInstances
            .by("cluster", service.clusterArn)
            .filter((i) => i.status === "ACTIVE" && !has.has(i.arn))
          const lacking = without.filter((instance) => hasRoom(tasks, instance, primary && familyOf(view, primary)))
          if (lacking.length > 0 || live.length > own.length)
            return [`${name} is missing on ${lacking.length} instances`]
          return without.length === 0 && primary?.rolloutState !== "COMPLETED" ? [`${name} is not complete`] : []
        }
        if (primary?.rolloutState !== "COMPLETED") return [`${name} is not complete: ${live.length} tasks`]
        if (own.length !== service.desiredCount || live.length > own.length)
          return [`${name} has ${own.length} of ${service.desiredCount} tasks, ${live.length} in all`]
        return isBalanced(view, service, primary, own) ? [] : [`${name} is not balanced over its zones`]
      })
      const away = [...view.containerInstances.all()].flatMap(({ arn, status, session }) =>
        status === "INACTIVE" || session.connected ? [] : [`${arn} is there and not connected`],
      )
      return [...unlike, ...unknown, ...away, ...services, ...stray(view)]
    }) ?? ["the control plane is dead"]
  )
}

/** Interfaces of tasks that are over. */
const stray = (view: View): readonly string[] =>
  [...view.networkInterfaces.all()].flatMap(({ id, taskArn }) => {
    if (taskArn === undefined) return []
    const task = view.tasks.get(taskArn)
    return task === undefined || task.lastStatus === "STOPPED" ? [`${id} is given to ${taskArn}, which is over`] : []
  })

/** See the head of the file. */
export const comeToRest = async (world: World): Promise<void> => {
  await mend(world)
  const inUse = world.view((view) => new Set([...view.services.all()].map((service) => service.clusterArn)))
  for (const cluster of ["default", "other"]) {
    if (![...(inUse ?? [])].some((arn) => arn.endsWith(`/${cluster}`))) continue
    for (let i = 0; i < spare; i += 1) {
      const name = `spare-${cluster}-${i}`
      world.host({ name, cluster, zone: zones[i] ?? zones[0], cpu: 8192, memory: 8192 }).boot()
    }
  }
  const since = world.clock.now()
  let left: readonly string[] = []
  for (let round = 0; world.clock.now() - since < patience && !world.finding; round += 1) {
    await world.pass(Math.min(60_000, 10_000 + round * 10_000))
    tidy(world)
    await world.pass(0)
    left = restless(world)
    if (left.length === 0) break
  }
  world.check("everything comes to rest", left.length === 0, () => left.join("; "))
  if (world.finding) return
  await askAll(world)
  compareWithDisk(world)
}
