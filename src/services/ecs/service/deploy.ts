// Beginning a deployment: a row that the service controller pursues, and the service points to as its primary one.
import type { Cx } from "../../../gate/index.ts"
import { formatArn } from "../../../kernel/index.ts"
import type { DeploymentRow, ServiceRevisionRow, ServiceRow } from "../../../state/index.ts"
import { pathOf } from "./revision.ts"
import { deploymentStateChange } from "./service-events.ts"
import { shiftFor } from "./shift/production.ts"

const urlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

/** 21 characters, as ECS names its service deployments: aws-behaviour.md 1.1. */
const deploymentName = (cx: Cx): string =>
  Array.from({ length: 21 }, () => urlSafe[cx.ids.below(urlSafe.length)]).join("")

/** "Service deployment history is kept for 90 days": docs, "View service history using Amazon ECS service deployments". */
export const historyLifetime = 90 * 24 * 60 * 60_000

/** Whether the API still tells of a deployment. */
export const isRemembered = (row: DeploymentRow, now: number): boolean =>
  row.shown || (row.finishedAt ?? row.createdAt) + historyLifetime > now

/** What nobody is told of any more goes with the next deployment. */
const forgetOld = (cx: Cx, service: ServiceRow): void => {
  for (const row of cx.tx.deployments.by("service", service.arn)) {
    if (!isRemembered(row, cx.now)) cx.tx.deployments.delete(`${service.arn} ${row.id}`)
  }
}

/** Makes a revision the one that the service is to run; earlier deployments that are under way are stopped by it. */
export const beginDeployment = (cx: Cx, service: ServiceRow, revision: ServiceRevisionRow): DeploymentRow => {
  forgetOld(cx, service)
  const earlier = cx.tx.deployments.by("shown", service.arn)
  for (const row of earlier) {
    if (row.status !== "IN_PROGRESS" && row.status !== "PENDING") continue
    cx.tx.deployments.patch(`${service.arn} ${row.id}`, {
      status: "STOPPED",
      statusReason: "Service deployment stopped because a new service deployment was started.", // text from memory
      stoppedAt: cx.now,
      finishedAt: cx.now,
      updatedAt: cx.now,
    })
  }
  const shift = shiftFor(cx.tx, service, cx.now)
  const id = `ecs-svc/${cx.ids.digits(19)}`
  const reason = `ECS deployment ${id} in progress.`
  cx.emit(deploymentStateChange(service, "SERVICE_DEPLOYMENT_IN_PROGRESS", id, reason, cx.now))
  const deployment = cx.tx.deployments.insert({
    account: service.account,
    region: service.region,
    id,
    arn: formatArn("ecs", service, `service-deployment/${pathOf(service.arn)}/${deploymentName(cx)}`),
    serviceArn: service.arn,
    revisionArn: revision.arn,
    sourceRevisionArns: [...new Set(earlier.map((row) => row.revisionArn))],
    createdAt: cx.now,
    updatedAt: cx.now,
    shown: true,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: reason,
    status: "IN_PROGRESS",
    startedAt: cx.now,
    completedAt: 0,
    failedTasks: 0,
    hasRun: false,
    configuration: service.deploymentConfiguration,
    ...shift,
  })
  cx.tx.services.patch(service.arn, { primary: id, steadyAt: undefined })
  return deployment
}
