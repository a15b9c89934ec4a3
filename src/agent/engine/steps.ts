// Carrying out one step of a plan with the driver. Each answers what has become known; a failure that is final is an
// answer too. What is thrown may be tried again. Which step is next is not decided here.

import { type Clock, delay, errorFields, type Log } from "../../kernel/index.ts"
import type { AcsContainer } from "../../protocol/index.ts"
import { type ContainerDriver, type ContainerState, DriverError, type ImageInfo } from "../driver.ts"
import { type ContainerSnapshot, type EngineHooks, ExecutionFailure, type TaskSnapshot } from "../types.ts"
import { readPlace } from "./attachment.ts"
import { compileContainer, compilePause } from "./compile.ts"
import { taskId } from "./names.ts"
import type { TaskNetworks } from "./networks.ts"
import type { Resolvers, TaskEngineOptions } from "./options.ts"
import { type FoundPorts, publication, rangesOf } from "./ports.ts"
import { PullFailure, type Pulls } from "./pulls.ts"
import { failureReason, pullReason, StepTimeout, type Transition } from "./reasons.ts"
import { referenceOf, resolvedBefore } from "./resolved-images.ts"
import type { ReadySandbox, Sandboxes } from "./sandboxes.ts"
import { makeVolumes } from "./volumes.ts"

export interface StepContext {
  readonly driver: ContainerDriver
  readonly clock: Clock
  readonly log: Log
  readonly options: TaskEngineOptions
  readonly pulls: Pulls
  readonly networks: TaskNetworks
  readonly sandboxes: Sandboxes
  readonly hooks: EngineHooks
  readonly resolvers: Resolvers
  readonly hostCpus: () => Promise<number>
}

/** Docker is given as long as by ECS's agent before a call counts as lost. */
const patience = { created: 240_000, running: 180_000, stopped: 120_000 } as const

/** Whether the container says itself which of Docker's networks it is on: then the engine's own bridge is not needed. */
const namesNetwork = ({ dockerConfig }: AcsContainer): boolean =>
  (JSON.parse(dockerConfig.hostConfig) as { NetworkMode?: string }).NetworkMode !== undefined

/** Cgroup, volumes and networks: all that the first container needs. Throws what stops the task. */
export const prepare = async (
  { driver, networks, options }: StepContext,
  task: TaskSnapshot,
  signal: AbortSignal,
): Promise<NonNullable<TaskSnapshot["prepared"]>> => {
  const { definition, arn } = task
  const group =
    definition.cpu || definition.memory
      ? { ...(definition.cpu && { cpu: definition.cpu }), ...(definition.memory && { memoryMiB: definition.memory }) }
      : undefined
  const place = readPlace(definition)
  const awsvpc = definition.networkMode === "awsvpc"
  if (awsvpc && place.network === undefined)
    throw new Error("the control plane did not say which network the task belongs to")
  const bridge =
    (definition.networkMode ?? "bridge") === "bridge" && (definition.containers ?? []).some((one) => !namesNetwork(one))
  // Docker would start such a container without any network, and say nothing.
  if (bridge && !(await driver.hasDefaultBridge()))
    throw new Error(
      "the container engine of this host has no default bridge network, which the network mode bridge needs",
    )
  const [cgroupParent, network, link] = await Promise.all([
    group && driver.createGroup(taskId(arn), group),
    awsvpc && place.network !== undefined ? networks.vpc(place.network, signal) : undefined,
    awsvpc ? networks.link(signal) : undefined,
    makeVolumes({ driver, options }, task),
  ])
  return {
    ...(cgroupParent !== undefined && { cgroupParent }),
    ...(network && { network: { id: network.id, ...(network.gateway !== undefined && { gateway: network.gateway }) } }),
    ...(link && { linkNetworkId: link.id }),
  }
}

/** What a pull came to. */
export type Pulled =
  | { readonly image: ImageInfo }
  | { readonly reason: string }
  /** The login for the registry cannot be had: no part of the task is to run. */
  | { readonly failure: ExecutionFailure }

export const pull = async (
  { driver, pulls, resolvers, log }: StepContext,
  task: TaskSnapshot,
  container: ContainerSnapshot,
  signal: AbortSignal,
): Promise<Pulled> => {
  const { image: reference, environment } = container.definition
  if (container.definition.registryAuthentication && !resolvers.registryAuth) {
    log.warn("No login for the registry can be had here; pulling without one", { task: task.arn, image: reference })
  }
  try {
    const resolved = await resolvedBefore(driver, task, container)
    if (resolved) return { image: resolved }
    const auth = await resolvers.registryAuth?.(task, container, signal)
    const request = { reference, signal, ...(auth !== undefined && { auth }), ...(environment && { environment }) }
    return { image: await pulls(request) }
  } catch (error) {
    if (isOutage(error)) throw error
    if (error instanceof ExecutionFailure) return refusedLogin(task, container, error)
    const attempts = error instanceof PullFailure ? error.attempts : 1
    return { reason: pullReason(task, reference, attempts, error instanceof PullFailure ? error.cause : error) }
  }
}

/** On an instance it is the pull that fails for want of ECR's login; every other login is the business of the task. */
const refusedLogin = (task: TaskSnapshot, { definition }: ContainerSnapshot, failure: ExecutionFailure): Pulled =>
  task.definition.launchType !== "FARGATE" && definition.registryAuthentication?.type === "ecr"
    ? { reason: failure.message }
    : { failure }

/** In front of what Fargate says when something of the definition cannot be fetched. */
const noSecrets = "ResourceInitializationError: unable to pull secrets or registry auth"

/** What making a container came to. */
export type Made =
  | {
      readonly id: string
      readonly state?: ContainerState
      /** A pause container that is networked already. */
      readonly ready?: ReadySandbox
    }
  | { readonly reason: string }

export const create = async (
  context: StepContext,
  task: TaskSnapshot,
  container: ContainerSnapshot,
  image: ImageInfo | undefined,
): Promise<Made> => {
  const { driver, options, resolvers, hostCpus } = context
  try {
    if (container.type === "CNI_PAUSE") return await createPause(context, task, container)
    if (container.type === "NAMESPACE_PAUSE") return await createOnce(context, compilePause(task, container))
    context.hooks.beforeCreateContainer?.(task, container)
    const { secrets = [], environmentFiles = [] } = container.definition
    if (environmentFiles.length > 0) throw new Error(`${noSecrets}: environment files are not supported by this host`)
    if (secrets.length > 0 && !resolvers.secrets)
      throw new Error(`${noSecrets}: secrets are not supported by this host`)
    const values = secrets.length > 0 ? await resolvers.secrets?.(task, container) : undefined
    const known = image ?? (await driver.image(container.definition.image))
    const spec = compileContainer(task, container, {
      image: await referenceOf(driver, task, container),
      agentUri: options.agentUri ?? "http://169.254.170.2",
      region: options.region,
      imageVariables: known?.variables ?? [],
      ...(task.prepared?.cgroupParent === undefined && { hostCpus: await hostCpus() }),
      ...(values && { secrets: values.environment, logSecrets: values.logOptions }),
      ports: await findPorts(driver, task, container),
      ...(options.hostRoot !== undefined && { hostRoot: options.hostRoot }),
      ...(options.engineSocket !== undefined && { engineSocket: options.engineSocket }),
      ...(options.openFiles !== undefined && { openFiles: options.openFiles }),
    })
    return await createOnce(context, spec)
  } catch (error) {
    if (isOutage(error)) throw error
    if (isNoNetwork(error)) context.networks.forget()
    return { reason: failureReason(task, "create", error) }
  }
}

/** Host ports for the container's port ranges. In awsvpc and host mode there is nothing to find. */
const findPorts = async (
  driver: ContainerDriver,
  task: TaskSnapshot,
  { definition }: ContainerSnapshot,
): Promise<FoundPorts> => {
  const found = new Map<string, number>()
  if ((task.definition.networkMode ?? "bridge") !== "bridge") return found
  for (const { key, count, protocol } of rangesOf(definition)) found.set(key, await driver.freePorts(count, protocol))
  return found
}

/** A container of this name may be there already: made just before a restart, and not yet noted. */
const createOnce = async (
  { driver, clock }: StepContext,
  spec: Parameters<ContainerDriver["create"]>[0],
): Promise<{ id: string; state?: ContainerState }> => {
  try {
    return { id: await within(clock, "created", patience.created, driver.create(spec)) }
  } catch (error) {
    const known =
      error instanceof DriverError && error.code === "conflict" ? await driver.inspect(spec.name) : undefined
    if (!known) throw error
    return { id: known.id, state: known }
  }
}

/** Docker's words, of the engine, its proxy and Docker Desktop, for a port that somebody has. */
const portTaken =
  /port is already allocated|ports are not available|(userland proxy|host port|listen (tcp|udp)).*address already in use/i

/**
 * The network's container. Where ports are published it is started here, because only a start says whether they are free:
 * the same numbers are tried first, and where one of them is taken Docker chooses.
 */
const createPause = async (context: StepContext, task: TaskSnapshot, pause: ContainerSnapshot): Promise<Made> => {
  const { driver, options } = context
  const ready = await takePrepared(context, task, pause)
  if (ready) return { id: ready.state.id, ready }
  const definitions = task.containers.filter((one) => one.type === "NORMAL").map((one) => one.definition)
  const published = (same: boolean) =>
    options.publish === undefined ? undefined : publication(definitions, { address: options.publish, same })
  if (!published(true)) return createOnce(context, compilePause(task, pause))
  const made = await createOnce(context, compilePause(task, pause, published(true)))
  // Found instead of made, and it runs: its ports are what they are.
  if (made.state?.status === "running") return made
  const started = await startWhenFree(context, task, { ...pause, runtimeId: made.id })
  if ("state" in started) return { id: made.id, ...(started.state && { state: started.state }) }
  if (!portTaken.test(started.reason)) return started
  await driver.remove(made.id)
  return createOnce(context, compilePause(task, pause, published(false)))
}

const takePrepared = async (
  { sandboxes, log }: StepContext,
  task: TaskSnapshot,
  pause: ContainerSnapshot,
): Promise<ReadySandbox | undefined> => {
  const [networkInterface] = task.definition.elasticNetworkInterfaces ?? []
  const { network } = readPlace(task.definition)
  if (!networkInterface || network === undefined || pause.runtimeName === undefined) return undefined
  try {
    return await sandboxes.take(networkInterface, network, pause.runtimeName)
  } catch (error) {
    if (isOutage(error)) throw error
    log.warn("A prepared sandbox could not be used", { task: task.arn, ...errorFields(error) })
    return undefined
  }
}

/** What a start came to: how the container is now, undefined when it is gone. */
export type Started = { readonly state: ContainerState | undefined } | { readonly reason: string }

export const start = async (
  context: StepContext,
  task: TaskSnapshot,
  container: ContainerSnapshot,
): Promise<Started> => {
  const { driver, clock, hooks } = context
  const id = container.runtimeId ?? ""
  try {
    if (container.type === "NORMAL" && container.startedAt === undefined)
      await hooks.beforeStartContainer?.(task, container)
    await within(clock, "running", patience.running, driver.start(id))
    return { state: await driver.inspect(id) }
  } catch (error) {
    if (isOutage(error)) throw error
    // A start that comes through after we gave up must not leave a container running that nobody knows of.
    if (error instanceof StepTimeout) void driver.kill(id).catch(() => {})
    return { reason: failureReason(task, "start", error) }
  }
}

/** The pause container with its network: how it is now, and whether its link port is apart from the others'. */
export type Networked = { readonly state: ContainerState; readonly isolated: boolean } | { readonly reason: string }

export const network = async (
  context: StepContext,
  task: TaskSnapshot,
  pause: ContainerSnapshot,
): Promise<Networked> => {
  const { driver, networks } = context
  const id = pause.runtimeId ?? ""
  const linkId = task.prepared?.linkNetworkId
  try {
    if (linkId !== undefined) await driver.connect(linkId, id)
    const started = await startWhenFree(context, task, pause)
    if ("reason" in started) return started
    if (started.state?.status !== "running")
      return { reason: failureReason(task, "start", new Error("the pause container ended at once")) }
    const isolated = linkId !== undefined && (await driver.isolate(linkId, started.state))
    return { state: started.state, isolated }
  } catch (error) {
    if (isOutage(error)) throw error
    if (isNoNetwork(error)) networks.forget()
    return { reason: failureReason(task, "start", error) }
  }
}

/** Docker gives a stopped task's address back a moment after it said that its container ended. */
const addressPatience = 10_000
const addressPause = 100

const startWhenFree = async (context: StepContext, task: TaskSnapshot, pause: ContainerSnapshot): Promise<Started> => {
  const until = context.clock.now() + addressPatience
  for (;;) {
    const started = await start(context, task, pause)
    const taken =
      "reason" in started && /address already in use/i.test(started.reason) && !portTaken.test(started.reason)
    if (!taken || context.clock.now() >= until) return started
    await delay(context.clock, addressPause)
  }
}

/** Stops a container; answers how it is afterwards. */
export const stop = async (
  { driver, clock, options }: StepContext,
  container: ContainerSnapshot,
): Promise<ContainerState | undefined> => {
  const id = container.runtimeId ?? ""
  const seconds = container.definition.stopTimeout ?? options.stopTimeoutSeconds ?? 30
  // It holds nothing that could be lost.
  if (container.type !== "NORMAL") await within(clock, "stopped", patience.stopped, driver.kill(id))
  else await within(clock, "stopped", patience.stopped + seconds * 1000, driver.stop(id, seconds))
  return driver.inspect(id)
}

/** The engine cannot be reached: nothing is known, and the step is tried again. */
export const isOutage = (error: unknown): boolean => error instanceof DriverError && error.code === "unavailable"

const isNoNetwork = (error: unknown): boolean =>
  error instanceof DriverError && /network .*not found/i.test(error.message)

const within = async <T>(clock: Clock, transition: Transition, ms: number, work: Promise<T>): Promise<T> => {
  let cancel = () => {}
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.at(clock.now() + ms, () => reject(new StepTimeout(transition, ms)))
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    cancel()
  }
}
