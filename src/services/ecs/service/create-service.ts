// CreateService: checks the call and writes the service, its first revision and deployment. Tasks are the controller's.
import type { Input, Op } from "../../../gate/index.ts"
import { type ClusterRow, type ServiceRow, serviceEventKey, type Tx } from "../../../state/index.ts"
import type { EcsPorts } from "../agent-operations.ts"
import { serviceArn } from "../arns.ts"
import { checkOneOf, invalidParameter, notYet } from "../faults.ts"
import { checkConstraints, checkStrategies } from "../placement.ts"
import { activeCluster } from "../resolve.ts"
import { present } from "../shape.ts"
import { checkTags } from "../tags.ts"
import { balancerRoleArn } from "./balancer-role.ts"
import { beginDeployment } from "./deploy.ts"
import { describeService } from "./describe-service.ts"
import { checkExternal } from "./external.ts"
import { primaryOf, revisionOf } from "./find.ts"
import { checkGraceUse } from "./grace.ts"
import { checkLater } from "./later.ts"
import { checkBalancers } from "./load-balancers.ts"
import { insertRevision, isSameSettings, type RevisionSettings, resolveRevision } from "./revision.ts"
import {
  checkDaemonStrategies,
  checkDesiredCount,
  checkGracePeriod,
  deploymentConfigurationOf,
  echoStrategies,
} from "./settings.ts"
import { checkShiftedBalancers } from "./shift/advanced.ts"
import { rebalancingOf } from "./zones.ts"

type CreateInput = Input<"ecs", "CreateService">

const nameForm = /^[a-zA-Z0-9\-_]{1,255}$/
const tokenForm = /^[\x21-\x7e]{1,36}$/

const checkName = (name: string | undefined): string => {
  // [probed] by badmintoncryer/cdk-preflight, rules/ecs/pf-ecs-service-name
  if (!nameForm.test(name ?? "")) {
    throw invalidParameter(`ServiceName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was ${name ?? ""}`)
  }
  return name ?? ""
}

const controllerOf = (input: CreateInput): ServiceRow["deploymentController"] => {
  checkOneOf("deploymentController.type", input.deploymentController?.type, ["ECS", "CODE_DEPLOY", "EXTERNAL"])
  const type = input.deploymentController?.type ?? "ECS"
  if (type === "CODE_DEPLOY" && !input.loadBalancers?.length) {
    // [probed] by badmintoncryer/cdk-preflight, rules/ecs/pf-ecs-service-codedeploy-lb
    throw invalidParameter(
      "When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.",
    )
  }
  if (type === "CODE_DEPLOY") throw notYet("the deployment controller CODE_DEPLOY (there is no AWS CodeDeploy here)")
  if (type === "EXTERNAL") checkExternal(input)
  return type
}

/** Only ECS's own role, or that of a service with a load balancer outside of awsvpc mode, is anybody's affair. */
const checkRole = ({ role, loadBalancers, networkConfiguration }: CreateInput): void => {
  if (!role) return
  // [field] cloudposse/terraform-aws-ecs-alb-service-task#145, hashicorp/terraform-provider-aws#4657
  if (!loadBalancers?.length) {
    throw invalidParameter("IAM roles are only valid for services configured to use load balancers.")
  }
  // "In that case, you don't specify a role here" (API_CreateService, role).
  if (networkConfiguration || loadBalancers.length > 1) {
    throw invalidParameter("You cannot specify an IAM role for services that require a service linked role.")
  }
}

/** The service's own columns, all but what identifies it. */
const settingsOf = (account: string, input: CreateInput) => {
  checkOneOf("schedulingStrategy", input.schedulingStrategy, ["REPLICA", "DAEMON"])
  checkOneOf("propagateTags", input.propagateTags, ["TASK_DEFINITION", "SERVICE", "NONE"])
  const schedulingStrategy = input.schedulingStrategy ?? "REPLICA"
  const deploymentController = controllerOf(input)
  checkDesiredCount(input.desiredCount, schedulingStrategy)
  // Of a service with task sets "the only required parameter is the service name".
  if (schedulingStrategy === "REPLICA" && deploymentController === "ECS" && input.desiredCount === undefined) {
    throw invalidParameter("desiredCount must be specified for the REPLICA scheduling strategy.") // text from memory
  }
  checkConstraints(input.placementConstraints)
  checkStrategies(input.placementStrategy)
  checkDaemonStrategies(input.placementStrategy, schedulingStrategy)
  checkGracePeriod(input.healthCheckGracePeriodSeconds)
  checkBalancers(input.loadBalancers)
  checkLater(input)
  checkRole(input)
  const settings = {
    schedulingStrategy,
    deploymentController,
    desiredCount: input.desiredCount ?? 0,
    deploymentConfiguration: deploymentConfigurationOf(input.deploymentConfiguration, schedulingStrategy),
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: echoStrategies(input.placementStrategy ?? []),
    ...present({
      healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds,
      roleArn: balancerRoleArn(account, input.role),
    }),
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    propagateTags: input.propagateTags ?? "NONE",
  } as const
  const zones = { ...settings, loadBalancers: input.loadBalancers }
  return { ...settings, availabilityZoneRebalancing: rebalancingOf(input.availabilityZoneRebalancing, zones) }
}

/**
 * Makes a service. The same call again answers the service that is there; another call for a name that is taken is
 * refused. Throws AWS's errors for what does not fit together.
 */
export const createService =
  ({ allowHostAccess = false }: Pick<EcsPorts, "allowHostAccess">): Op<"ecs", "CreateService"> =>
  (cx, input) => {
    const cluster = activeCluster(cx, input.cluster)
    const name = checkName(input.serviceName)
    if (input.clientToken && !tokenForm.test(input.clientToken)) {
      throw invalidParameter("clientToken must be 1 to 36 ASCII characters between 33 and 126.") // text from memory
    }
    const settings = settingsOf(cluster.account, input)
    const tags = checkTags(input.tags)
    // With the EXTERNAL controller what tasks are started with is said by task sets.
    const revision =
      settings.deploymentController === "EXTERNAL"
        ? undefined
        : resolveRevision(
            cx,
            cluster,
            { ...input, taskDefinition: input.taskDefinition ?? "" },
            settings,
            allowHostAccess,
          )
    if (revision) checkGraceUse(cx.tx, input.healthCheckGracePeriodSeconds, revision)
    if (revision) {
      checkShiftedBalancers(cx.tx, revision.loadBalancers ?? [], settings.deploymentConfiguration.strategy)
    }
    const arn = serviceArn(cluster, cluster.name, name)
    checkToken(cx.tx, cluster, input.clientToken, arn)
    const known = cx.tx.services.get(arn)
    if (known?.status === "DRAINING") throw invalidParameter("Unable to Start a service that is still Draining.")
    if (known?.status === "ACTIVE") {
      if (!isSame(known, settings) || (revision && !isSameRevision(cx.tx, known, revision))) {
        throw invalidParameter("Creation of service was not idempotent.")
      }
      return { service: describeService(cx.tx, known, known.tags.length > 0) }
    }
    if (known) forget(cx.tx, known)
    const service = cx.tx.services.put({
      ...identity(cluster, name, arn),
      ...settings,
      status: "ACTIVE",
      createdAt: cx.now,
      createdBy: cx.caller.arn,
      ...present({ clientToken: input.clientToken || undefined }),
      tags,
    })
    if (revision) beginDeployment(cx, service, insertRevision(cx, service, revision))
    // The published output of a service without tags has no member for them.
    return { service: describeService(cx.tx, cx.tx.services.get(arn) ?? service, tags.length > 0) }
  }

/** A token is good for one service of its cluster: aws-behaviour.md 1.7. */
const checkToken = (tx: Tx, cluster: ClusterRow, token: string | undefined, arn: string): void => {
  const used = token ? tx.services.by("token", `${cluster.arn} ${token}`) : []
  if (used.some((service) => service.arn !== arn)) throw invalidParameter("Creation of service was not idempotent.")
}

const identity = (cluster: ClusterRow, name: string, arn: string) => ({
  arn,
  account: cluster.account,
  region: cluster.region,
  clusterArn: cluster.arn,
  name,
})

type Settings = ReturnType<typeof settingsOf>

const isSame = (service: ServiceRow, settings: Settings): boolean =>
  Object.entries(settings).every(
    ([member, value]) => JSON.stringify(service[member as keyof ServiceRow]) === JSON.stringify(value),
  )

const isSameRevision = (tx: Tx, service: ServiceRow, settings: RevisionSettings): boolean => {
  const primary = primaryOf(tx, service)
  return primary !== undefined && isSameSettings(revisionOf(tx, primary), settings)
}

/** Removes what a deleted service of the same name left: its history goes with it (aws-behaviour.md 2.12). */
const forget = (tx: Tx, service: ServiceRow): void => {
  for (const row of tx.deployments.by("service", service.arn)) tx.deployments.delete(`${service.arn} ${row.id}`)
  for (const row of tx.taskSets.by("service", service.arn)) tx.taskSets.delete(row.arn)
  for (const row of tx.serviceRevisions.by("service", service.arn)) tx.serviceRevisions.delete(row.arn)
  for (const row of tx.serviceEvents.by("service", service.arn)) tx.serviceEvents.delete(serviceEventKey(row))
}
