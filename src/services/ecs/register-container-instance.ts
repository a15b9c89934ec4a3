// RegisterContainerInstance: how an agent becomes a container instance, or says again that it is one. Who it is comes
// from the key that it signs with: a machine's key makes the host of that machine in a hidden pool, and nothing else does.
import type { Attribute, Resource } from "@aws-sdk/client-ecs"
import type { Cx, Input, Op } from "../../gate/index.ts"
import type { ContainerInstanceRow, InstanceResource, InstanceRow } from "../../state/index.ts"
import { clusterArn, clusterNameOf, containerInstanceArn, lastPart } from "./arns.ts"
import { describeContainerInstance } from "./container-instances.ts"
import { invalidParameter } from "./faults.ts"
import { isReported } from "./find-instance.ts"
import { activeCluster } from "./resolve.ts"
import { present } from "./shape.ts"
import { checkTags } from "./tags.ts"

type RegisterInput = Input<"ecs", "RegisterContainerInstance"> & {
  /** In the model of agents alone: src/model/constraints/agent-members.ts. */
  readonly clientToken?: string
}
type KeptAttribute = ContainerInstanceRow["attributes"][number]

/** The cluster of the Fargate hosts. No name that CreateCluster takes begins with a dot, so it can meet no other. */
const poolCluster = ".roadstead-fargate"

/**
 * What the host says of itself when it is an EC2 instance. The signature of the document is not verified: whoever may
 * register an instance may also choose its attributes.
 */
const identityOf = (
  document: string | undefined,
): { readonly instanceId?: string; readonly attributes: KeptAttribute[] } => {
  if (!document) return { attributes: [] }
  let said: Record<string, unknown>
  try {
    said = JSON.parse(document) as Record<string, unknown>
  } catch {
    throw invalidParameter("Invalid instance identity document.") // text from memory
  }
  const text = (name: string): string | undefined => (typeof said[name] === "string" ? said[name] : undefined)
  const told = [
    { name: "ecs.availability-zone", value: text("availabilityZone") },
    { name: "ecs.instance-type", value: text("instanceType") },
    { name: "ecs.ami-id", value: text("imageId") },
  ]
  const attributes = told.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]))
  return { ...present({ instanceId: text("instanceId") }), attributes }
}

const keptAttribute = ({ name, value }: Attribute): KeptAttribute => ({ name: name ?? "", ...present({ value }) })

const keptResource = ({ name, type, integerValue, stringSetValue }: Resource): InstanceResource => ({
  name: name ?? "",
  type: type ?? "INTEGER",
  ...present({ integerValue, stringSetValue }),
})

/** GPUs are devices to an agent, and a resource of the instance to whoever looks at it. Form of the resource from memory. */
const resourcesOf = ({ totalResources = [], platformDevices = [] }: RegisterInput): readonly InstanceResource[] => {
  const gpus = platformDevices.flatMap(({ id, type }) => (type === "GPU" && id ? [id] : []))
  const known = totalResources.map(keptResource)
  return gpus.length > 0 ? [...known, { name: "GPU", type: "STRINGSET", stringSetValue: [...new Set(gpus)] }] : known
}

/** The agent ends itself for good unless every attribute comes back with the value that it sent; ours are added. */
const mergeAttributes = (
  sent: readonly KeptAttribute[],
  ours: readonly KeptAttribute[],
  before: readonly KeptAttribute[],
): readonly KeptAttribute[] => {
  const named = new Set(sent.map((attribute) => attribute.name))
  const added = [...ours, ...before.filter((attribute) => !isReported(attribute.name))].filter(({ name }) => {
    if (named.has(name)) return false
    named.add(name)
    return true
  })
  return [...sent, ...added]
}

/** The row that this caller registers again, if it does. Throws when it names one that is not its own. */
const registeredBefore = (cx: Cx, input: RegisterInput, cluster: string): ContainerInstanceRow | undefined => {
  const { caller, tx } = cx
  if (caller.machineId !== undefined) {
    const row = tx.containerInstances.by("machine", caller.machineId).find((one) => one.status !== "INACTIVE")
    if (!row || row.arn === input.containerInstanceArn) return row
    // Its agent has lost its memory, and with it the tasks that it had: they are lost, and this is a new host.
    tx.containerInstances.patch(row.arn, { status: "INACTIVE", inactiveAt: cx.now })
    return undefined
  }
  // Its first call was heard and the answer got lost.
  if (!input.containerInstanceArn && input.clientToken) {
    return tx.containerInstances
      .by("token", `${cluster} ${input.clientToken}`)
      .find((row) => !row.pool && row.registeredBy === caller.arn)
  }
  if (!input.containerInstanceArn) return undefined
  const row = tx.containerInstances.get(input.containerInstanceArn)
  if (!row || row.pool || row.status === "INACTIVE" || row.clusterArn !== cluster || row.registeredBy !== caller.arn) {
    throw invalidParameter(`Referenced container instance ${lastPart(input.containerInstanceArn)} not found.`) // from memory
  }
  return row
}

/** The EC2 instance under a machine of ours. */
const instanceUnder = (cx: Cx): InstanceRow | undefined => {
  const machine = cx.tx.machines.get(cx.caller.machineId ?? "")
  return machine?.instance === undefined ? undefined : cx.tx.instances.get(machine.instance)
}

/** Of an instance of ours nobody has to be believed: its record says it. */
const identityOfInstance = ({ id, ...row }: InstanceRow): ReturnType<typeof identityOf> => ({
  instanceId: id,
  attributes: [
    { name: "ecs.availability-zone", value: row.availabilityZone },
    { name: "ecs.instance-type", value: row.instanceType },
    { name: "ecs.ami-id", value: row.imageId },
    { name: "ecs.vpc-id", value: row.vpcId },
    { name: "ecs.subnet-id", value: row.subnetId },
  ],
})

/** Registers a host, or brings its record up to date. Answers every attribute that was sent, and the ARN. */
export const RegisterContainerInstance: Op<"ecs", "RegisterContainerInstance"> = (cx, input: RegisterInput) => {
  const isMachine = cx.caller.machineId !== undefined
  const instance = instanceUnder(cx)
  const isPool = isMachine && !instance
  const cluster = isPool ? clusterArn(cx.scope, poolCluster) : activeCluster(cx, input.cluster).arn
  const before = registeredBefore(cx, input, cluster)
  const identity = instance ? identityOfInstance(instance) : identityOf(input.instanceIdentityDocument)
  const attributes = mergeAttributes(
    (input.attributes ?? []).map(keptAttribute),
    identity.attributes,
    before?.attributes ?? [],
  )
  const typeOf = (list: readonly KeptAttribute[]) => list.find(({ name }) => name === "ecs.instance-type")?.value
  if (before && typeOf(before.attributes) !== typeOf(attributes)) {
    throw invalidParameter("Container instance type changes are not supported.")
  }
  const { agentVersion, agentHash, dockerVersion } = input.versionInfo ?? {}
  const reported = present({ agentVersion, agentHash, dockerVersion })
  const registeredResources = resourcesOf(input)
  const row = before
    ? cx.tx.containerInstances.patch(before.arn, {
        attributes,
        registeredResources,
        session: { ...before.session, ...reported },
      })
    : cx.tx.containerInstances.insert({
        arn: containerInstanceArn(cx.scope, clusterNameOf(cluster), cx.ids.hex(32)),
        account: cx.scope.account,
        region: cx.scope.region,
        clusterArn: cluster,
        registeredBy: cx.caller.arn,
        ...(isPool && { pool: "fargate" as const }),
        ...(isMachine && present({ machineId: cx.caller.machineId })),
        ...present({ ec2InstanceId: identity.instanceId, registrationToken: input.clientToken }),
        status: "ACTIVE",
        registeredAt: cx.now,
        attributes,
        registeredResources,
        tags: checkTags(input.tags),
        session: { connected: false, since: cx.now, ...reported },
        timeline: 0,
        version: 1,
      })
  return { containerInstance: describeContainerInstance(cx.tx, row, { tags: true }) }
}
