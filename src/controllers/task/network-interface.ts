// The network interface of an awsvpc task: an address in its subnet, the VPC's network on a host of the Fargate pool,
// and that host. Made in PROVISIONING, given back in DEPROVISIONING. How it comes to a container instance is in
// attach-interface.ts.
import type { Cx } from "../../gate/index.ts"
import { place } from "../../scheduler/index.ts"
import {
  allocateAddress,
  interfaceRow,
  type NetworkInterfaceRow,
  type SubnetRow,
  shownDnsName,
  subnetOf,
  type TaskAttachment,
  type TaskRow,
  wantNetwork,
} from "../../state/index.ts"
import { attached, attachedTo, attachTo, failed, unreachable } from "./attach-interface.ts"
import { fargateHosts, needsOf } from "./hosts.ts"
import type { StepKind, StepResult } from "./step-kind.ts"
import { takeSandbox } from "./take-sandbox.ts"

const waiting: StepResult = { status: "WAITING" }

const usesInterface = (task: TaskRow) => task.networkConfiguration !== undefined

/** Makes the interface, asks for the network and chooses the host. */
export const networkInterface: StepKind = {
  kind: "network-interface",
  phase: "PROVISIONING",
  applies: usesInterface,
  work: (cx, task) => {
    const attachment = task.attachments.find((a) => a.type === "ElasticNetworkInterface")
    const subnetId = attachment?.details.find((d) => d.name === "subnetId")?.value
    const subnet = subnetId === undefined ? undefined : subnetOf(cx.tx, task, subnetId)
    if (!attachment || !subnet) return failed(notMade(task, subnetId, "InvalidSubnetID.NotFound"))
    const known = cx.tx.networkInterfaces.first("task", task.arn)
    // Of a service's tasks, which are started long after their groups were checked.
    if (!known && groupIsGone(cx, task)) return failed(notMade(task, subnet.id, "InvalidGroup.NotFound"))
    const made = known ?? make(cx, task, subnet, attachment)
    if (!made) return failed(notMade(task, subnet.id, "InsufficientFreeAddressesInSubnet"))
    const network = wantNetwork(cx.tx, task, subnet.vpcId, cx.now)
    const details = described(attachment, made, shownDnsName(cx.tx, made))
    const attachments = [{ ...attachment, ...details, status: "ATTACHING" as const }]
    const instance = task.launchType === "EC2" && cx.tx.containerInstances.get(task.containerInstanceArn ?? "")
    if (instance) return attachTo(instance, { task, attachments, network, now: cx.now })
    if (!network || network.observed.status === "UNKNOWN" || network.observed.status === "OVERLAPS") {
      return { ...waiting, patch: { attachments } }
    }
    if (network.observed.status === "FAILED") return failed(unreachable(network))
    const placement = place(fargateHosts(cx.tx), needsOf(network))
    if (!placement.host) return { ...waiting, patch: { attachments } }
    return {
      status: "DONE",
      patch: {
        attachments: attached(attachments),
        containerInstanceArn: placement.host.id,
        availabilityZone: subnet.availabilityZone,
      },
    }
  },
}

/** Removes the interface; its address may be given to another task from now on. */
export const releaseInterface: StepKind = {
  kind: "network-interface",
  phase: "DEPROVISIONING",
  applies: usesInterface,
  work: (cx, task) => {
    const made = cx.tx.networkInterfaces.first("task", task.arn)
    if (made) cx.tx.networkInterfaces.delete(`${made.account}/${made.region}/${made.id}`)
    return {
      status: "DONE",
      patch: { attachments: task.attachments.map((a) => ({ ...a, status: "DELETED" as const })) },
    }
  },
}

const groupIsGone = (cx: Cx, task: TaskRow): boolean =>
  (task.networkConfiguration?.securityGroups ?? []).some(
    (id) => !cx.tx.securityGroups.has(`${task.account}/${task.region}/${id}`),
  )

/** What ECS says of an interface that EC2 refused it, with EC2's code. text from memory */
const notMade = (task: TaskRow, subnetId: string | undefined, code: string): string => {
  const publicIp = task.networkConfiguration?.assignPublicIp === "ENABLED" ? "enabled" : "disabled"
  const what = `Create Network Interface with public IP assignment ${publicIp} in subnet '${subnetId}'`
  return `Unexpected EC2 error while attempting to ${what}: ${code}`
}

const make = (
  cx: Cx,
  task: TaskRow,
  subnet: SubnetRow,
  attachment: TaskAttachment,
): NetworkInterfaceRow | undefined => {
  const ready = task.launchType === "FARGATE" ? takeSandbox(cx, subnet) : undefined
  const id = ready?.id ?? cx.ids.ec2("eni")
  const privateIp = ready?.privateIp ?? allocateAddress(cx.tx, subnet, id)
  if (privateIp === undefined) return undefined
  return cx.tx.networkInterfaces.insert({
    ...interfaceRow({
      id,
      subnet,
      privateIp,
      securityGroups: task.networkConfiguration?.securityGroups ?? [],
      description: `arn:aws:ecs:${task.region}:${task.account}:attachment/${attachment.id}`,
      createdAt: cx.now,
      taskArn: task.arn,
    }),
    ...attachedTo(cx, task),
    // ECS puts its own tags on the interface as well ([field] aws/aws-sdk-js#2425), and none of the user's.
    tags: task.tags.filter(({ key }) => key.startsWith("aws:ecs:")),
  })
}

/** The details in the order in which DescribeTasks gives them: aws-behaviour.md section 8. */
const described = (
  attachment: TaskAttachment,
  made: NetworkInterfaceRow,
  dnsName: string | undefined,
): Pick<TaskAttachment, "details"> => ({
  details: [
    ...attachment.details.filter((d) => d.name === "subnetId"),
    { name: "networkInterfaceId", value: made.id },
    { name: "macAddress", value: made.macAddress },
    // A VPC without DNS hostnames gives none.
    ...(dnsName === undefined ? [] : [{ name: "privateDnsName", value: dnsName }]),
    { name: "privateIPv4Address", value: made.privateIp },
  ],
})
