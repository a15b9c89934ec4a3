// Gathers what compileTask needs from the records: the definition, the interface with its subnet and network.
import { type AcsTask, ownAgentHash } from "../../protocol/index.ts"
import {
  type ContainerInstanceRow,
  type MachineRow,
  type NetworkInterfaceRow,
  shownDnsName,
  type TaskRow,
  type View,
} from "../../state/index.ts"
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
  const row = view.networkInterfaces.first("task", task.arn)
  const networkInterface = row && gatherInterface(view, row)
  if (task.networkConfiguration && !networkInterface) return undefined
  const instance = task.containerInstanceArn && view.containerInstances.get(task.containerInstanceArn)
  const machine = instance ? view.machines.get(instance.machineId ?? "") : undefined
  // The APIs listen on the gateway of the VPC: of the task's own interface, else of the instance that it is on.
  const gateway = machine && (networkInterface?.vpcGateway ?? gatewayOf(view, machine))
  return compileTask({
    task,
    definition,
    registryPort: options.apiPort,
    ...(networkInterface && { networkInterface }),
    ...(options.credentials && { credentials: options.credentials(task) }),
    // Machines of ours are told by their VPC's gateway.
    ...(instance && !instance.machineId && options.reachedAt && elsewhere(instance, options.reachedAt)),
    ...(gateway !== undefined && {
      extension: {
        apiEndpoint: `http://${gateway}:${options.apiPort}`,
        attachmentId: task.attachments[0]?.id ?? task.id,
      },
    }),
  })
}

const gatewayOf = (view: View, machine: MachineRow): string | undefined => {
  const instance = view.instances.get(machine.instance ?? "")
  return instance && view.networks.get(`${instance.account}/${instance.region}/${instance.vpcId}`)?.gateway
}

/** What a host that is no machine of ours has to know of us. Our own agent ships logs itself. */
const elsewhere = ({ session }: ContainerInstanceRow, endpoint: string): Partial<CompileInput> => ({
  apiEndpoint: endpoint,
  ...(session.agentHash !== ownAgentHash && { logsEndpoint: endpoint }),
})

/** An interface with what its subnet and network say of it; undefined when they are not there. */
export const gatherInterface = (view: View, row: NetworkInterfaceRow): CompileInput["networkInterface"] => {
  const scope = `${row.account}/${row.region}`
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
