// Where the lines of a container with the awslogs driver go: from the log options of its task definition. Pure.
import { parseArn } from "../../../kernel/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../../types.ts"
import { boolOf } from "./options.ts"
import { renderTag } from "./tag.ts"

export interface Destination {
  /** Whose lines they are, and whether they go there as the task's execution role. */
  readonly taskArn: string
  readonly asExecutionRole: boolean
  /** The group's name, and where it is. */
  readonly name: string
  readonly region: string
  readonly account: string
  /** Undefined until the container has an id, if the stream is named after it. */
  readonly stream: string | undefined
  readonly createGroup: boolean
  /** Docker's `awslogs-create-stream`: without it the stream has to be there. */
  readonly createStream: boolean
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
    taskArn: task.arn,
    asExecutionRole: container.definition.logsAuthStrategy === "ExecutionRole",
    name: group,
    region,
    account: arn.account,
    stream:
      options["awslogs-stream"] ||
      (prefix ? `${prefix}/${container.name}/${taskId(arn.resource)}` : renderTag(options.tag, container)),
    createGroup: boolOf(options["awslogs-create-group"] ?? "") ?? false,
    createStream: boolOf(options["awslogs-create-stream"] ?? "") ?? true,
  }
}

/** `task/<cluster>/<id>`, and of old `task/<id>`. */
const taskId = (resource: string): string => resource.slice(resource.lastIndexOf("/") + 1)
