// The sessions of the roles of tasks: renewed while the task runs, over when it is.
export { taskCredentialsController } from "./reconcile.ts"
