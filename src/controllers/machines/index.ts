// Which machines are wanted.
export { machinesController } from "./reconcile.ts"
