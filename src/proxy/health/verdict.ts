// What one more outcome of a check means for a target: pure. Thresholds, the first success of a new target, and the reasons
// and words of DescribeTargetHealth.
import type { HealthCheckConfiguration, TargetHealthState } from "../../protocol/index.ts"

/** How a check went. `codes`: the answer had a status that does not match. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: "timeout" | "failed" }
  | { readonly ok: false; readonly why: "codes"; readonly code: number }

export interface Verdict {
  readonly state: TargetHealthState
  readonly reason?: string
  readonly description?: string
  /** Outcomes in a row: above 0 good ones, below 0 bad ones. */
  readonly streak: number
}

export const unseen: Verdict = {
  state: "initial",
  reason: "Elb.InitialHealthChecking",
  description: "Initial health checks in progress",
  streak: 0,
}

export const disabled: Verdict = {
  state: "unavailable",
  reason: "Target.HealthCheckDisabled",
  description: "Health checks are disabled",
  streak: 0,
}

type Thresholds = Pick<HealthCheckConfiguration, "healthyThreshold" | "unhealthyThreshold">

export const afterCheck = (
  before: Verdict,
  outcome: Outcome,
  { healthyThreshold, unhealthyThreshold }: Thresholds,
  network: boolean,
): Verdict => {
  if (outcome.ok) {
    const streak = Math.max(0, before.streak) + 1
    // A new target needs one success; the threshold is for those that were unhealthy.
    const healthy = before.state !== "unhealthy" || streak >= healthyThreshold
    return healthy ? { state: "healthy", streak } : { ...before, streak }
  }
  const streak = Math.min(0, before.streak) - 1
  if (before.state !== "unhealthy" && -streak < unhealthyThreshold) return { ...before, streak }
  return { state: "unhealthy", ...words(outcome, network), streak }
}

/** A network load balancer has one reason for all: the table "Health check reason codes" of its guide. */
const words = (outcome: Outcome & { ok: false }, network: boolean): { reason: string; description: string } => {
  if (!network && outcome.why === "codes")
    return {
      reason: "Target.ResponseCodeMismatch",
      description: `Health checks failed with these codes: [${outcome.code}]`,
    }
  if (!network && outcome.why === "timeout") return { reason: "Target.Timeout", description: "Request timed out" }
  return { reason: "Target.FailedHealthChecks", description: "Health checks failed" }
}
