// Who may open a session: reads the upgrade request of an agent, finds the container instance that its key may speak
// for, and says in the agent's own words why not. Pure over a view.
import { authorise, type Caller, type ReadCx } from "../../gate/index.ts"
import { Fault } from "../../kernel/index.ts"
import type { ContainerInstanceRow, View } from "../../state/index.ts"
import type { AgentVersion } from "../facts.ts"

/** A session that may be opened. */
export interface Admission {
  readonly channel: "acs" | "tcs"
  readonly instance: ContainerInstanceRow
  readonly version: AgentVersion
  readonly sendCredentials: boolean
  /** The agent speaks a version of the protocol in which each heartbeat is answered (`protocolVersion` 2). */
  readonly answersHeartbeats: boolean
}

/** Why not; the names are those that agents know (ecs-agent-protocol.md section 4). */
export interface Refusal {
  readonly status: number
  readonly type:
    | "InactiveInstanceException"
    | "InvalidInstanceException"
    | "AccessDeniedException"
    | "BadRequestException"
  readonly message: string
}

/** The paths that DiscoverPollEndpoint's answers lead to. */
export const channelPaths = { acs: "/acs", tcs: "/tcs" } as const

/** Whether a path belongs to the agents' channels. */
export const isAgentPath = (path: string): boolean =>
  path === `${channelPaths.acs}/ws` || path === `${channelPaths.tcs}/ws`

/** Decides on an upgrade of `path?query` by `caller`. */
export const admit = (view: View, url: URL, caller: Caller): Admission | Refusal => {
  const channel =
    url.pathname === `${channelPaths.acs}/ws` ? "acs" : url.pathname === `${channelPaths.tcs}/ws` ? "tcs" : undefined
  if (!channel) return refuse(404, "BadRequestException", "There is no such endpoint.")
  const arn = url.searchParams.get(channel === "acs" ? "containerInstanceArn" : "containerInstance") ?? ""
  const instance = view.containerInstances.get(arn)
  if (!instance) return refuse(400, "InvalidInstanceException", "The container instance is not known.")
  if (!speaksFor(caller, instance)) {
    return refuse(403, "AccessDeniedException", "The key does not belong to the container instance.")
  }
  if (instance.status === "INACTIVE") {
    return refuse(400, "InactiveInstanceException", "The container instance is deregistered.")
  }
  const parameter = (name: string) => url.searchParams.get(name) || undefined
  const agentVersion = parameter("agentVersion")
  const agentHash = parameter("agentHash")
  // ACS writes `DockerVersion: 20.10.24`, TCS the number alone (trap 21).
  const dockerVersion = parameter("dockerVersion")
  return {
    channel,
    instance,
    version: {
      ...(agentVersion && { agentVersion }),
      ...(agentHash && { agentHash }),
      ...(dockerVersion && {
        dockerVersion: dockerVersion.startsWith("DockerVersion") ? dockerVersion : `DockerVersion: ${dockerVersion}`,
      }),
    },
    sendCredentials: parameter("sendCredentials") === "true",
    answersHeartbeats: Number(parameter("protocolVersion")) >= 2,
  }
}

/** What opening the channel needs permission for: Service Authorization Reference of ECS. */
const actions = { acs: "ecs:Poll", tcs: "ecs:StartTelemetrySession" } as const

/** Why the caller's policies do not let it open the session, if they do not. */
export const refusedByPolicy = (
  cx: ReadCx,
  { channel, instance }: Pick<Admission, "channel" | "instance">,
): Refusal | undefined => {
  const demand = {
    action: actions[channel],
    resources: [instance.arn],
    conditions: { "ecs:cluster": instance.clusterArn },
  }
  try {
    authorise("ecs", cx, [demand])
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return refuse(403, "AccessDeniedException", error.message)
  }
}

/** A machine's key speaks for the instance on that machine; anybody else's for instances of his account that are on none. */
export const speaksFor = (caller: Caller, instance: ContainerInstanceRow): boolean =>
  caller.machineId !== undefined
    ? instance.machineId === caller.machineId
    : instance.machineId === undefined && instance.account === caller.account

const refuse = (status: number, type: Refusal["type"], message: string): Refusal => ({ status, type, message })
