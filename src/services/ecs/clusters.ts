// Clusters: making, describing, listing and deleting them. The `default` cluster is made by CreateCluster as any other.
import type { CapacityProviderStrategyItem, Cluster, ClusterField, ClusterSetting } from "@aws-sdk/client-ecs"
import { ensureLinkedRole, type Op, type ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { ClusterRow, Frozen, TaskStatus, View } from "../../state/index.ts"
import { settingFor } from "./account-setting-values.ts"
import { clusterArn } from "./arns.ts"
import { capacityStrategy } from "./capacity.ts"
import { clusterProviders } from "./capacity-providers.ts"
import { clusterConfiguration, clusterSettings } from "./cluster-configuration.ts"
import { checkAtMost, checkOneOf, invalidParameter, notYet } from "./faults.ts"
import { nextToken, pageOf } from "./pages.ts"
import { activeCluster, findCluster, isClusterName, namedClusterArn } from "./resolve.ts"
import { primaryOf, revisionOf } from "./service/find.ts"
import { isOnFargate } from "./service/revision.ts"
import { present, thaw } from "./shape.ts"
import { checkTags, tagsOut } from "./tags.ts"

/** What `include` of DescribeClusters may name. */
const fields = ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]

/** The reason of a failure entry for what does not exist. */
const missing = "MISSING"

/** Not RUNNING and not STOPPED: what the console calls pending. */
const pendingStatuses: readonly TaskStatus[] = ["PROVISIONING", "PENDING", "ACTIVATING"]
const leavingStatuses: readonly TaskStatus[] = ["DEACTIVATING", "STOPPING", "DEPROVISIONING"]

const launched = (view: View, cluster: ClusterRow, launchType: string, status: TaskStatus): number =>
  view.tasks.count("launched", `${cluster.arn} ${launchType} ${status}`)

const countIn = (view: View, cluster: ClusterRow, statuses: readonly TaskStatus[]): number =>
  statuses.reduce(
    (sum, status) => sum + launched(view, cluster, "FARGATE", status) + launched(view, cluster, "EC2", status),
    0,
  )

/** `statistics` in the order of the API's page. */
const statistics = (view: View, cluster: ClusterRow): { name: string; value: string }[] => {
  const pending = (launchType: string) =>
    pendingStatuses.reduce((sum, status) => sum + launched(view, cluster, launchType, status), 0)
  const services = (status: "ACTIVE" | "DRAINING", fargate: boolean) =>
    view.services.by("status", `${cluster.arn} ${status}`).filter((service) => {
      const primary = primaryOf(view, service)
      return primary !== undefined && isOnFargate(revisionOf(view, primary)) === fargate
    }).length
  const counts: readonly (readonly [string, number])[] = [
    ["runningEC2TasksCount", launched(view, cluster, "EC2", "RUNNING")],
    ["runningFargateTasksCount", launched(view, cluster, "FARGATE", "RUNNING")],
    ["pendingEC2TasksCount", pending("EC2")],
    ["pendingFargateTasksCount", pending("FARGATE")],
    ["runningExternalTasksCount", 0],
    ["pendingExternalTasksCount", 0],
    ["activeEC2ServiceCount", services("ACTIVE", false)],
    ["activeFargateServiceCount", services("ACTIVE", true)],
    ["drainingEC2ServiceCount", services("DRAINING", false)],
    ["drainingFargateServiceCount", services("DRAINING", true)],
    ["activeExternalServiceCount", 0],
    ["drainingExternalServiceCount", 0],
  ]
  return counts.map(([name, value]) => ({ name, value: String(value) }))
}

/** A cluster as the API answers it. Members that must be asked for come with `include`; empty lists otherwise. */
export const describeCluster = (view: View, row: ClusterRow, include: readonly ClusterField[] = []): Cluster => {
  const asked = new Set(include)
  return present<Cluster>({
    clusterArn: row.arn,
    clusterName: row.name,
    status: row.status,
    registeredContainerInstancesCount: view.containerInstances.count("cluster", row.arn),
    runningTasksCount: countIn(view, row, ["RUNNING"]),
    pendingTasksCount: countIn(view, row, pendingStatuses),
    activeServicesCount: view.services.count("status", `${row.arn} ACTIVE`),
    statistics: asked.has("STATISTICS") ? statistics(view, row) : [],
    tags: asked.has("TAGS") ? tagsOut(row.tags) : [],
    settings: asked.has("SETTINGS") ? thaw<ClusterSetting[]>(row.settings as Frozen<ClusterSetting[]>) : [],
    configuration: asked.has("CONFIGURATIONS") ? row.configuration : undefined,
    capacityProviders: [...row.capacityProviders],
    defaultCapacityProviderStrategy: thaw<CapacityProviderStrategyItem[]>(
      row.defaultCapacityProviderStrategy as Frozen<CapacityProviderStrategyItem[]>,
    ),
    attachments: asked.has("ATTACHMENTS") ? [] : undefined,
  })
}

/** Makes a cluster. An ACTIVE one of the same name is answered unchanged; a deleted one comes back empty. */
export const CreateCluster: Op<"ecs", "CreateCluster"> = (cx, input) => {
  const name = input.clusterName ?? "default"
  if (!isClusterName(name)) throw invalidParameter("Invalid cluster name.") // text from memory
  if (input.serviceConnectDefaults) throw notYet("serviceConnectDefaults of ecs:CreateCluster (service discovery)")
  const tags = checkTags(input.tags)
  const settings = clusterSettings(input.settings, settingFor(cx, "containerInsights"))
  const configuration = clusterConfiguration(input.configuration)
  const providers = clusterProviders(cx.scope, input.capacityProviders)
  const strategy = capacityStrategy(input.defaultCapacityProviderStrategy, providers)
  const arn = clusterArn(cx.scope, name)
  const known = cx.tx.clusters.get(arn)
  if (known?.status !== "ACTIVE") ensureLinkedRole(cx, "ecs.amazonaws.com")
  const row =
    known?.status === "ACTIVE"
      ? known
      : cx.tx.clusters.put({
          arn,
          account: cx.scope.account,
          region: cx.scope.region,
          name,
          status: "ACTIVE",
          createdAt: cx.now,
          settings,
          ...present({ configuration }),
          capacityProviders: providers,
          defaultCapacityProviderStrategy: strategy,
          tags,
        })
  return { cluster: describeCluster(cx.tx, row, ["TAGS", "SETTINGS", "CONFIGURATIONS"]) }
}

/** Describes up to 100 clusters, deleted ones too; `default` when none is named. Unknown ones are failures. */
export const DescribeClusters: ReadOp<"ecs", "DescribeClusters"> = (cx, input) => {
  const references = input.clusters?.length ? input.clusters : ["default"]
  checkAtMost("clusters", references, 100)
  if (references.includes("")) throw invalidParameter("Clusters can not be blank.") // [field] blox/blox#170
  for (const field of input.include ?? []) checkOneOf("include", field, fields)
  const clusters: Cluster[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const reference of new Set(references)) {
    const row = findCluster(cx, reference)
    if (row) clusters.push(describeCluster(cx.tx, row, input.include))
    else failures.push({ arn: namedClusterArn(cx.scope, reference), reason: missing })
  }
  return { clusters, failures }
}

/** The ARNs of ACTIVE clusters, in the order of their names. */
export const ListClusters: ReadOp<"ecs", "ListClusters"> = (cx, input) => {
  const asked = pageOf("ListClusters", input)
  const page = cx.tx.clusters.page("scope", scopeKey(cx.scope), { ...asked, keep: (row) => row.status === "ACTIVE" })
  return { clusterArns: page.rows.map((row) => row.arn), ...nextToken("ListClusters", page.next) }
}

/** Marks a cluster INACTIVE. Refused while it holds container instances or tasks. */
export const DeleteCluster: Op<"ecs", "DeleteCluster"> = (cx, input) => {
  const row = activeCluster(cx, input.cluster)
  if (cx.tx.containerInstances.count("cluster", row.arn) > 0) {
    throw fault(
      "ClusterContainsContainerInstancesException",
      "The Cluster cannot be deleted while Container Instances are active or draining.",
    )
  }
  if (cx.tx.services.count("status", `${row.arn} ACTIVE`) + cx.tx.services.count("status", `${row.arn} DRAINING`) > 0) {
    throw fault("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
  }
  if (countIn(cx.tx, row, [...pendingStatuses, "RUNNING", ...leavingStatuses]) > 0) {
    throw fault("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
  }
  const deleted = cx.tx.clusters.patch(row.arn, { status: "INACTIVE", deletedAt: cx.now, tags: [] })
  return { cluster: describeCluster(cx.tx, deleted, ["SETTINGS", "CONFIGURATIONS"]) }
}
