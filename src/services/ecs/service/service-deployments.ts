// Service deployments and service revisions: the history of what a service was to run. Source: aws-behaviour.md 2.12.
import type {
  DeploymentConfiguration,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceRevision,
  ServiceRevisionSummary,
} from "@aws-sdk/client-ecs"
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { DeploymentRow, Frozen, ServiceRevisionRow, ServiceRow, View } from "../../../state/index.ts"
import { checkOneOf, invalidParameter } from "../faults.ts"
import { cut, nextToken, pageOf } from "../pages.ts"
import { activeCluster, type Looking } from "../resolve.ts"
import { platformVersionOf } from "../run-task/platform.ts"
import { date, present, thaw } from "../shape.ts"
import { countsByDeployment, noCounts } from "./counts.ts"
import { isRemembered } from "./deploy.ts"
import { knownService } from "./find.ts"
import { balancersOut } from "./load-balancers.ts"
import { digestsOf } from "./pinned-images.ts"
import { hookDetails, resolvedConfiguration, stageOf, trafficOf, wantedDeployments } from "./shift/describe.ts"
import { shownSettings } from "./shown-settings.ts"
import { breakerThreshold } from "./threshold.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html */
const mostDescribed = 20

const statuses = [
  ...["PENDING", "SUCCESSFUL", "STOPPED", "STOP_REQUESTED", "IN_PROGRESS", "ROLLBACK_REQUESTED"],
  ...["ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"],
]

const missing = (arn: string) => ({ arn, reason: "MISSING" })

const summary = (view: View, service: ServiceRow, row: DeploymentRow, revisionArn: string): ServiceRevisionSummary => {
  const counts = countsByDeployment(view, service.arn)
  const of = view.deployments.by("service", service.arn).filter((d) => d.revisionArn === revisionArn)
  const { running, pending } = of.reduce(
    (sum, d) => {
      const own = counts.get(d.id) ?? noCounts
      return { running: sum.running + own.running, pending: sum.pending + own.pending }
    },
    { running: 0, pending: 0 },
  )
  const wanted = wantedDeployments(view, service)
  const blue = row.shift?.blue === undefined ? undefined : view.deployments.get(`${service.arn} ${row.shift.blue}`)
  return {
    arn: revisionArn,
    requestedTaskCount: of.some((d) => wanted.has(d.id)) ? service.desiredCount : 0,
    runningTaskCount: running,
    pendingTaskCount: pending,
    ...trafficOf(row, revisionArn, blue?.revisionArn),
  }
}

const breakerOf = (service: ServiceRow, row: DeploymentRow): ServiceDeployment["deploymentCircuitBreaker"] => {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker
  return {
    status: !breaker?.enable
      ? "DISABLED"
      : row.rolloutState === "FAILED"
        ? "TRIGGERED"
        : row.status === "IN_PROGRESS"
          ? "MONITORING"
          : "MONITORING_COMPLETE",
    failureCount: row.failedTasks,
    threshold: breakerThreshold(breaker, service.desiredCount),
  }
}

const describe = (view: View, service: ServiceRow, row: DeploymentRow): ServiceDeployment =>
  present<ServiceDeployment>({
    serviceDeploymentArn: row.arn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    createdAt: date(row.createdAt),
    startedAt: date(row.startedAt),
    finishedAt: date(row.finishedAt),
    stoppedAt: date(row.stoppedAt),
    updatedAt: date(row.updatedAt),
    sourceServiceRevisions: row.sourceRevisionArns.map((arn) => summary(view, service, row, arn)),
    targetServiceRevision: summary(view, service, row, row.revisionArn),
    status: row.status,
    statusReason: row.statusReason,
    deploymentConfiguration: thaw<DeploymentConfiguration>(
      (row.configuration ?? service.deploymentConfiguration) as Frozen<DeploymentConfiguration>,
    ),
    lifecycleStage: stageOf(row),
    lifecycleHookDetails: hookDetails(row),
    rollback: row.rollback && {
      reason: row.rollback.reason,
      startedAt: new Date(row.rollback.startedAt),
      serviceRevisionArn: row.rollback.revisionArn,
    },
    deploymentCircuitBreaker: breakerOf(service, row),
    alarms: { status: "DISABLED" },
  })

/** The service and the deployment that an ARN names, or undefined. */
const find = ({ tx: view, scope, now }: Looking & { now: number }, arn: string) => {
  const row = view.deployments.first("arn", arn)
  const service = row && view.services.get(row.serviceArn)
  return row && service && isRemembered(row, now) && row.account === scope.account && row.region === scope.region
    ? { row, service }
    : undefined
}

const checkList = (what: string, arns: readonly string[] | undefined): readonly string[] => {
  if (!arns?.length) throw invalidParameter(`${what} can not be empty.`) // text from memory
  if (arns.length > mostDescribed) throw invalidParameter(`${what} can not have more than ${mostDescribed} elements.`) // from memory
  return [...new Set(arns)]
}

/** Describes up to 20 service deployments by their ARNs. */
export const DescribeServiceDeployments: ReadOp<"ecs", "DescribeServiceDeployments"> = (cx, input) => {
  const serviceDeployments: ServiceDeployment[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const arn of checkList("serviceDeploymentArns", input.serviceDeploymentArns)) {
    const found = find(cx, arn)
    if (found) serviceDeployments.push(describe(cx.tx, found.service, found.row))
    else failures.push(missing(arn))
  }
  return { serviceDeployments, failures }
}

/** The deployments of a service, the newest first; by status and time of creation when asked. */
export const ListServiceDeployments: ReadOp<"ecs", "ListServiceDeployments"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const service = knownService(cx, cluster, input.service ?? "")
  for (const status of input.status ?? []) checkOneOf("status", status, statuses)
  const { after, before } = input.createdAt ?? {}
  const found = cx.tx.deployments
    .by("service", service.arn)
    .filter(
      (row) =>
        isRemembered(row, cx.now) &&
        (!input.status?.length || input.status.includes(row.status)) &&
        (!after || row.createdAt > after.getTime()) &&
        (!before || row.createdAt < before.getTime()),
    )
    .map((row) => ({ row, key: `${String(row.createdAt).padStart(16, "0")} ${row.id}` }))
    .sort((a, b) => (a.key < b.key ? 1 : -1))
  const list = `ListServiceDeployments ${service.arn} ${(input.status ?? []).join()} ${after?.getTime() ?? ""} ${before?.getTime() ?? ""}`
  const page = cut(found, ({ key }) => key, pageOf(list, { ...input, maxResults: input.maxResults ?? 20 }), "DESC")
  const brief = (row: DeploymentRow): ServiceDeploymentBrief =>
    present<ServiceDeploymentBrief>({
      serviceDeploymentArn: row.arn,
      serviceArn: service.arn,
      clusterArn: service.clusterArn,
      startedAt: date(row.startedAt),
      createdAt: date(row.createdAt),
      finishedAt: date(row.finishedAt),
      targetServiceRevisionArn: row.revisionArn,
      status: row.status,
      statusReason: row.statusReason,
    })
  return { serviceDeployments: page.rows.map(({ row }) => brief(row)), ...nextToken(list, page.next) }
}

/** A revision shows the platform version that its tasks get. */
const settingsOf = (view: View, revision: ServiceRevisionRow) => {
  const shown = shownSettings(view, revision)
  const { platformVersion } = shown
  return platformVersion === undefined ? shown : { ...shown, platformVersion: platformVersionOf(platformVersion) }
}

/** Describes up to 20 service revisions by their ARNs. */
export const DescribeServiceRevisions: ReadOp<"ecs", "DescribeServiceRevisions"> = (cx, input) => {
  const serviceRevisions: ServiceRevision[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const arn of checkList("serviceRevisionArns", input.serviceRevisionArns)) {
    const row = cx.tx.serviceRevisions.get(arn)
    const service = row && cx.tx.services.get(row.serviceArn)
    if (!row || !service || row.account !== cx.scope.account || row.region !== cx.scope.region) {
      failures.push(missing(arn))
      continue
    }
    const definition = cx.tx.taskDefinitions.get(row.taskDefinitionArn)?.definition
    const digests = digestsOf(cx.tx, row)
    serviceRevisions.push(
      present<ServiceRevision>({
        serviceRevisionArn: row.arn,
        serviceArn: service.arn,
        clusterArn: service.clusterArn,
        ...settingsOf(cx.tx, row),
        loadBalancers: balancersOut(row.loadBalancers),
        serviceRegistries: [],
        resolvedConfiguration: resolvedConfiguration(row),
        containerImages: definition?.containerDefinitions?.map(({ name, image }) =>
          present({ containerName: name, image, imageDigest: digests[name ?? ""] }),
        ),
        guardDutyEnabled: false,
        createdAt: date(row.createdAt),
      }),
    )
  }
  return { serviceRevisions, failures }
}

/** Ends a deployment that is under way by going back to the last one that completed. Only ROLLBACK exists today. */
export const StopServiceDeployment: Op<"ecs", "StopServiceDeployment"> = (cx, input) => {
  checkOneOf("stopType", input.stopType, ["ABORT", "ROLLBACK"])
  if (input.stopType === "ABORT") throw invalidParameter("The stopType ABORT is not supported.") // text from memory
  const arn = input.serviceDeploymentArn ?? ""
  const found = find(cx, arn)
  if (!found) throw fault("ServiceDeploymentNotFoundException", "The specified service deployment was not found.") // from memory
  const { row } = found
  if (row.status !== "IN_PROGRESS" && row.status !== "PENDING") {
    throw fault("ConflictException", `The service deployment is in status ${row.status} and can not be stopped.`) // from memory
  }
  cx.tx.deployments.patch(`${row.serviceArn} ${row.id}`, {
    status: "ROLLBACK_REQUESTED",
    statusReason: "Service deployment stopped by user.", // text from memory
    updatedAt: cx.now,
  })
  return { serviceDeploymentArn: arn }
}
