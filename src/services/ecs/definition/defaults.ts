// What ECS fills into a task definition when it registers it: the body that Describe answers and agents are given.
// Runs after the checks.

import { present } from "../shape.ts"
import type { ContainerBody, Definition, PortBody } from "./definition.ts"
import { parseCpu, parseMemory } from "./task-size.ts"

const fillPort = (mapping: PortBody, networkMode: string): PortBody => {
  const protocol = mapping.protocol === "udp" ? "udp" : "tcp"
  if (mapping.containerPortRange !== undefined) return { ...mapping, protocol }
  const isShared = networkMode === "awsvpc" || networkMode === "host"
  const hostPort = isShared ? mapping.containerPort : (mapping.hostPort ?? 0)
  return { ...mapping, hostPort, protocol }
}

const fillHealthCheck = (check: NonNullable<ContainerBody["healthCheck"]>): ContainerBody["healthCheck"] => ({
  ...check,
  interval: check.interval ?? 30,
  timeout: check.timeout ?? 5,
  retries: check.retries ?? 3,
})

const fillContainer = (container: ContainerBody, networkMode: string): ContainerBody => ({
  ...present(container),
  cpu: container.cpu ?? 0,
  essential: container.essential ?? true,
  environment: container.environment ?? [],
  mountPoints: container.mountPoints ?? [],
  volumesFrom: container.volumesFrom ?? [],
  systemControls: container.systemControls ?? [],
  portMappings: (container.portMappings ?? []).map((mapping) => fillPort(mapping, networkMode)),
  ...(container.healthCheck ? { healthCheck: fillHealthCheck(container.healthCheck) } : {}),
})

/** The definition with ECS's defaults. Sizes become plain numbers (`1 vCPU` → `1024`). */
export const fillDefaults = (definition: Definition): Definition => ({
  ...definition,
  ...(definition.cpu === undefined ? {} : { cpu: String(parseCpu(definition.cpu) ?? definition.cpu) }),
  ...(definition.memory === undefined ? {} : { memory: String(parseMemory(definition.memory) ?? definition.memory) }),
  containerDefinitions: (definition.containerDefinitions ?? []).map((container) =>
    fillContainer(container, definition.networkMode ?? "bridge"),
  ),
  volumes: definition.volumes ?? [],
  placementConstraints: definition.placementConstraints ?? [],
})
