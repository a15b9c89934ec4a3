// The settings of a service that do not deploy: counts, percentages, placement, propagation. Checked and filled with
// ECS's defaults. What tasks are started with is in revision.ts.
// Texts marked [probed] were recorded at the real API by badmintoncryer/cdk-preflight, rules/ecs (September 2026).
import type { DeploymentConfiguration, PlacementStrategy } from "@aws-sdk/client-ecs"
import type { Frozen, ServiceRow } from "../../../state/index.ts"
import { checkOneOf, invalidParameter, notYet } from "../faults.ts"
import { present } from "../shape.ts"
import { strategyOf } from "./shift/strategy.ts"

type Strategy = ServiceRow["schedulingStrategy"]
type Configuration = Frozen<DeploymentConfiguration>

const isWhole = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most

const checkPercentages = (minimum: number, maximum: number, strategy: Strategy): void => {
  if (!isWhole(minimum, 0, 2 ** 31 - 1)) throw invalidParameter("minimumHealthyPercent must be at least 0") // from memory
  if (minimum > 100) throw invalidParameter("minimumHealthyPercent must be at most 100") // [probed]
  if (!isWhole(maximum, 100, 2 ** 31 - 1)) throw invalidParameter("maximumPercent must be at least 100") // from memory
  if (strategy === "DAEMON" && maximum > 100) {
    // [probed]
    throw invalidParameter(
      "The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again",
    )
  }
  if (minimum === 100 && maximum === 100) {
    // [probed]
    throw invalidParameter(
      "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
    )
  }
}

const checkBreaker = (breaker: Configuration["deploymentCircuitBreaker"], strategy: Strategy): void => {
  const threshold = breaker?.thresholdConfiguration
  checkOneOf("thresholdConfiguration.type", threshold?.type, ["BOUNDED_PERCENT", "UNBOUNDED_PERCENT", "COUNT"])
  if (threshold && !isWhole(threshold.value ?? 0, 1, threshold.type === "COUNT" ? 2 ** 31 - 1 : 100)) {
    throw invalidParameter("thresholdConfiguration.value is not valid for its type.") // text from memory
  }
  if (breaker?.enable && strategy === "DAEMON" && breaker.rollback === undefined) {
    throw invalidParameter("deploymentCircuitBreaker.rollback must be specified.") // text from memory
  }
}

/**
 * The deployment configuration with what `given` changes in it: REPLICA begins at 200/100, DAEMON at 100/0
 * (aws-behaviour.md 1.9). Throws InvalidParameterException.
 */
export const deploymentConfigurationOf = (
  given: Configuration | undefined,
  strategy: Strategy,
  known: Configuration = {},
): Configuration => {
  if (given?.alarms?.enable || given?.alarms?.alarmNames?.length) throw notYet("deployment alarms")
  if (given?.earlySuccessCriteria?.enable) throw notYet("earlySuccessCriteria of deployments")
  const defaults =
    strategy === "DAEMON"
      ? { maximumPercent: 100, minimumHealthyPercent: 0 }
      : { maximumPercent: 200, minimumHealthyPercent: 100 }
  const {
    strategy: _strategy,
    linearConfiguration: _linear,
    canaryConfiguration: _canary,
    lifecycleHooks: _hooks,
    ...kept
  } = known
  const merged = {
    deploymentCircuitBreaker: { enable: false, rollback: false },
    ...defaults,
    ...kept,
    ...present({
      deploymentCircuitBreaker: given?.deploymentCircuitBreaker,
      maximumPercent: given?.maximumPercent,
      minimumHealthyPercent: given?.minimumHealthyPercent,
    }),
    ...strategyOf(given, strategy, known),
  }
  checkPercentages(merged.minimumHealthyPercent ?? 100, merged.maximumPercent ?? 200, strategy)
  checkBreaker(merged.deploymentCircuitBreaker, strategy)
  return merged
}

/** Checks a wish for a number of tasks. Throws InvalidParameterException. */
export const checkDesiredCount = (count: number | undefined, strategy: Strategy): void => {
  if (strategy === "DAEMON") {
    if (count === undefined) return
    // [probed]: any value, 0 too
    throw invalidParameter(
      "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again",
    )
  }
  if (count !== undefined && !isWhole(count, 0, 10_000)) {
    throw invalidParameter("desiredCount must be between 0 and 10000.") // text from memory
  }
}

/** Seconds for which failed health checks of a new task do not count. */
export const checkGracePeriod = (seconds: number | undefined): void => {
  if (seconds !== undefined && !isWhole(seconds, 0, 2 ** 31 - 1)) {
    throw invalidParameter("healthCheckGracePeriodSeconds must be between 0 and 2147483647.") // text from memory
  }
}

/** A daemon is where an instance is. */
export const checkDaemonStrategies = (
  given: readonly Frozen<PlacementStrategy>[] | undefined,
  strategy: Strategy,
): void => {
  if (strategy === "DAEMON" && given?.length) {
    // [probed] pf-ecs-svc-daemon-with-placement-strategies
    throw invalidParameter(
      "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again",
    )
  }
}

/** Strategies as ECS shows them: the field `host` is called `instanceId`. */
export const echoStrategies = (given: readonly Frozen<PlacementStrategy>[]): ServiceRow["placementStrategy"] =>
  given.map(({ type, field }) => present({ type, field: field === "host" ? "instanceId" : field }))
