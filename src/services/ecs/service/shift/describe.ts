// How the shift of a deployment's traffic shows in the API: stage, weights, counts and hooks. Reads only.
import type { DeploymentLifecycleHookDetail, ServiceDeployment, ServiceRevision } from "@aws-sdk/client-ecs"
import type { DeploymentRow, ServiceRevisionRow, ServiceRow, View } from "../../../../state/index.ts"
import { date, present } from "../../shape.ts"
import { productionOf } from "./production.ts"
import { balancersOf } from "./target-groups.ts"

const isUnderWay = ({ shift }: DeploymentRow): boolean => shift !== undefined && !shift.over

/** Deployments all of whose tasks are wanted: the primary one, and while traffic is shifted the one that it comes from. */
export const wantedDeployments = (view: View, service: ServiceRow): ReadonlySet<string | undefined> => {
  const isShifting = view.deployments.by("shown", service.arn).some(isUnderWay)
  return new Set([service.primary, ...(isShifting ? [productionOf(view, service)?.id] : [])])
}

/** What is requested of the traffic for the revision of a deployment, its own or one of its sources. */
export const trafficOf = (
  { shift, configuration, revisionArn: target }: DeploymentRow,
  revisionArn: string,
  blueRevisionArn: string | undefined,
) => {
  if (!shift || configuration?.strategy === "ROLLING") return {}
  const isTarget = revisionArn === target
  const rest = revisionArn === blueRevisionArn ? 100 : 0
  return {
    requestedTestTrafficWeight: isTarget ? shift.test : Math.max(0, rest - shift.test),
    requestedProductionTrafficWeight: isTarget ? shift.production : Math.max(0, rest - shift.production),
  }
}

/** Stages are shown while a deployment, or its rollback, is under way. */
export const stageOf = (row: DeploymentRow): ServiceDeployment["lifecycleStage"] => {
  if (row.shift && !row.shift.over) {
    // The API's page names one stage more than the type does.
    return row.finishedAt === undefined ? (row.shift.stage as ServiceDeployment["lifecycleStage"]) : undefined
  }
  if (row.status !== "IN_PROGRESS") return undefined
  if (row.shift && row.configuration?.strategy !== "ROLLING") return "CLEAN_UP"
  // A rolling deployment scales up, bakes when it is told to, and is over.
  return row.bakingSince === undefined ? "SCALE_UP" : "BAKE_TIME"
}

/** The hooks of a deployment that have been reached. */
export const hookDetails = (row: DeploymentRow): DeploymentLifecycleHookDetail[] | undefined =>
  row.shift?.hooks?.map((hook) =>
    present({
      hookId: hook.id,
      targetType: "PAUSE" as const,
      status: hook.status,
      expiresAt: date(hook.expiresAt),
      timeoutAction: hook.timeoutAction,
    }),
  )

/** The target groups that tasks of a revision are in, with the rules that send them production traffic. */
export const resolvedConfiguration = (revision: ServiceRevisionRow): ServiceRevision["resolvedConfiguration"] => {
  const loadBalancers = balancersOf(revision).flatMap(({ targetGroupArn }, i) => {
    const { productionListenerRule } = revision.loadBalancers?.[i]?.advancedConfiguration ?? {}
    return targetGroupArn === undefined ? [] : [present({ targetGroupArn, productionListenerRule })]
  })
  return loadBalancers.length > 0 ? { loadBalancers } : undefined
}
