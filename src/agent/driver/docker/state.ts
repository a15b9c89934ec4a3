// Docker's document of a container read into ours. Pure: what the members mean is Docker's API documentation.
import type { ContainerState } from "../../driver.ts"

/** `GET /containers/<id>/json`, the members that we look at. */
export interface ContainerInspect {
  readonly Id: string
  readonly Name: string
  readonly Created: string
  readonly Image: string
  readonly RestartCount?: number
  readonly LogPath?: string
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly OOMKilled: boolean
    readonly Pid: number
    readonly ExitCode: number
    readonly Error: string
    readonly StartedAt: string
    readonly FinishedAt: string
    readonly Health?: {
      readonly Status: string
      readonly Log?: readonly { readonly End: string; readonly ExitCode: number; readonly Output: string }[] | null
    }
  }
  readonly Config: { readonly Image: string; readonly Labels?: Readonly<Record<string, string>> | null }
  readonly NetworkSettings: {
    readonly Networks?: Readonly<
      Record<string, { readonly NetworkID: string; readonly IPAddress: string; readonly MacAddress: string }>
    > | null
    readonly Ports?: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    > | null
  }
  readonly Mounts?: readonly { readonly Name?: string; readonly Source: string; readonly Destination: string }[] | null
}

/** Epoch milliseconds, or undefined for Docker's zero time. */
export const instant = (text: string): number | undefined =>
  text === "" || text.startsWith("0001-") ? undefined : Date.parse(text)

const statuses = new Map<string, ContainerState["status"]>([
  ["created", "created"],
  ["running", "running"],
  // A restart by a policy of the user's own: it counts as running until Docker gives up.
  ["restarting", "running"],
  ["paused", "paused"],
  ["exited", "exited"],
  ["removing", "exited"],
  ["dead", "dead"],
])

/** A container as the task engine sees it. */
export const readState = (inspect: ContainerInspect): ContainerState => {
  const { State, NetworkSettings } = inspect
  const status = statuses.get(State.Status) ?? "dead"
  const ended = status === "exited" || status === "dead" || (status === "created" && State.Error !== "")
  const endpoints = Object.values(NetworkSettings.Networks ?? {}).filter((endpoint) => endpoint.NetworkID !== "")
  return {
    id: inspect.Id,
    name: inspect.Name.replace(/^\//, ""),
    image: inspect.Config.Image,
    imageId: inspect.Image,
    labels: inspect.Config.Labels ?? {},
    status,
    oomKilled: State.OOMKilled,
    restartCount: inspect.RestartCount ?? 0,
    addresses: pick(endpoints, (endpoint) => endpoint.IPAddress),
    macs: pick(endpoints, (endpoint) => endpoint.MacAddress),
    ports: readPorts(NetworkSettings.Ports ?? {}),
    mounts: (inspect.Mounts ?? []).map(({ Name, Source, Destination }) => ({
      ...(Name !== undefined && { name: Name }),
      source: Source,
      destination: Destination,
    })),
    ...(State.Status === "removing" && { removing: true }),
    ...(State.Pid > 0 && { pid: State.Pid }),
    ...(ended && { exitCode: State.ExitCode }),
    ...(State.Error !== "" && { error: State.Error }),
    ...times({ createdAt: inspect.Created, startedAt: State.StartedAt, finishedAt: State.FinishedAt }),
    ...(State.Health && State.Health.Status !== "none" && { health: readHealth(State.Health) }),
    ...(inspect.LogPath && { logPath: inspect.LogPath }),
  }
}

type Endpoint = { readonly NetworkID: string; readonly IPAddress: string; readonly MacAddress: string }

const pick = (endpoints: readonly Endpoint[], of: (endpoint: Endpoint) => string): Record<string, string> =>
  Object.fromEntries(endpoints.filter((endpoint) => of(endpoint) !== "").map((one) => [one.NetworkID, of(one)]))

const times = (texts: { createdAt: string; startedAt: string; finishedAt: string }) =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => {
      const at = instant(text)
      return at === undefined ? [] : [[name, at]]
    }),
  ) as { createdAt?: number; startedAt?: number; finishedAt?: number }

const readPorts = (ports: NonNullable<ContainerInspect["NetworkSettings"]["Ports"]>): ContainerState["ports"] =>
  Object.entries(ports).flatMap(([key, bindings]) => {
    const [port, protocol] = key.split("/")
    if (protocol !== "tcp" && protocol !== "udp") return []
    return (bindings ?? []).map((binding) => ({
      containerPort: Number(port),
      hostPort: Number(binding.HostPort),
      protocol,
      hostIp: binding.HostIp,
    }))
  })

type Health = NonNullable<ContainerInspect["State"]["Health"]>

const readHealth = ({ Status, Log }: Health): NonNullable<ContainerState["health"]> => {
  const last = Log?.at(-1)
  const at = last && instant(last.End)
  return {
    status: Status === "healthy" || Status === "unhealthy" ? Status : "starting",
    ...(last && { output: last.Output, exitCode: last.ExitCode }),
    ...(at !== undefined && { at }),
  }
}
