// After how many failed tasks the circuit breaker opens. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html, aws-behaviour.md 2.4
import type { ServiceRow } from "../../../state/index.ts"

type Breaker = ServiceRow["deploymentConfiguration"]["deploymentCircuitBreaker"]

const least = 3
const most = 200

/** After how many failed tasks a deployment has failed. The live desired count decides. */
export const breakerThreshold = (breaker: Breaker, desired: number): number => {
  const { type = "BOUNDED_PERCENT", value = 50 } = breaker?.thresholdConfiguration ?? {}
  switch (type) {
    case "COUNT":
      return value
    case "UNBOUNDED_PERCENT":
      return Math.max(1, Math.ceil((value / 100) * desired))
    default:
      return Math.min(most, Math.max(least, Math.ceil((value / 100) * desired)))
  }
}
