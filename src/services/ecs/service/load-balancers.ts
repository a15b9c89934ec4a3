// The load balancers of services and task sets: what a call may say of them, and whether they go with the task definition.
// Texts marked [probed] were recorded at the real API by badmintoncryer/cdk-preflight, rules/ecs (September 2026).
import type { LoadBalancer } from "@aws-sdk/client-ecs"
import type { Cx } from "../../../gate/index.ts"
import { Fault } from "../../../kernel/index.ts"
import {
  type Frozen,
  loadBalancersOf,
  type ServiceRow,
  type TaskDefinitionRow,
  type View,
} from "../../../state/index.ts"
import { type ContainerBody, containersOf, type Definition } from "../definition/definition.ts"
import { checkAtMost, invalidParameter } from "../faults.ts"
import { present, thaw } from "../shape.ts"
import { balancerCaller } from "./balancer-role.ts"

type Balancer = Frozen<LoadBalancer>
type Balancers = readonly Balancer[] | undefined

/** "Amazon ECS service quotas": target groups per service, and classic load balancers per service. */
const mostTargetGroups = 5
const mostClassic = 1

/** What is wrong with a list of load balancers, whatever its task definition. */
export const checkBalancers = (balancers: Balancers): void => {
  const given = balancers ?? []
  const byName = given.filter(({ loadBalancerName }) => loadBalancerName)
  const byGroup = given.filter(({ targetGroupArn }) => targetGroupArn)
  if (given.some((one) => one.loadBalancerName && one.targetGroupArn)) {
    // [probed] pf-ecs-service-lb-target-exclusive
    throw invalidParameter(
      "loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries",
    )
  }
  if (byName.length + byGroup.length < given.length) {
    // The end of the sentence above; that it stands alone is from memory.
    throw invalidParameter("You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries")
  }
  if (byName.length > 0) checkAtMost("load balancers", byName, mostClassic)
  checkAtMost("load balancers", byGroup, mostTargetGroups)
  const seen = new Set(given.map((one) => JSON.stringify([one.targetGroupArn, one.containerName, one.containerPort])))
  if (seen.size < given.length) throw invalidParameter("load balancers can not have duplicate entries.") // text from memory
}

/** The same for a task set: "multiple target groups are not supported for external deployments" (API_UpdateService). */
export const checkTaskSetBalancers = (balancers: Balancers): void => {
  checkBalancers(balancers)
  checkAtMost("load balancers", balancers ?? [], 1)
  if (balancers?.some(({ loadBalancerName }) => loadBalancerName)) {
    // text from memory
    throw invalidParameter("Classic Load Balancers are not supported with the EXTERNAL deployment controller.")
  }
}

/** Whether containers and ports are those of the task definition. They are, of a service that got another one, too. */
export const checkBalancedContainers = (
  balancers: Balancers,
  { definition }: TaskDefinitionRow,
  onFargate: boolean,
) => {
  for (const { loadBalancerName, containerName, containerPort } of balancers ?? []) {
    // [probed] pf-ecs-svc-classic-lb-with-fargate, -lb-container-name-missing, -lb-container-port-missing
    if (loadBalancerName && onFargate) {
      throw invalidParameter("Classic Load Balancers are not supported with Fargate.")
    }
    if (loadBalancerName && definition.networkMode === "awsvpc") {
      throw invalidParameter("Classic Load Balancers are not supported with the awsvpc network mode.") // text from memory
    }
    const container = containersOf(definition).find(({ name }) => name === containerName)
    if (!container) throw invalidParameter(`The container ${containerName} does not exist in the task definition.`)
    const mapping = container.portMappings?.find((one) => one.containerPort === containerPort)
    if (!mapping) {
      throw invalidParameter(`The container ${containerName} did not have a container port ${containerPort} defined.`)
    }
    if (loadBalancerName && !hasStaticPort(definition, mapping)) {
      // A classic load balancer has one instance port for all instances. text from memory
      throw invalidParameter(
        `The container ${containerName} did not have a host port defined for the container port ${containerPort}, which Classic Load Balancers need.`,
      )
    }
  }
}

const hasStaticPort = (
  definition: Definition,
  { hostPort }: NonNullable<ContainerBody["portMappings"]>[number],
): boolean => definition.networkMode === "host" || (hostPort ?? 0) > 0

/** [field] for both: aws-behaviour.md 1.6. Whether ECS may not look or there is nothing, it says the same. */
const cannotValidate = (what: string): Fault =>
  invalidParameter(
    `Unable to assume role and validate the ${what}. Please verify that the ECS service role being passed has the proper permissions.`,
  )

/**
 * Looks at the load balancers as ECS does it, with the role that it will act with. Throws for those that are not there,
 * or have nothing in front of them.
 */
export const validateBalancers = (cx: Cx, balancers: Balancers, service: Pick<ServiceRow, "roleArn">): void => {
  for (const { loadBalancerName, targetGroupArn, advancedConfiguration } of balancers ?? []) {
    const caller = balancerCaller(cx, { ...cx.scope, ...service })
    const look = <T>(what: string, ask: (as: NonNullable<typeof caller>) => T): T => {
      if (!caller) throw cannotValidate(what)
      try {
        return ask(caller)
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.code === "NotImplemented") throw thrown
        throw cannotValidate(what)
      }
    }
    if (loadBalancerName) {
      look("listeners configured on your load balancer", (as) =>
        cx.call("elb", "DescribeLoadBalancers", { LoadBalancerNames: [loadBalancerName] }, as),
      )
      continue
    }
    const lookAt = (arn: string) =>
      look("specified targetGroupArn", (as) => cx.call("elbv2", "DescribeTargetGroups", { TargetGroupArns: [arn] }, as))
    lookAt(targetGroupArn ?? "")
    if (loadBalancersOf(cx.tx, targetGroupArn ?? "").length === 0) {
      throw invalidParameter(
        `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
      )
    }
    // What is in front of the alternate one is for the deployment to find out.
    const alternate = advancedConfiguration?.alternateTargetGroupArn
    if (alternate) lookAt(alternate)
  }
}

/** Whether targets can be what tasks of the network mode are. Says nothing of target groups that are gone. */
export const checkTargetTypes = (view: View, balancers: Balancers, { definition }: TaskDefinitionRow): void => {
  const mode = definition.networkMode ?? "bridge"
  const arns = (balancers ?? []).flatMap(({ targetGroupArn, advancedConfiguration }) => [
    targetGroupArn,
    advancedConfiguration?.alternateTargetGroupArn,
  ])
  for (const arn of arns) {
    const type = view.targetGroups.get(arn ?? "")?.targetType
    if (type === undefined || type === (mode === "awsvpc" ? "ip" : "instance")) continue
    // [field] for instance with awsvpc and ip with bridge: hashicorp/terraform#24266 and others.
    throw invalidParameter(
      `The provided target group ${arn} has target type ${type}, which is incompatible with the ${mode} network mode specified in the task definition.`,
    )
  }
}

/** As a revision keeps them: the members that were given, in one order; undefined for none. */
export const keptBalancers = (balancers: Balancers): readonly Balancer[] | undefined =>
  balancers?.length
    ? balancers.map(({ targetGroupArn, loadBalancerName, containerName, containerPort, advancedConfiguration }) =>
        present({
          targetGroupArn: targetGroupArn || undefined,
          loadBalancerName: loadBalancerName || undefined,
          containerName,
          containerPort,
          advancedConfiguration,
        }),
      )
    : undefined

/** As the API shows them. */
export const balancersOut = (balancers: Balancers): LoadBalancer[] =>
  (balancers ?? []).map((one) => thaw<LoadBalancer>(one))
