// Gathers what compileTask needs from the records: the definition, the interface with its subnet and network.
import type { AcsTask } from "../../protocol/index.ts"
import { shownDnsName, type TaskRow, type View } from "../../state/index.ts"
import type { CredentialsOf } from "../credentials.ts"
import { type CompileInput, compileTask } from "./task.ts"

export interface GatherOptions {
  readonly apiPort: number
  readonly credentials?: CredentialsOf
  /** The address at which the task's agent reached us. */
  readonly reachedAt?: string | undefined
}

/** The payload of a task, or undefined when a record that it needs is not there. */
export const compileFromRecords = (view: View, task: TaskRow, options: GatherOptions): AcsTask | undefined => {
  const definition = view.taskDefinitions.get(task.taskDefinitionArn)
  if (!definition) return undefined
  const networkInterface = gatherInterface(view, task)
  if (task.networkConfiguration && !networkInterface) return undefined
  const instance = task.containerInstanceArn && view.containerInstances.get(task.containerInstanceArn)
  const ours = instance && instance.machineId !== undefined && networkInterface
  const attachment = task.attachments[0]
  return compileTask({
    task,
    definition,
    ...(networkInterface && { networkInterface }),
    ...(options.credentials && { credentials: options.credentials(task) }),
    // Machines of ours are told by their VPC's gateway.
    ...(instance && !instance.machineId && options.reachedAt && { apiEndpoint: options.reachedAt }),
    ...(ours &&
      attachment && {
        extension: {
          apiEndpoint: `http://${networkInterface.vpcGateway}:${options.apiPort}`,
          attachmentId: attachment.id,
        },
      }),
  })
}

const gatherInterface = (view: View, task: TaskRow): CompileInput["networkInterface"] => {
  const row = view.networkInterfaces.first("task", task.arn)
  if (!row) return undefined
  const scope = `${task.account}/${task.region}`
  const subnet = view.subnets.get(`${scope}/${row.subnetId}`)
  const network = view.networks.get(`${scope}/${row.vpcId}`)
  if (!subnet || !network) return undefined
  const [base = "", prefix = ""] = subnet.cidr.split("/")
  return {
    // Without DNS hostnames in its VPC a task has no name.
    row: { ...row, privateDnsName: shownDnsName(view, row) ?? "" },
    subnetPrefix: Number(prefix),
    // The router of a subnet is its first address: aws VPC user guide, "Subnet sizing".
    gateway: base.replace(/\d+$/, (last) => String(Number(last) + 1)),
    vpcGateway: network.gateway,
  }
}
