// Container logs: from Docker's files to where the task definition wants them.
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { destinationOf } from "./awslogs/destination.ts"

export { accountService, machineService, roleService } from "./awslogs/log-service.ts"
export { createLogs, type Logs, type LogsOptions } from "./logs.ts"

/** The log stream of a container with the awslogs driver, as far as it is known. */
export const logStreamOf = (task: TaskSnapshot, container: ContainerSnapshot): string | undefined =>
  destinationOf(task, container)?.stream
