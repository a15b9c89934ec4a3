// The life of a task from PROVISIONING to STOPPED.
export { taskController } from "./reconcile.ts"
