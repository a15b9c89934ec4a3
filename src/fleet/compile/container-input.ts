// What one container of a payload is compiled from.
import type { ContainerDefinition } from "@aws-sdk/client-ecs"
import type { Frozen, TaskRow } from "../../state/index.ts"

export interface ContainerInput {
  readonly container: Frozen<ContainerDefinition>
  readonly task: TaskRow
  readonly networkMode?: string
  readonly hasExecutionRole: boolean
  /** Where containers reach the APIs, for agents that are not told otherwise. */
  readonly apiEndpoint?: string
  /** The port of our own registry. */
  readonly registryPort?: number
  /** See LogContext. */
  readonly logsEndpoint?: string | undefined
}
