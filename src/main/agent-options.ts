// From what the supervisor hands over to the options of an agent: for the process of one agent, and for the one of many
// simulated agents.
import { type AgentOptions, instanceOptions } from "../agent/index.ts"
import { type Log, newIds } from "../kernel/index.ts"
import type { InstanceProfileMetadata, InstanceWish, MachineWish } from "../protocol/index.ts"
import { link } from "../protocol/index.ts"
import type { Credentials } from "../wire/client/index.ts"
import { wallClock } from "./clocks.ts"
import { makeExampleImage } from "./example-image.ts"
import type { LogFormat, LogLevel } from "./log.ts"
import { mostOpenFiles } from "./open-files.ts"
import { random } from "./random.ts"
import { version } from "./version.ts"

/** What the supervisor hands over. */
export interface AgentConfiguration {
  readonly machineId: string
  readonly agent: MachineWish["agent"]
  readonly owner: string
  readonly folder: string
  /** The EC2 instance that it is the agent of. */
  readonly instance?: InstanceWish & { readonly hostRoot?: string; readonly interfaces?: boolean }
  /** The profile of a simulated instance, whose role its agent signs as. */
  readonly profile?: InstanceProfileMetadata
  readonly engine:
    | {
        readonly kind: "docker"
        readonly socketPath: string
        readonly cgroup: string
        readonly imageSource?: string
        readonly pauseImage: string
        /** The address of this machine on which ports of awsvpc tasks are published. */
        readonly publish?: string
      }
    | { readonly kind: "simulated" }
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

/**
 * What the agent of an instance signs with: the role of the instance's profile, else the machine's own key.
 * @throws NoCredentials when there is a profile that gives none, as on AWS such an agent finds none.
 */
export const instanceCredentials = (
  agent: MachineWish["agent"],
  profile: InstanceProfileMetadata | undefined,
): Credentials => {
  if (!profile) return { accessKeyId: agent.accessKeyId, secretAccessKey: agent.secretAccessKey }
  const { role } = profile
  if (role?.credentials) return role.credentials
  const why = role ? `EC2 cannot assume the role ${role.name}` : "it has no role"
  throw new NoCredentials(`The instance profile ${profile.arn} gives no credentials: ${why}.`)
}

/** See {@link instanceCredentials}. */
export class NoCredentials extends Error {}

/** The options of the agent. */
export const agentOptions = (configuration: AgentConfiguration, log: Log): AgentOptions => {
  const { machineId, agent, owner, folder, engine, instance } = configuration
  return {
    dataFolder: folder,
    cluster: agent.cluster,
    region: agent.region,
    endpoint: agent.endpoint,
    credentials: instanceCredentials(agent, configuration.profile),
    engine: engine.kind === "docker" ? { ...engine, makeImage: makeExampleImage } : engine,
    openFiles: mostOpenFiles(),
    version,
    architecture: process.arch === "arm64" ? "arm64" : "x86_64",
    owner,
    machineId,
    ...(instance && instanceOptions(instance, log)),
    metadata: engine.kind === "docker" ? { host: link.address, port: 80 } : undefined,
    log,
    wallClock,
    ids: newIds(random),
  }
}
