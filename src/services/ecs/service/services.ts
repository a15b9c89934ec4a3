// Services after they were made: describing, listing and deleting them.
import type { Service } from "@aws-sdk/client-ecs"
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { checkOneOf, invalidParameter } from "../faults.ts"
import { nextToken, pageOf } from "../pages.ts"
import { activeCluster } from "../resolve.ts"
import { describeService } from "./describe-service.ts"
import { findService, knownService, namedServiceArn, primaryOf, revisionOf } from "./find.ts"

/** Describes up to 10 services of one cluster; those that are unknown are failures. */
export const DescribeServices: ReadOp<"ecs", "DescribeServices"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const references = input.services ?? []
  if (references.length === 0) throw invalidParameter("Services cannot be empty.") // text from memory
  if (references.length > 10) throw invalidParameter("Services cannot have more than 10 elements.") // text from memory
  const withTags = input.include?.includes("TAGS") ?? false
  const services: Service[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const reference of new Set(references)) {
    const row = findService(cx, cluster, reference)
    if (row) services.push(describeService(cx.tx, row, withTags))
    else failures.push({ arn: namedServiceArn(cluster, reference), reason: "MISSING" })
  }
  return { services, failures }
}

/** ARNs of a cluster's ACTIVE services, 10 a page unless asked for more: aws-behaviour.md 1.7. */
export const ListServices: ReadOp<"ecs", "ListServices"> = (cx, input) => {
  checkOneOf("launchType", input.launchType, ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])
  checkOneOf("schedulingStrategy", input.schedulingStrategy, ["REPLICA", "DAEMON"])
  checkOneOf("resourceManagementType", input.resourceManagementType, ["CUSTOMER", "ECS"])
  const cluster = activeCluster(cx, input.cluster)
  // Services that ECS manages itself are those of Express Mode, of which there are none.
  if (input.resourceManagementType === "ECS") return { serviceArns: [] }
  const list = `ListServices ${cluster.arn} ${input.launchType ?? ""} ${input.schedulingStrategy ?? ""}`
  const page = cx.tx.services.page("listed", cluster.arn, {
    ...pageOf(list, { ...input, maxResults: input.maxResults ?? 10 }),
    keep: (service) => {
      const primary = primaryOf(cx.tx, service)
      return (
        (!input.schedulingStrategy || service.schedulingStrategy === input.schedulingStrategy) &&
        (!input.launchType || (primary && revisionOf(cx.tx, primary).launchType === input.launchType) === true)
      )
    },
  })
  return { serviceArns: page.rows.map((row) => row.arn), ...nextToken(list, page.next) }
}

/**
 * Deletes a service: DRAINING until its tasks are on their way out, then INACTIVE. Without `force` a REPLICA service
 * must have been scaled to 0. Answers the service that is already draining.
 */
export const DeleteService: Op<"ecs", "DeleteService"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const service = knownService(cx, cluster, input.service ?? "")
  if (service.status === "DRAINING") return { service: describeService(cx.tx, service) }
  if (!input.force && service.schedulingStrategy === "REPLICA" && service.desiredCount > 0) {
    throw invalidParameter("The service cannot be stopped while it is scaled above 0.")
  }
  const draining = cx.tx.services.patch(service.arn, {
    status: "DRAINING",
    desiredCount: 0,
    // A deleted service loses its tags: aws-behaviour.md 1.10.
    tags: [],
  })
  return { service: describeService(cx.tx, draining) }
}

/** Services by their Cloud Map namespace. There are no namespaces, and Service Connect is refused: none is ever found. */
export const ListServicesByNamespace: ReadOp<"ecs", "ListServicesByNamespace"> = (_cx, input) => {
  if (!input.namespace) throw invalidParameter("Namespace can not be blank.") // text from memory
  pageOf(`ListServicesByNamespace ${input.namespace}`, input)
  throw fault("NamespaceNotFoundException", "The specified namespace wasn't found.") // the words of the API's page
}
