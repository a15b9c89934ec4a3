// Task and container snapshots for tests, with what most of them do not care about filled in.
import type { AcsContainer } from "../../protocol/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"

export const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/default/11111111111111111111111111111111"
export const clusterArn = "arn:aws:ecs:us-east-1:123456789012:cluster/default"

/** A running container; `definition` is filled in too. */
export const aContainer = (
  overrides: Partial<Omit<ContainerSnapshot, "definition">> & { readonly definition?: Partial<AcsContainer> } = {},
): ContainerSnapshot => {
  const { definition, ...rest } = overrides
  const name = rest.name ?? "web"
  return {
    name,
    type: "NORMAL",
    known: "RUNNING",
    desired: "RUNNING",
    metadataId: `id-${name}`,
    runtimeId: `runtime-${name}`,
    runtimeName: `ecs-demo-3-${name}`,
    labels: {},
    mounts: [],
    ...rest,
    definition: {
      name,
      image: "busybox:local",
      cpu: 0,
      memory: 0,
      essential: true,
      dockerConfig: { config: "{}", hostConfig: "{}" },
      ...definition,
    },
  }
}

/** A running task with one container. */
export const aTask = (
  overrides: Partial<Omit<TaskSnapshot, "definition">> & {
    readonly definition?: Partial<TaskSnapshot["definition"]>
  } = {},
): TaskSnapshot => {
  const { definition, ...rest } = overrides
  const arn = rest.arn ?? taskArn
  return {
    arn,
    known: "RUNNING",
    desired: "RUNNING",
    containers: [aContainer()],
    linkAddresses: ["127.0.0.1"],
    ...rest,
    definition: {
      arn,
      taskClusterArn: clusterArn,
      desiredStatus: "RUNNING",
      family: "demo",
      version: "3",
      ...definition,
    },
  }
}
