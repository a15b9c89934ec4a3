// How the network interface of a task comes to its container instance: on an instance of ours it comes into being with
// the task's first container; any other agent is told of it (fleet) and says when it sees it.
import type { Cx } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import type {
  ContainerInstanceRow,
  NetworkInterfaceRow,
  NetworkRow,
  TaskAttachment,
  TaskRow,
} from "../../state/index.ts"
import type { StepResult } from "./step-kind.ts"

export const failed = (reason: string): StepResult => ({ status: "FAILED", reason })

export const attached = (attachments: readonly TaskAttachment[]): readonly TaskAttachment[] =>
  attachments.map((a) => ({ ...a, status: "ATTACHED" }))

export const unreachable = (network: NetworkRow): string =>
  `ResourceInitializationError: failed to configure ENI: the network of ${network.vpcId} (${network.cidr}) could not be made: ${network.observed.reason ?? "no reason was given"}`

/** Agents are given as long to see an interface: `waitTimeoutMs` of AttachTaskNetworkInterfacesMessage. */
const patience = 5 * 60_000

/** What is known of an interface that is to be attached. */
export interface Attaching {
  readonly task: TaskRow
  /** As they are until it is there. */
  readonly attachments: readonly TaskAttachment[]
  readonly network: NetworkRow | undefined
  readonly now: number
}

/** Waits until the interface is on the instance. */
export const attachTo = (
  instance: ContainerInstanceRow,
  { task, attachments, network, now }: Attaching,
): StepResult => {
  const done: StepResult = { status: "DONE", patch: { attachments: attached(attachments) } }
  if (instance.machineId !== undefined) {
    if (network?.observed.status === "FAILED") return failed(unreachable(network))
    return network?.observed.status === "UP" ? done : { status: "WAITING", patch: { attachments } }
  }
  if (attachments.every(({ id }) => task.observed.attachments?.[id] === "ATTACHED")) return done
  const until = task.createdAt + patience
  // text from memory
  if (now >= until) return failed("Timeout waiting for network interface provisioning to complete.")
  return { status: "WAITING", patch: { attachments }, until }
}

/** The place of a new interface on the EC2 instance of its task: behind the instance's own first one. */
export const attachedTo = (cx: Cx, task: TaskRow): Pick<NetworkInterfaceRow, "attachedTo"> => {
  const host = cx.tx.containerInstances.get(task.containerInstanceArn ?? "")
  if (task.launchType !== "EC2" || host?.ec2InstanceId === undefined) return {}
  const others = cx.tx.networkInterfaces.by("attachedTo", `${scopeKey(task)}/${host.ec2InstanceId}`)
  const taken = new Set(others.map((one) => one.attachedTo?.deviceIndex))
  let deviceIndex = 1
  while (taken.has(deviceIndex)) deviceIndex += 1
  return { attachedTo: { instanceId: host.ec2InstanceId, deviceIndex } }
}
