// What the agent does as the execution role of a task: secrets and registry logins.
export { createExecution, type Execution } from "./execution.ts"
export type { ClientAs } from "./ports.ts"
