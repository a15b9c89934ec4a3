// EC2 instances: from their records to wishes for machines, and back.
export { instanceController } from "./reconcile.ts"
