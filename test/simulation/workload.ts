// What callers do: one random operation for each step, on what there is at that moment. Each with what must be on disk
// once it was answered.
import type { Input } from "../../src/gate/index.ts"
import type { ContainerInstanceRow, ServiceRow, TaskRow } from "../../src/state/index.ts"
import type { Roll } from "../fuzz/roll.ts"
import { type Action, anyGround, clusters, family, kept, lastPart, onDisk } from "./actions.ts"
import { someBalancers } from "./balancing.ts"
import { type Ground, zones } from "./definitions.ts"
import { networkOf, subnets } from "./fargate.ts"
import { shiftActions } from "./shift-actions.ts"
import { taskSetActions } from "./task-sets.ts"
import type { World } from "./world.ts"

type Configuration = NonNullable<Input<"ecs", "CreateService">["deploymentConfiguration"]>
type Strategies = NonNullable<Input<"ecs", "CreateService">["placementStrategy"]>

/** One, two or three zones. */
const network = (dice: Roll) => networkOf(subnets.slice(dice.below(3)))
const spot = [
  { capacityProvider: "FARGATE", base: 1, weight: 1 },
  { capacityProvider: "FARGATE_SPOT", weight: 2 },
]
/** Where tasks of a service or of RunTask run. */
const capacity = (dice: Roll, ground: Ground) => {
  if (ground !== "fargate") {
    // Instances are in any zone.
    return { launchType: "EC2" as const, ...(ground === "interfaces" && { networkConfiguration: networkOf(subnets) }) }
  }
  return {
    ...(dice.once(3) ? { capacityProviderStrategy: spot } : { launchType: "FARGATE" as const }),
    networkConfiguration: network(dice),
  }
}

const percentages = (dice: Roll, daemon: boolean): Configuration => {
  const breaker = dice.once(2) && { deploymentCircuitBreaker: { enable: true, rollback: dice.once(2) } }
  if (daemon) return { minimumHealthyPercent: dice.pick([0, 0, 50]), maximumPercent: 100, ...breaker }
  const [minimumHealthyPercent, maximumPercent] = dice.pick([
    [100, 200],
    [50, 100],
    [0, 100],
    [50, 150],
    [100, 150],
    [0, 200],
    [34, 134],
    [75, 125],
  ] as const)
  return { minimumHealthyPercent, maximumPercent, ...breaker }
}

const strategies = (dice: Roll): Strategies =>
  dice.pick<Strategies>([
    [],
    [{ type: "spread", field: "attribute:ecs.availability-zone" }],
    [
      { type: "spread", field: "attribute:ecs.availability-zone" },
      { type: "binpack", field: "memory" },
    ],
    [{ type: "random" }],
    [{ type: "spread", field: "instanceId" }],
  ])

const services = (world: World): readonly ServiceRow[] =>
  world.view((view) => [...view.services.all()].filter((service) => service.status === "ACTIVE")) ?? []
const tasks = (world: World): readonly TaskRow[] =>
  world.view((view) => [...view.tasks.all()].filter((task) => task.lastStatus !== "STOPPED")) ?? []
/** Nothing else may have a grace period, but for what is behind load balancers. */
const hasHealthCheck = (taskDefinition: string): boolean => /checked|sick/.test(taskDefinition)

const createService: Action = (world, dice) => {
  const cluster = dice.pick(clusters)
  const ground = anyGround(dice, 4)
  const onFargate = ground === "fargate"
  const daemon = !onFargate && dice.once(4)
  const serviceName = `s${dice.below(4)}`
  const taskDefinition = family(dice, ground)
  const desiredCount = dice.below(6)
  world.tell(`CreateService ${cluster}/${serviceName} of ${taskDefinition}, ${daemon ? "a daemon" : desiredCount}`)
  world.call(
    "CreateService",
    {
      cluster,
      serviceName,
      taskDefinition,
      ...capacity(dice, ground),
      ...(daemon ? { schedulingStrategy: "DAEMON" } : { desiredCount }),
      ...(!daemon && !onFargate && { placementStrategy: strategies(dice) }),
      ...(dice.once(4) && !daemon && !onFargate && { placementConstraints: [{ type: "distinctInstance" }] }),
      deploymentConfiguration: percentages(dice, daemon),
      ...(dice.once(4) && hasHealthCheck(taskDefinition) && { healthCheckGracePeriodSeconds: 30 }),
      ...(ground !== "instances" && { loadBalancers: someBalancers(dice) }),
    },
    ({ service }) => {
      const arn = service?.serviceArn ?? ""
      kept(world, `CreateService ${serviceName}`, onDisk(world, "services", arn) !== undefined)
    },
  )
}

const updateService: Action = (world, dice) => {
  const list = services(world)
  if (list.length === 0) return createService(world, dice)
  const service = dice.pick(list)
  if (service.deploymentController === "EXTERNAL") return scale(world, dice, service)
  const daemon = service.schedulingStrategy === "DAEMON"
  const ground = groundOf(world, service)
  const balance = !daemon && dice.once(5)
  const input: Input<"ecs", "UpdateService"> = {
    cluster: service.clusterArn,
    service: service.name,
    ...(!daemon && dice.once(2) && { desiredCount: dice.below(6) }),
    ...(dice.once(2) && { taskDefinition: family(dice, ground) }),
    ...(ground === "fargate" && dice.once(4) && { networkConfiguration: network(dice) }),
    ...(balance && { availabilityZoneRebalancing: dice.pick(["ENABLED", "DISABLED"] as const) }),
    ...(dice.once(5) && { forceNewDeployment: true }),
    ...(dice.once(4) && { deploymentConfiguration: percentages(dice, daemon) }),
    // Those that shift traffic keep the groups that are theirs.
    ...(ground !== "instances" && !/^g/.test(service.name) && dice.once(4) && { loadBalancers: someBalancers(dice) }),
  }
  const { cluster: _c, service: _s, ...change } = input
  world.tell(`UpdateService ${service.name} ${JSON.stringify(change)}`)
  const asked = world.requests
  world.call("UpdateService", input, () => {
    // Later calls may have changed it again.
    if (input.desiredCount === undefined || world.requests !== asked + 1) return
    const row = onDisk<ServiceRow>(world, "services", service.arn)
    kept(world, `UpdateService ${service.name}`, row?.desiredCount === input.desiredCount || row?.status !== "ACTIVE")
  })
}

const groundOf = (world: World, { arn, primary }: ServiceRow): Ground =>
  world.view((view) => {
    const deployment = view.deployments.get(`${arn} ${primary}`)
    const revision = view.serviceRevisions.get(deployment?.revisionArn ?? "")
    if (!revision?.networkConfiguration) return "instances"
    return revision.launchType === "EC2" ? "interfaces" : "fargate"
  }) ?? "instances"

/** What a service whose deployments are others' affair can be told: how many tasks in all. */
const scale = (world: World, dice: Roll, { clusterArn, name }: ServiceRow): void => {
  const desiredCount = dice.below(6)
  world.tell(`UpdateService ${name} ${desiredCount}`)
  world.call("UpdateService", { cluster: clusterArn, service: name, desiredCount })
}

const deleteService: Action = (world, dice) => {
  const list = services(world)
  if (list.length === 0) return
  const service = dice.pick(list)
  const force = dice.once(2)
  world.tell(`DeleteService ${service.name}${force ? " by force" : ""}`)
  world.call("DeleteService", { cluster: service.clusterArn, service: service.name, force }, () => {
    const row = onDisk<ServiceRow>(world, "services", service.arn)
    kept(world, `DeleteService ${service.name}`, row?.status !== "ACTIVE" || row.createdAt !== service.createdAt)
  })
}

const runTask: Action = (world, dice) => {
  const ground = anyGround(dice, 3)
  const taskDefinition = family(dice, ground)
  const count = 1 + dice.below(3)
  const startedBy = `run-${world.requests}`
  const input: Input<"ecs", "RunTask"> = {
    cluster: dice.pick(clusters),
    taskDefinition,
    count,
    ...capacity(dice, ground),
    startedBy,
    ...(dice.once(2) && { clientToken: startedBy }),
  }
  world.tell(`RunTask ${count} of ${taskDefinition} as ${startedBy}`)
  const answered = ({ tasks: run = [] }: { tasks?: { taskArn?: string | undefined }[] | undefined }) => {
    for (const { taskArn } of run) {
      kept(world, `RunTask ${startedBy}`, onDisk(world, "tasks", taskArn ?? "") !== undefined)
    }
    const all = world.view((view) => [...view.tasks.all()].filter((task) => task.startedBy === startedBy).length) ?? 0
    world.check("RunTask starts no more than it was asked for", all <= count, () => `${startedBy}: ${all} tasks`)
  }
  world.call("RunTask", input, answered)
  // A caller that hears nothing asks again, with the same token.
  if (input.clientToken && dice.once(3)) {
    world.clock.at(world.clock.now() + dice.below(20_000), () => world.call("RunTask", input, answered))
  }
}

const stopTask: Action = (world, dice) => {
  const list = tasks(world)
  if (list.length === 0) return
  const task = dice.pick(list)
  world.tell(`StopTask ${task.id}`)
  world.call("StopTask", { cluster: task.clusterArn, task: task.arn }, () => {
    const row = onDisk<TaskRow>(world, "tasks", task.arn)
    kept(world, `StopTask ${task.id}`, row === undefined || row.desiredStatus === "STOPPED")
  })
}

/** The hosts of the pool are nobody's. */
const instancesOf = (world: World): readonly ContainerInstanceRow[] =>
  world.view((view) => [...view.containerInstances.all()].filter(({ pool }) => !pool)) ?? []

const startTask: Action = (world, dice) => {
  const instances = instancesOf(world)
  if (instances.length === 0) return
  const instance = dice.pick(instances)
  world.tell(`StartTask on ${lastPart(instance.arn)}`)
  world.call("StartTask", {
    cluster: instance.clusterArn,
    ...(dice.once(4)
      ? { taskDefinition: family(dice, "interfaces"), networkConfiguration: networkOf(subnets) }
      : { taskDefinition: family(dice) }),
    containerInstances: [instance.arn],
  })
}

const protect: Action = (world, dice) => {
  const list = tasks(world).filter((task) => task.serviceArn !== undefined)
  if (list.length === 0) return
  const task = dice.pick(list)
  const protectionEnabled = !dice.once(4)
  world.tell(`UpdateTaskProtection ${task.id} ${protectionEnabled}`)
  world.call("UpdateTaskProtection", {
    cluster: task.clusterArn,
    tasks: [task.arn],
    protectionEnabled,
    ...(protectionEnabled && { expiresInMinutes: 1 + dice.below(20) }),
  })
}

const drain: Action = (world, dice) => {
  const instances = instancesOf(world).filter((i) => i.status !== "INACTIVE")
  if (instances.length === 0) return
  const instance = dice.pick(instances)
  const status = instance.status === "ACTIVE" && dice.once(2) ? "DRAINING" : "ACTIVE"
  world.tell(`UpdateContainerInstancesState ${lastPart(instance.arn)} ${status}`)
  world.call("UpdateContainerInstancesState", {
    cluster: instance.clusterArn,
    containerInstances: [instance.arn],
    status,
  })
}

const deregister: Action = (world, dice) => {
  const instances = instancesOf(world).filter((i) => i.status !== "INACTIVE")
  if (instances.length === 0) return
  const instance = dice.pick(instances)
  const force = !dice.once(3)
  world.tell(`DeregisterContainerInstance ${lastPart(instance.arn)}${force ? " by force" : ""}`)
  world.call("DeregisterContainerInstance", {
    cluster: instance.clusterArn,
    containerInstance: instance.arn,
    force,
  })
}

export const newHost: Action = (world, dice) => {
  if (world.hosts.filter((host) => !host.gone && !host.options.pool).length >= 7) return
  const name = `h${world.hosts.length}`
  const cluster = world.hosts.length < 5 || !dice.once(4) ? "default" : "other"
  const host = world.host({ name, cluster, zone: dice.pick(zones), cpu: 1024, memory: dice.pick([512, 1024]) })
  world.tell(`${name} starts in ${host.options.cluster}, ${host.options.zone}`)
  host.boot()
}

const stopDeployment: Action = (world, dice) => {
  const list = world.view((view) => [...view.deployments.all()].filter((d) => d.rolloutState === "IN_PROGRESS")) ?? []
  if (list.length === 0) return
  const deployment = dice.pick(list)
  const stopType = dice.pick(["ABORT", "ROLLBACK"] as const)
  world.tell(`StopServiceDeployment ${deployment.id} ${stopType}`)
  world.call("StopServiceDeployment", { serviceDeploymentArn: deployment.arn, stopType })
}

/** Operations with how often each comes. */
const actions: readonly (readonly [Action, number])[] = [
  [createService, 5],
  [updateService, 9],
  [deleteService, 2],
  [runTask, 4],
  [stopTask, 4],
  [startTask, 1],
  [protect, 2],
  [drain, 3],
  [deregister, 1],
  [newHost, 2],
  [stopDeployment, 1],
  ...shiftActions,
  ...taskSetActions,
]
const bag = actions.flatMap(([action, times]) => Array.from({ length: times }, () => action))

/** One operation. */
export const act: Action = (world, dice) => dice.pick(bag)(world, dice)
