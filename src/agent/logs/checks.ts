// What has to hold of a container's log configuration before it is made and started, and how AWS says that it does not:
// on Fargate the whole task fails before anything is made, on EC2 the container fails where Docker would have refused it.
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { type Destination, destinationOf } from "./awslogs/destination.ts"
import { unsupportedEndpoint } from "./awslogs/endpoints.ts"
import { parseOptions, refusalAtCreation } from "./awslogs/options.ts"
import { CreationRefused, type StreamMaker } from "./awslogs/streams.ts"
import { unknownAction } from "./awslogs/tag.ts"

export interface LogChecks {
  /** Before anything of a task is made. @throws Error whose message is what AWS shows as the task's reason. */
  task(task: TaskSnapshot): Promise<void>
  /** Before a container is made. @throws Error with the container's reason. */
  beforeCreate(task: TaskSnapshot, container: ContainerSnapshot): void
  /** Before a container starts for the first time. @throws Error with the container's reason. */
  beforeStart(task: TaskSnapshot, container: ContainerSnapshot): Promise<void>
}

const isFargate = ({ definition }: TaskSnapshot): boolean => definition.launchType === "FARGATE"

/** A stream whose name is known only when the container has been made. */
const isNamedAfterContainer = ({ logOptions = {} }: ContainerSnapshot): boolean =>
  !logOptions["awslogs-stream"] && !logOptions["awslogs-stream-prefix"]

/** FireLens is a part of its own: a router container, its configuration, and sockets between them. */
const noRouter = "log driver awsfirelens is not supported by this host"

/** `ours` is the API's own address. */
export const logChecks = (makeStream: StreamMaker, ours: string | undefined): LogChecks => {
  const stream = async (destination: Destination | undefined) => {
    if (destination?.stream) await makeStream(destination, destination.stream)
  }
  return {
    task: async (task) => {
      if (!isFargate(task)) return
      for (const container of task.containers) {
        if (container.type !== "NORMAL") continue
        if (container.logDriver === "awsfirelens") throw new Error(`ResourceInitializationError: ${noRouter}`)
        if (container.logDriver !== "awslogs") continue
        const refusal = refusalAtCreation(container.logOptions ?? {}) ?? refusalAtStart(container, ours)
        if (refusal !== undefined) throw new Error(ofFargate(refusal))
        try {
          await stream(destinationOf(task, container))
        } catch (error) {
          if (!(error instanceof CreationRefused)) throw error
          throw new Error(ofFargate(`create stream has been retried 1 times: ${error.message}`), { cause: error })
        }
      }
    },
    beforeCreate: (task, container) => {
      if (isFargate(task)) return
      if (container.logDriver === "awsfirelens") throw new Error(`CannotCreateContainerError: ${noRouter}`)
      const refusal = container.logDriver === "awslogs" ? refusalAtCreation(container.logOptions ?? {}) : undefined
      if (refusal !== undefined) throw new Error(`CannotCreateContainerError: Error response from daemon: ${refusal}`)
    },
    beforeStart: async (task, container) => {
      if (container.logDriver !== "awslogs") return
      if (isFargate(task)) {
        if (!isNamedAfterContainer(container)) return
      } else {
        const refusal = refusalAtStart(container, ours)
        if (refusal !== undefined) throw new Error(ofDocker(refusal))
      }
      try {
        await stream(destinationOf(task, container))
      } catch (error) {
        if (!(error instanceof CreationRefused)) throw error
        throw new Error(ofDocker(error.message), { cause: error })
      }
    },
  }
}

/** What the driver refuses when it is to log: options that look right and are not. */
const refusalAtStart = (container: ContainerSnapshot, ours: string | undefined): string | undefined => {
  const { tag } = container.logOptions ?? {}
  const action = tag && unknownAction(tag)
  if (action) return `log opt 'tag': ${action} is not supported by this host`
  try {
    parseOptions(container.logOptions ?? {})
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return unsupportedEndpoint(container, ours)
}

// As Fargate words it; seen in many reports of users, with the exit status of the helper that checks.
const ofFargate = (text: string): string =>
  `ResourceInitializationError: failed to validate logger args: ${text} : exit status 1`

// As Docker words it to ECS's agent: prakhar1989/docker-curriculum issue 260, and many like it.
const ofDocker = (text: string): string =>
  `CannotStartContainerError: Error response from daemon: failed to initialize logging driver: ${text}`
