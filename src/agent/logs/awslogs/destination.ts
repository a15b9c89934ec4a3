// Where the lines of a container with the awslogs driver go: from the log options of its task definition. Pure.
import { parseArn } from "../../../kernel/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../../types.ts"

export interface Destination {
  /**
   * The group as an ARN. The agent's key belongs to a machine that runs tasks of many accounts and regions, so that a
   * bare name would not say whose group it is; the logs service takes ARNs from machines.
   */
  readonly group: string
  /** Undefined until the container has an id, if the stream is named after it. */
  readonly stream: string | undefined
  readonly createGroup: boolean
}

/** The destination of a container, or undefined when its options name no group. */
export const destinationOf = (task: TaskSnapshot, container: ContainerSnapshot): Destination | undefined => {
  const options = container.logOptions ?? {}
  const group = options["awslogs-group"]
  const arn = parseArn(task.arn)
  if (!group || !arn) return undefined
  const region = options["awslogs-region"] || arn.region
  const prefix = options["awslogs-stream-prefix"]
  return {
    group: `arn:aws:logs:${region}:${arn.account}:log-group:${group}`,
    // Without a prefix, which Fargate demands and EC2 does not, Docker's own name for it: the container's id.
    stream:
      options["awslogs-stream"] ||
      (prefix ? `${prefix}/${container.name}/${taskId(arn.resource)}` : container.runtimeId),
    createGroup: options["awslogs-create-group"] === "true",
  }
}

/** `task/<cluster>/<id>`, and of old `task/<id>`. */
const taskId = (resource: string): string => resource.slice(resource.lastIndexOf("/") + 1)
