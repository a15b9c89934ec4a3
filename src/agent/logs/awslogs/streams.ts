// Makes the log streams of tasks before their containers start, with the texts that AWS gives when that cannot be.
import { type Clock, delay, errorFields, Fault, type Log, pauseAfter } from "../../../kernel/index.ts"
import type { AwsCall, TaskSnapshot } from "../../types.ts"
import { type Destination, destinationOf } from "./destination.ts"

const pauses = { first: 200, factor: 2, max: 5_000 }
/** How often a control plane that answers with a server error is asked again. */
const serverErrors = 5
const transient = new Set([
  "ServiceUnavailableException",
  "ThrottlingException",
  "InternalFailure",
  "OperationAbortedException",
])

/** Makes the stream, and the group if that was asked for. Both may exist already. Rejects with the service's Fault. */
export const createStream = async (
  logs: AwsCall<"logs">,
  { group, createGroup }: Destination,
  stream: string,
): Promise<void> => {
  const make = () =>
    logs("CreateLogStream", { logGroupName: group, logStreamName: stream }).catch(
      ifNot("ResourceAlreadyExistsException"),
    )
  try {
    await make()
  } catch (error) {
    if (!createGroup || !(error instanceof Fault) || error.code !== "ResourceNotFoundException") throw error
    await logs("CreateLogGroup", { logGroupName: group }).catch(ifNot("ResourceAlreadyExistsException"))
    await make()
  }
}

const ifNot = (code: string) => (error: unknown) => {
  if (!(error instanceof Fault && error.code === code)) throw error
}

/** What a task needs of its log streams before it starts. */
export interface StreamMaker {
  /**
   * Makes the streams of every awslogs container of the task. Waits while the control plane cannot be reached.
   * @throws Error whose message is what AWS shows as the task's stoppedReason.
   */
  prepare(task: TaskSnapshot): Promise<void>
}

/** A {@link StreamMaker}; `signal` ends the waiting. */
export const streamMaker = (logs: AwsCall<"logs">, clock: Clock, log: Log, signal: AbortSignal): StreamMaker => {
  const persist = async (destination: Destination, stream: string): Promise<void> => {
    for (let failures = 1; ; failures++) {
      try {
        return await createStream(logs, destination, stream)
      } catch (error) {
        const final = error instanceof Fault && !(transient.has(error.code) && failures < serverErrors)
        if (final || signal.aborted) throw error
        log.warn("A log stream could not be made, trying again", {
          group: destination.group,
          stream,
          ...errorFields(error),
        })
        await delay(clock, pauseAfter(pauses, failures), signal)
      }
    }
  }
  return {
    prepare: async (task) => {
      for (const container of task.containers) {
        if (container.logDriver !== "awslogs" || container.type !== "NORMAL") continue
        const destination = destinationOf(task, container)
        if (!destination)
          throw new Error(
            "ResourceInitializationError: failed to validate logger args: awslogs-group is missing : exit status 1",
          )
        // A stream named after the container is made with its first lines.
        if (!destination.stream) continue
        try {
          await persist(destination, destination.stream)
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          throw new Error(refusal(error), { cause: error })
        }
      }
    },
  }
}

// As Fargate words it; seen in many reports of users, always with one retry and the exit status of the helper.
const refusal = ({ code, message }: Fault): string =>
  `ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ${code}: ${message} : exit status 1`
