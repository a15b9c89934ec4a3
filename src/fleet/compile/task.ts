// From a task and its definition to what an agent is sent. Overrides are merged here, because agents refuse all but
// `command` of them (ecs-agent-protocol.md section 5). Pure.
import { isLoopback } from "../../kernel/index.ts"
import {
  type AcsNetworkInterface,
  type AcsTask,
  type NameValue,
  roadsteadAttachmentType,
} from "../../protocol/index.ts"
import type { NetworkInterfaceRow, TaskDefinitionRow, TaskRow } from "../../state/index.ts"
import type { TaskCredentials } from "../credentials.ts"
import { compileContainer } from "./container.ts"
import { compileVolume } from "./volumes.ts"

/** What a payload is made from. */
export interface CompileInput {
  readonly task: TaskRow
  readonly definition: TaskDefinitionRow
  /** The interface of an awsvpc task with what its VPC says of it. */
  readonly networkInterface?: {
    readonly row: NetworkInterfaceRow
    readonly subnetPrefix: number
    readonly gateway: string
    /** The VPC's own gateway: the resolver, and where the APIs listen. */
    readonly vpcGateway: string
  }
  readonly credentials?: TaskCredentials
  /** The port of our own registry. */
  readonly registryPort?: number
  /** The address at which the agent reached us, for hosts that are not machines of ours. */
  readonly apiEndpoint?: string
  /** The same for Docker's awslogs driver, where the agent leaves logs to it. */
  readonly logsEndpoint?: string
  /** For agents of ours: what the protocol has no word for. Absent for others. */
  readonly extension?: { readonly apiEndpoint: string; readonly attachmentId: string }
}

/** The task as PayloadMessage carries it. */
export const compileTask = (input: CompileInput): AcsTask => {
  const { task, definition, networkInterface, credentials } = input
  const body = definition.definition
  return {
    arn: task.arn,
    taskClusterArn: task.clusterArn,
    desiredStatus: "RUNNING",
    family: definition.family,
    version: String(definition.revision),
    taskDefinitionAccountId: definition.account,
    launchType: task.launchType,
    // vCPUs on the wire, CPU units in the API.
    ...(task.cpu !== undefined && { cpu: Number(task.cpu) / 1024 }),
    ...(task.memory !== undefined && { memory: Number(task.memory) }),
    ...(body.networkMode !== undefined && { networkMode: body.networkMode as NonNullable<AcsTask["networkMode"]> }),
    ...(body.pidMode !== undefined && { pidMode: body.pidMode }),
    ...(body.ipcMode !== undefined && { ipcMode: body.ipcMode }),
    ...(task.serviceArn !== undefined && { serviceName: task.serviceArn.slice(task.serviceArn.lastIndexOf("/") + 1) }),
    group: task.group,
    overrides: "{}",
    ...(task.availabilityZone !== undefined && { zone: task.availabilityZone }),
    ...(credentials?.task && { roleCredentials: credentials.task }),
    ...(credentials?.execution && { executionRoleCredentials: credentials.execution }),
    volumes: (body.volumes ?? []).map(compileVolume),
    containers: (body.containerDefinitions ?? []).map((container) =>
      compileContainer({
        container,
        task,
        // Without a session there would be keys to wait for that nobody hands out; the host's own do the work then.
        hasExecutionRole: credentials?.execution !== undefined,
        ...endpointFor(input),
        logsEndpoint: input.logsEndpoint,
        ...(input.registryPort !== undefined && { registryPort: input.registryPort }),
        ...(body.networkMode !== undefined && { networkMode: body.networkMode }),
      }),
    ),
    ...(networkInterface && { elasticNetworkInterfaces: [compileInterface(networkInterface)] }),
    ...attachmentsOf(input),
    ...associationsOf(task),
  }
}

/** The agent gives a container the devices that are associated with it (ecs-agent-protocol.md, `Association`). */
const associationsOf = ({ containers }: TaskRow): Pick<AcsTask, "associations"> => {
  const associations = containers.flatMap(({ name, gpuIds = [] }) =>
    gpuIds.map((id) => ({
      name: id,
      type: "gpu" as const,
      content: { encoding: "base64" as const, value: "" },
      containers: [name],
    })),
  )
  return associations.length > 0 ? { associations } : {}
}

/** A loopback address means this machine in host mode only; elsewhere it is the container itself. */
const endpointFor = ({ apiEndpoint, definition }: CompileInput): { readonly apiEndpoint?: string } => {
  const { networkMode } = definition.definition
  if (apiEndpoint === undefined || networkMode === "none") return {}
  return networkMode !== "host" && isLoopback(new URL(apiEndpoint).hostname) ? {} : { apiEndpoint }
}

/** A network interface as an agent is told of it. */
export const compileInterface = ({
  row,
  subnetPrefix,
  gateway,
  vpcGateway,
}: NonNullable<CompileInput["networkInterface"]>): AcsNetworkInterface => ({
  ec2Id: row.id,
  macAddress: row.macAddress,
  attachmentArn: row.description,
  ipv4Addresses: [{ privateAddress: row.privateIp, primary: true }],
  subnetGatewayIpv4Address: `${gateway}/${subnetPrefix}`,
  domainNameServers: [vpcGateway],
  domainName: [row.region === "us-east-1" ? "ec2.internal" : `${row.region}.compute.internal`],
  ...(row.privateDnsName !== "" && { privateDnsName: row.privateDnsName }),
})

const attachmentsOf = (input: CompileInput): Pick<AcsTask, "attachments"> => {
  const { task, definition, extension } = input
  const unresolved = (definition.definition.containerDefinitions ?? [])
    .filter((container) => container.versionConsistency === "disabled")
    .map((container) => container.name)
  if (!extension && unresolved.length === 0) return {}
  return {
    attachments: [
      {
        attachmentArn: `arn:aws:ecs:${task.region}:${task.account}:attachment/${extension?.attachmentId ?? task.id}`,
        attachmentType: roadsteadAttachmentType,
        attachmentProperties: [
          ...(extension ? placeOf(input, extension) : []),
          ...(unresolved.length > 0 ? [{ name: "unresolvedImages", value: unresolved.join(",") }] : []),
        ],
      },
    ],
  }
}

const placeOf = (
  { task, networkInterface }: CompileInput,
  { apiEndpoint }: NonNullable<CompileInput["extension"]>,
): NameValue[] => {
  const properties: NameValue[] = [
    { name: "accountId", value: task.account },
    { name: "region", value: task.region },
    { name: "clusterArn", value: task.clusterArn },
    { name: "taskDefinitionArn", value: task.taskDefinitionArn },
    { name: "createdAt", value: String(task.createdAt) },
    { name: "apiEndpoint", value: apiEndpoint },
  ]
  if (task.platformVersion) properties.push({ name: "platformVersion", value: task.platformVersion })
  if (task.availabilityZone) properties.push({ name: "availabilityZone", value: task.availabilityZone })
  if (networkInterface) {
    properties.push({ name: "vpcId", value: networkInterface.row.vpcId })
    properties.push({ name: "networkInterfaceId", value: networkInterface.row.id })
  }
  return properties
}
