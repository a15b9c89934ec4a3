// Services that stay at what was asked for: tasks are started, replaced and stopped until it is true.
export { serviceController } from "./reconcile.ts"
