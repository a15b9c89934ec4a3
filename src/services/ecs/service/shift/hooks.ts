// Lifecycle hooks of deployments: which are taken. A PAUSE waits for ContinueServiceDeployment; functions are refused, for
// there is no AWS Lambda here and a hook that is never asked would be a check that nobody makes.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html and troubleshooting-blue-green
import type { DeploymentLifecycleHook } from "@aws-sdk/client-ecs"
import type { Frozen } from "../../../../state/index.ts"
import { invalidParameter, notYet } from "../../faults.ts"

type Hook = Frozen<DeploymentLifecycleHook>

const stages = [
  ...["RECONCILE_SERVICE", "PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT"],
  ...["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"],
]
const pauses = new Set([
  ...["PRE_SCALE_UP", "POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"],
  ...["PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"],
])

/** 14 days. */
const longestPause = 20_160
/** When a pause says nothing: a day. */
export const usualPause = 1440

const checkHook = (hook: Hook): void => {
  const type: string = hook.targetType ?? "AWS_LAMBDA"
  if (type !== "AWS_LAMBDA" && type !== "PAUSE") {
    throw invalidParameter("Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE")
  }
  if (!hook.lifecycleStages?.length) {
    throw invalidParameter("lifecycleStages can not be empty for a deployment lifecycle hook.") // text from memory
  }
  for (const stage of hook.lifecycleStages) {
    if (!stages.includes(stage)) throw invalidParameter(`Invalid lifecycle stage: ${stage}.`) // text from memory
    if (type === "PAUSE" && !pauses.has(stage))
      throw invalidParameter("Invalid lifecycle stage provided for Pause Hook")
  }
  if (type === "AWS_LAMBDA") {
    if (!hook.hookTargetArn) throw invalidParameter("hookTargetArn must be specified for an AWS_LAMBDA hook.") // text from memory
    throw invalidParameter(
      `The lifecycle hook target ${hook.hookTargetArn} cannot be invoked: Roadstead has no AWS Lambda. Use hooks of targetType PAUSE and ContinueServiceDeployment.`,
    )
  }
  const { timeoutInMinutes: minutes = usualPause, action } = hook.timeoutConfiguration ?? {}
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > longestPause) {
    throw invalidParameter(`timeoutInMinutes must be between 1 and ${longestPause}.`) // text from memory
  }
  if (action !== undefined && action !== "CONTINUE" && action !== "ROLLBACK") {
    throw invalidParameter("timeoutConfiguration.action should be one of [CONTINUE,ROLLBACK]") // text from memory
  }
}

/** The hooks of a service; an empty list takes those away that it had. Throws InvalidParameterException. */
export const hooksOf = (
  given: readonly Hook[] | undefined,
  strategy: string,
  known: readonly Hook[] | undefined,
): readonly Hook[] | undefined => {
  for (const hook of given ?? []) checkHook(hook)
  if (strategy === "ROLLING") {
    if (given?.length) throw notYet("lifecycle hooks of rolling deployments")
    return undefined
  }
  const hooks = given ?? known
  return hooks?.length ? hooks : undefined
}
