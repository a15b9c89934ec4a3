// The order in which a deployment that shifts traffic goes through its stages, and the shares in which traffic is moved. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html, aws-behaviour.md 2.11
import type { DeploymentConfiguration } from "@aws-sdk/client-ecs"
import type { Frozen, ShiftStage } from "../../../state/index.ts"

type Configuration = Frozen<DeploymentConfiguration>

/** "Each lifecycle stage can last up to 24 hours." */
export const longestStage = 24 * 60 * 60_000

/** Percents of production traffic that the green revision has, one after the other. The last one is 100. */
export const sharesOf = (configuration: Configuration): readonly number[] => {
  switch (configuration.strategy) {
    case "LINEAR": {
      const step = configuration.linearConfiguration?.stepPercent ?? 10
      const count = Math.ceil(100 / step - 1e-9)
      // In tenths, as sums of fractions are not exact.
      return Array.from({ length: count }, (_, i) => Math.min(100, Math.round((i + 1) * step * 10) / 10))
    }
    case "CANARY": {
      const canary = configuration.canaryConfiguration?.canaryPercent ?? 5
      return canary < 100 ? [canary, 100] : [100]
    }
    default:
      return [100]
  }
}

/** Milliseconds between one share and the next. */
export const shareBakes = (configuration: Configuration): number => {
  const { strategy, linearConfiguration, canaryConfiguration } = configuration
  const minutes =
    strategy === "LINEAR"
      ? (linearConfiguration?.stepBakeTimeInMinutes ?? 6)
      : strategy === "CANARY"
        ? (canaryConfiguration?.canaryBakeTimeInMinutes ?? 10)
        : 0
  return minutes * 60_000
}

/** The share that follows `production` percent. */
export const nextShare = (configuration: Configuration, production: number): number =>
  sharesOf(configuration).find((share) => share > production) ?? 100

const after: Readonly<Record<ShiftStage, ShiftStage>> = {
  RECONCILE_SERVICE: "PRE_SCALE_UP",
  PRE_SCALE_UP: "SCALE_UP",
  SCALE_UP: "POST_SCALE_UP",
  POST_SCALE_UP: "TEST_TRAFFIC_SHIFT",
  TEST_TRAFFIC_SHIFT: "POST_TEST_TRAFFIC_SHIFT",
  POST_TEST_TRAFFIC_SHIFT: "PRE_PRODUCTION_TRAFFIC_SHIFT",
  PRE_PRODUCTION_TRAFFIC_SHIFT: "PRODUCTION_TRAFFIC_SHIFT",
  PRODUCTION_TRAFFIC_SHIFT: "POST_PRODUCTION_TRAFFIC_SHIFT",
  POST_PRODUCTION_TRAFFIC_SHIFT: "BAKE_TIME",
  BAKE_TIME: "CLEAN_UP",
  CLEAN_UP: "CLEAN_UP",
}

/** The stage that follows. Before each further share of traffic the one before the shift comes again. */
export const stageAfter = (stage: ShiftStage, production: number): ShiftStage =>
  stage === "PRODUCTION_TRAFFIC_SHIFT" && production < 100 ? "PRE_PRODUCTION_TRAFFIC_SHIFT" : after[stage]

/** Whether tasks of the green revision are wanted at a stage. */
export const hasGreen = (stage: ShiftStage): boolean => stage !== "RECONCILE_SERVICE" && stage !== "PRE_SCALE_UP"
