// Attributes of container instances that users set themselves: putting, deleting and listing them.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html#attributes
import type { Attribute } from "@aws-sdk/client-ecs"
import type { Cx, Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { ClusterRow, ContainerInstanceRow } from "../../state/index.ts"
import { checkOneOf, invalidParameter } from "./faults.ts"
import { findInstance, isReported } from "./find-instance.ts"
import { cut, nextToken, pageOf } from "./pages.ts"
import { activeCluster } from "./resolve.ts"
import { present } from "./shape.ts"

/** "You can specify up to 10 custom attributes for a resource": also the most of one call. */
const mostCustom = 10
const nameForm = /^[A-Za-z0-9\-_/.\\]{1,128}$/
const valueForm = /^[A-Za-z0-9\-_.@:/\\]([A-Za-z0-9\-_.@:/\\ ]{0,126}[A-Za-z0-9\-_.@:/\\])?$/

/** The attributes of a call by the instance that each is of. Throws AWS's errors. */
const targetsOf = (
  cx: Cx,
  cluster: ClusterRow,
  attributes: readonly Attribute[] | undefined,
): ReadonlyMap<ContainerInstanceRow, readonly Attribute[]> => {
  if (!attributes?.length) throw invalidParameter("attributes can not be empty.") // text from memory
  if (attributes.length > mostCustom) {
    throw invalidParameter(`Up to ${mostCustom} attributes can be specified in a single call.`) // text from memory
  }
  const targets = new Map<ContainerInstanceRow, Attribute[]>()
  for (const attribute of attributes) {
    const { name = "", value, targetId = "", targetType } = attribute
    checkOneOf("targetType", targetType, ["container-instance"])
    if (!nameForm.test(name)) throw invalidParameter(`Invalid attribute name '${name}'.`) // text from memory
    if (value && !valueForm.test(value)) throw invalidParameter(`Invalid attribute value '${value}'.`) // text from memory
    if (isReported(name)) throw invalidParameter(`The attribute '${name}' is reserved.`) // text from memory
    const row = findInstance(cx, cluster, targetId)
    if (!row || row.status === "INACTIVE") {
      throw fault("TargetNotFoundException", "Unable to find the specified target.") // text from memory
    }
    targets.set(row, [...(targets.get(row) ?? []), attribute])
  }
  return targets
}

const keep = (cx: Cx, row: ContainerInstanceRow, attributes: ContainerInstanceRow["attributes"]): void => {
  cx.tx.containerInstances.patch(row.arn, { attributes })
}

/** Sets attributes of instances; one that is there gets the new value. */
export const PutAttributes: Op<"ecs", "PutAttributes"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  for (const [row, attributes] of targetsOf(cx, cluster, input.attributes)) {
    const merged = new Map(row.attributes.map((attribute) => [attribute.name, attribute]))
    for (const { name = "", value } of attributes) merged.set(name, { name, ...(value ? { value } : {}) })
    if ([...merged.keys()].filter((name) => !isReported(name)).length > mostCustom) {
      throw fault("AttributeLimitExceededException", `An instance can have up to ${mostCustom} custom attributes.`) // from memory
    }
    keep(cx, row, [...merged.values()])
  }
  return { attributes: input.attributes ?? [] }
}

/** Removes attributes of instances by their names; those that are not there are no error. */
export const DeleteAttributes: Op<"ecs", "DeleteAttributes"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  for (const [row, attributes] of targetsOf(cx, cluster, input.attributes)) {
    const gone = new Set(attributes.map(({ name }) => name))
    keep(
      cx,
      row,
      row.attributes.filter(({ name }) => !gone.has(name)),
    )
  }
  return { attributes: input.attributes ?? [] }
}

/** The attributes of all instances of a cluster, ECS's own too, by name and value where those are given. */
export const ListAttributes: ReadOp<"ecs", "ListAttributes"> = (cx, input) => {
  checkOneOf("targetType", input.targetType, ["container-instance"])
  const cluster = activeCluster(cx, input.cluster)
  const { attributeName, attributeValue } = input
  if (attributeValue && !attributeName) throw invalidParameter("attributeName must be specified with attributeValue.") // from memory
  const all = cx.tx.containerInstances
    .by("cluster", cluster.arn)
    .flatMap((row) =>
      row.attributes.map(({ name, value }) =>
        present({ name, value, targetType: "container-instance" as const, targetId: row.arn }),
      ),
    )
    .filter(
      ({ name, value }) => (!attributeName || name === attributeName) && (!attributeValue || value === attributeValue),
    )
  const keyOf = ({ name, targetId }: { name: string; targetId: string }) => `${targetId} ${name}`
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const list = `ListAttributes ${cluster.arn} ${attributeName ?? ""} ${attributeValue ?? ""}`
  const page = cut(sorted, keyOf, pageOf(list, input))
  return { attributes: [...page.rows], ...nextToken(list, page.next) }
}
