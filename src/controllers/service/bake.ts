// Bake time: how long a deployment that has come true is watched before it is complete. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html, aws-behaviour.md 2.5
import type { DeploymentRow, ServiceRow } from "../../state/index.ts"

/** How the bake time of a deployment stands. */
export interface Bake {
  /** Nothing is waited for any more. */
  readonly over: boolean
  /** Since when the deployment bakes, if that is another time than its row says; undefined in it: it does not. */
  readonly since?: { readonly at: number | undefined }
  /** When it will be over. */
  readonly until?: number
}

/** `steady`: everything that the deployment wants is so. When that ceases, the time begins anew with the next time. */
export const bakeOf = (service: ServiceRow, primary: DeploymentRow, steady: boolean, now: number): Bake => {
  const time = (service.deploymentConfiguration.bakeTimeInMinutes ?? 0) * 60_000
  // What came back by a rollback had been baked when it succeeded, and a shift of traffic has a stage for it.
  if (time === 0 || primary.shift?.over || primary.rolloutState !== "IN_PROGRESS" || primary.status === "SUCCESSFUL")
    return { over: true }
  if (!steady) return primary.bakingSince === undefined ? { over: false } : { over: false, since: { at: undefined } }
  const until = (primary.bakingSince ?? now) + time
  if (primary.bakingSince === undefined) return { over: false, since: { at: now }, until }
  return now >= until ? { over: true } : { over: false, until }
}
