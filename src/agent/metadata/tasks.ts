// A task as task metadata shows it, and the tags that version `WithTags` adds. Pure but for asking ECS for the tags.
import { Fault } from "../../kernel/index.ts"
import { roadsteadAttachmentType } from "../../protocol/index.ts"
import type { AwsCall, TaskSnapshot } from "../types.ts"
import type { MetadataParts } from "./answer.ts"
import { containerAnswer } from "./containers.ts"
import { at } from "./times.ts"

/** What our control plane says about a task beyond ECS's protocol; undefined from another one. */
const attached = (task: TaskSnapshot, name: string): string | undefined =>
  task.definition.attachments
    ?.find((a) => a.attachmentType === roadsteadAttachmentType)
    ?.attachmentProperties.find((p) => p.name === name)?.value || undefined

/** Tags, and what went wrong while asking for them. */
export interface Tags {
  readonly TaskTags?: Readonly<Record<string, string>>
  readonly ContainerInstanceTags?: Readonly<Record<string, string>>
  readonly Errors?: readonly object[]
}

type About = Pick<MetadataParts, "cluster" | "availabilityZone">

/** The answer for a task, for each version of the endpoint. */
export const taskAnswer = (task: TaskSnapshot, about: About, version: 2 | 3 | 4, tags: Tags = {}): object => {
  const { Errors: errors, ...tagMaps } = tags
  const { definition } = task
  const fargate = definition.launchType === "FARGATE"
  // On Fargate the container that holds the network is not the user's to see.
  const shown = task.containers.filter((c) => c.type === "NORMAL" || (!fargate && version > 2))
  const containers = shown.filter((c) => c.runtimeId !== undefined).map((c) => containerAnswer(task, c, version))
  const zone = attached(task, "availabilityZone") ?? about.availabilityZone()
  const vpc = attached(task, "vpcId")
  const limits =
    definition.cpu || definition.memory
      ? {
          Limits: {
            ...(definition.cpu && { CPU: definition.cpu }),
            ...(definition.memory && { Memory: definition.memory }),
          },
        }
      : {}
  const times = {
    ...at("PullStartedAt", task.pullStartedAt),
    ...at("PullStoppedAt", task.pullStoppedAt),
    ...at("ExecutionStoppedAt", task.executionStoppedAt),
  }
  const head = {
    // A host of ours belongs to a pool that the user does not know: the task's own cluster is meant.
    Cluster: attached(task, "clusterArn") ?? (fargate ? (definition.taskClusterArn ?? about.cluster) : about.cluster),
    TaskARN: task.arn,
    Family: definition.family ?? "",
    Revision: definition.version ?? "",
    DesiredStatus: task.desired,
    KnownStatus: task.known,
  }
  if (version < 4)
    return { ...head, Containers: containers, ...limits, ...times, ...(zone && { AvailabilityZone: zone }), ...tagMaps }
  return {
    ...head,
    ...limits,
    ...times,
    ...(zone && { AvailabilityZone: zone }),
    ...tagMaps,
    LaunchType: definition.launchType ?? "EC2",
    Containers: containers,
    ...(vpc && { VPCID: vpc }),
    ...(definition.serviceName && { ServiceName: definition.serviceName }),
    FaultInjectionEnabled: false,
    ...(errors && { Errors: errors }),
  }
}

/** The tags of a task and, but for Fargate, of its container instance. A failure is told in the answer and is no error. */
export const tagsOf = async (
  task: TaskSnapshot,
  ecs: AwsCall<"ecs">,
  containerInstanceArn: string | undefined,
): Promise<Tags> => {
  const errors: object[] = []
  const ask = async (field: "TaskTags" | "ContainerInstanceTags", resourceArn: string) => {
    try {
      const { tags = [] } = await ecs("ListTagsForResource", { resourceArn })
      const map = Object.fromEntries(tags.flatMap((t) => (t.key === undefined ? [] : [[t.key, t.value ?? ""]])))
      return Object.keys(map).length > 0 ? { [field]: map } : {}
    } catch (error) {
      errors.push(tagError(field, resourceArn, error))
      return {}
    }
  }
  const instance =
    containerInstanceArn === undefined || task.definition.launchType === "FARGATE"
      ? {}
      : await ask("ContainerInstanceTags", containerInstanceArn)
  const own = await ask("TaskTags", task.arn)
  return { ...own, ...instance, ...(errors.length > 0 && { Errors: errors }) }
}

const tagError = (field: string, resource: string, error: unknown): object => ({
  ErrorField: field,
  ErrorCode: error instanceof Fault ? error.code : "RequestError",
  ErrorMessage: error instanceof Error ? error.message : String(error),
  ...(error instanceof Fault && error.status !== undefined && { StatusCode: error.status }),
  ResourceARN: resource,
})
