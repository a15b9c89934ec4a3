// How deployments of a service go: the strategy with its shares and bake times, checked and filled with ECS's defaults.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html, aws-behaviour.md 2.11
import type { DeploymentConfiguration } from "@aws-sdk/client-ecs"
import type { Frozen, ServiceRow } from "../../../../state/index.ts"
import { checkOneOf, invalidParameter } from "../../faults.ts"
import { present } from "../../shape.ts"
import { hooksOf } from "./hooks.ts"

type Configuration = Frozen<DeploymentConfiguration>
type Scheduling = ServiceRow["schedulingStrategy"]

/** The members of a configuration that say how traffic is moved. */
export type Strategy = Pick<
  Configuration,
  "strategy" | "bakeTimeInMinutes" | "linearConfiguration" | "canaryConfiguration" | "lifecycleHooks"
>

/** A day: the longest that a deployment may wait at one place. */
const longestBake = 1440

const checkMinutes = (member: string, minutes: number | undefined): void => {
  if (minutes === undefined || (Number.isInteger(minutes) && minutes >= 0 && minutes <= longestBake)) return
  throw invalidParameter(`${member} must be between 0 and ${longestBake}.`) // text from memory
}

const checkPercent = (member: string, percent: number | undefined, least: number): void => {
  if (percent === undefined) return
  const isTenths = Math.abs(percent * 10 - Math.round(percent * 10)) < 1e-6
  if (isTenths && percent >= least && percent <= 100) return
  throw invalidParameter(`${member} must be a multiple of 0.1 between ${least.toFixed(1)} and 100.0.`) // text from memory
}

const checkBelongs = (member: string, value: object | undefined, strategy: string, to: string): void => {
  if (value && strategy !== to) {
    throw invalidParameter(`${member} is only valid when the deployment strategy is ${to}.`) // text from memory
  }
}

/** The strategy with what `given` changes in it. Throws InvalidParameterException. */
export const strategyOf = (
  given: Configuration | undefined,
  scheduling: Scheduling,
  known: Configuration = {},
): Strategy => {
  checkOneOf("deploymentConfiguration.strategy", given?.strategy, ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"])
  const strategy = given?.strategy ?? known.strategy ?? "ROLLING"
  if (strategy !== "ROLLING" && scheduling === "DAEMON") {
    // text from memory
    throw invalidParameter(`The daemon scheduling strategy does not support the ${strategy} deployment strategy.`)
  }
  const { linearConfiguration: linear, canaryConfiguration: canary } = given ?? {}
  checkBelongs("linearConfiguration", linear, strategy, "LINEAR")
  checkBelongs("canaryConfiguration", canary, strategy, "CANARY")
  checkPercent("linearConfiguration.stepPercent", linear?.stepPercent, 3)
  checkPercent("canaryConfiguration.canaryPercent", canary?.canaryPercent, 0.1)
  checkMinutes("linearConfiguration.stepBakeTimeInMinutes", linear?.stepBakeTimeInMinutes)
  checkMinutes("canaryConfiguration.canaryBakeTimeInMinutes", canary?.canaryBakeTimeInMinutes)
  checkMinutes("bakeTimeInMinutes", given?.bakeTimeInMinutes)
  const lifecycleHooks = hooksOf(given?.lifecycleHooks, strategy, known.lifecycleHooks)
  return present({
    strategy,
    // ECS asks for it with BLUE_GREEN; what it says where it is missing is not known, and none is taken as no time.
    bakeTimeInMinutes: given?.bakeTimeInMinutes ?? known.bakeTimeInMinutes ?? 0,
    linearConfiguration:
      strategy === "LINEAR"
        ? { stepPercent: 10, stepBakeTimeInMinutes: 6, ...known.linearConfiguration, ...present(linear ?? {}) }
        : undefined,
    canaryConfiguration:
      strategy === "CANARY"
        ? { canaryPercent: 5, canaryBakeTimeInMinutes: 10, ...known.canaryConfiguration, ...present(canary ?? {}) }
        : undefined,
    lifecycleHooks,
  }) as Strategy
}

/** Whether deployments of this configuration run two revisions in full and move traffic between them. */
export const shiftsTraffic = ({ strategy }: Configuration): boolean => strategy !== undefined && strategy !== "ROLLING"
