// Lifecycle hooks of a deployment that wait for a caller: where they are, and what was answered or their time says. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html
import type { DeploymentConfiguration, DeploymentLifecycleHookAction } from "@aws-sdk/client-ecs"
import type { Frozen, LifecycleHook, ShiftStage } from "../../../state/index.ts"
import { shiftTexts } from "./texts.ts"

/** What became of a hook; with `failure` the deployment fails of it. */
export interface Answer {
  readonly status: LifecycleHook["status"]
  readonly failure?: string
}

export const isWaiting = (hook: LifecycleHook): boolean => hook.status === "AWAITING_ACTION"

/** The places of the hooks that pause a deployment at a stage. */
export const pausesAt = (
  hooks: Frozen<DeploymentConfiguration>["lifecycleHooks"],
  stage: ShiftStage,
): readonly number[] =>
  (hooks ?? []).flatMap((hook, i) =>
    hook.targetType === "PAUSE" && hook.lifecycleStages?.some((one) => one === stage) ? [i] : [],
  )

/** The answer to a hook that waits, if there is one by now. */
export const answerTo = (
  hook: LifecycleHook,
  answers: Readonly<Record<string, DeploymentLifecycleHookAction>> | undefined,
  now: number,
): Answer | undefined => {
  const given = answers?.[hook.id]
  if (given === "ROLLBACK") return { status: "FAILED", failure: shiftTexts.hookRolledBack(hook.stage) }
  if (given === "CONTINUE") return { status: "SUCCEEDED" }
  if (now < hook.expiresAt) return undefined
  return hook.timeoutAction === "CONTINUE"
    ? { status: "TIMED_OUT" }
    : { status: "TIMED_OUT", failure: shiftTexts.hookTimedOut(hook.stage) }
}
