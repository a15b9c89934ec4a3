// Load balancers: from their records to addresses in their subnets, and from what proxies report to their status.
export { loadBalancerController } from "./reconcile.ts"
