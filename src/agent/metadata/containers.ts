// A container as task metadata shows it, in the member order of the agent's own answers. Pure.
import { logStreamOf } from "../logs/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { networksOf, portsOf } from "./networks.ts"
import { at, rfc3339Nano } from "./times.ts"

/** Fewer CPU shares than Docker's least are set to it. */
const leastShares = 2

/** The answer for one container, for each version of the endpoint. */
export const containerAnswer = (task: TaskSnapshot, container: ContainerSnapshot, version: 2 | 3 | 4): object => {
  const ports = portsOf(container, version)
  const networks = networksOf(task, container, version)
  const health = healthOf(container)
  const volumes = container.mounts.map((mount) => ({
    ...(mount.name !== undefined && { DockerName: mount.name }),
    Source: mount.source,
    Destination: mount.destination,
  }))
  return {
    DockerId: container.runtimeId ?? "",
    Name: container.name,
    DockerName: container.runtimeName ?? "",
    Image: container.definition.image,
    ImageID: container.imageId ?? "",
    ...(ports && { Ports: ports }),
    Labels: theirs(container.labels),
    DesiredStatus: container.desired,
    KnownStatus:
      container.type === "CNI_PAUSE" && container.known === "RUNNING" ? "RESOURCES_PROVISIONED" : container.known,
    ...(container.exitCode !== undefined && { ExitCode: container.exitCode }),
    Limits: {
      CPU: Math.max(leastShares, container.definition.cpu),
      ...(container.definition.memory > 0 && { Memory: container.definition.memory }),
    },
    ...at("CreatedAt", container.createdAt),
    ...at("StartedAt", container.startedAt),
    ...at("FinishedAt", container.finishedAt),
    Type: container.type,
    ...(version < 4 && { Networks: networks }),
    ...(health && { Health: health }),
    ...(volumes.length > 0 && { Volumes: volumes }),
    ...(version === 4 && {
      ...(container.logDriver !== undefined && { LogDriver: container.logDriver }),
      ...logOptionsOf(task, container),
      ...(container.definition.containerArn && { ContainerARN: container.definition.containerArn }),
      Networks: networks,
      ...(container.definition.restartPolicy?.enabled && { RestartCount: container.restartCount ?? 0 }),
    }),
  }
}

// The labels by which we find our own things say nothing to the task.
const theirs = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith("io.roadstead.")))

const healthOf = ({ health }: ContainerSnapshot): object | undefined =>
  health && {
    status: health.status,
    statusSince: rfc3339Nano(health.since),
    ...(health.exitCode !== undefined && health.exitCode !== 0 && { exitCode: health.exitCode }),
    ...(health.output !== undefined && { output: health.output }),
  }

// awslogs shows the stream that was made out of its prefix.
const logOptionsOf = (task: TaskSnapshot, container: ContainerSnapshot): object => {
  const options = container.logOptions ?? {}
  if (Object.keys(options).length === 0) return {}
  const stream = container.logDriver === "awslogs" ? logStreamOf(task, container) : undefined
  if (stream === undefined) return { LogOptions: options }
  const { "awslogs-stream-prefix": _, ...rest } = options
  return { LogOptions: { ...rest, "awslogs-stream": stream } }
}
