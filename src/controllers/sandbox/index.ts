// Sandboxes that are ready before their tasks are.
export { sandboxController } from "./reconcile.ts"
