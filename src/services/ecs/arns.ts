// The ARNs of ECS: building them, and taking apart what callers write where a name or an ARN may stand.
// Only the long forms are made (the opt-out ended in April 2021); lookups are in resolve.ts.
import { formatArn, parseArn, type Scope } from "../../kernel/index.ts"
import { invalidParameter } from "./faults.ts"

/** Where a resource lives, as its row says it. */
type Owned = { readonly account: string; readonly region: string }

/** `arn:…:cluster/<name>`. */
export const clusterArn = (scope: Scope, name: string): string => formatArn("ecs", scope, `cluster/${name}`)
/** `arn:…:task/<cluster>/<32 hex>`. */
export const taskArn = (scope: Owned, cluster: string, id: string): string =>
  formatArn("ecs", scope, `task/${cluster}/${id}`)
/** `arn:…:container/<cluster>/<task id>/<uuid>`. */
export const containerArn = (scope: Owned, cluster: string, taskId: string, id: string): string =>
  formatArn("ecs", scope, `container/${cluster}/${taskId}/${id}`)
/** `arn:…:container-instance/<cluster>/<32 hex>`. */
export const containerInstanceArn = (scope: Owned, cluster: string, id: string): string =>
  formatArn("ecs", scope, `container-instance/${cluster}/${id}`)
/** `arn:…:service/<cluster>/<name>`. */
export const serviceArn = (scope: Owned, cluster: string, name: string): string =>
  formatArn("ecs", scope, `service/${cluster}/${name}`)
/** `arn:…:task-set/<cluster>/<service>/<id>`; the id is `ecs-svc/<19 digits>`. */
export const taskSetArn = (scope: Owned, cluster: string, service: string, id: string): string =>
  formatArn("ecs", scope, `task-set/${cluster}/${service}/${id}`)
/** `arn:…:task-definition/<family>:<revision>`. */
export const taskDefinitionArn = (scope: Owned, family: string, revision: number | string): string =>
  formatArn("ecs", scope, `task-definition/${family}:${revision}`)
/** `arn:…:capacity-provider/<name>`. */
export const capacityProviderArn = (scope: Owned, name: string): string =>
  formatArn("ecs", scope, `capacity-provider/${name}`)
/** The ARN of a task's network attachment, by which agents name it. */
export const attachmentArn = (scope: Owned, cluster: string, id: string): string =>
  formatArn("ecs", scope, `attachment/${cluster}/${id}`)

/** The last part of an ARN or name that is cut by slashes: an id, a name. */
export const lastPart = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1)

/** The name of a cluster from its ARN. */
export const clusterNameOf = lastPart

/**
 * The resource part behind `<kind>/` of a reference that may be an ARN or stand for itself.
 * Throws InvalidParameterException for an ARN of another service or kind.
 */
export const withoutPrefix = (reference: string, kind: string): string => {
  if (!reference.startsWith("arn:")) return reference
  const arn = parseArn(reference)
  if (arn?.service !== "ecs" || !arn.resource.startsWith(`${kind}/`)) {
    throw invalidParameter(`Invalid identifier: ${reference}`) // text from memory
  }
  return arn.resource.slice(kind.length + 1)
}
