// Container logs: from Docker's files to where the task definition wants them.
export { createLogs, type Logs, type LogsOptions } from "./logs.ts"
