// What the doctor says of the form in which tasks will run here: the agent as a process of this machine or in a helper
// container on the engine, why, and what that form lacks (docs/platforms.md).
import { release } from "node:os"
import { createDocker } from "../docker/index.ts"
import { type Check, check } from "./check.ts"
import { bridgeProgram, canRunOurNode } from "./helper/image.ts"

interface EngineInfo {
  readonly OperatingSystem?: string
  readonly KernelVersion?: string
  readonly CgroupDriver?: string
  readonly SecurityOptions?: readonly string[] | null
}

/** What an engine says of itself; undefined when it does not. */
const infoOf = async (socketPath: string): Promise<{ info: EngineInfo; processor: string } | undefined> => {
  const docker = createDocker({ socketPath })
  try {
    const { body } = await docker.request<EngineInfo>("GET", "/info")
    return { info: body, processor: (await docker.version()).Arch }
  } catch {
    // The engine's own line says why it does not answer.
    return undefined
  } finally {
    docker.close()
  }
}

const whoIs = (): string =>
  process.platform === "linux" ? `user ${process.getuid?.()} is not root` : `this is no Linux (${process.platform})`

/** The lines of root's form. */
export const processForm = (): Check[] => [
  check(
    "form",
    true,
    "the agent is a process of this machine, because this is root: addresses of tasks answer here, and VPCs whose addresses are taken get machines apart",
    "",
  ),
  check("EC2 instances", true, "each is a network namespace with an engine of its own", ""),
  check("load balancers", true, reached.everywhere, ""),
]

const reached = {
  everywhere:
    "answer at their own addresses, by their DNS names on 127.0.0.1, and by their names as Host on the port of the APIs",
  byName:
    "answer by their DNS names on 127.0.0.1, and by their names as Host on the port of the APIs; at their own addresses only inside their VPC",
}

/** The lines of the helper's form, for an engine that answers at `socketPath`. */
export const containerForm = async (socketPath: string | undefined): Promise<Check[]> => {
  const form = check("form", true, `the agent runs in a helper container on the engine, because ${whoIs()}`, "")
  const apart = check(
    "machines apart",
    false,
    "a task in a VPC whose addresses are taken here stops with the reason",
    "Run with sudo to give such VPCs machines of their own.",
  )
  const instances = check(
    "EC2 instances",
    false,
    "RunInstances ends its instances with Server.InsufficientInstanceCapacity",
    "Run with sudo: an instance is a network namespace with an engine of its own.",
  )
  const known = socketPath === undefined ? undefined : await infoOf(socketPath)
  if (!known) return [form, apart, instances]
  const { info, processor } = known
  const rootless = info.SecurityOptions?.some((option) => option.includes("rootless")) ?? false
  const ours = process.platform === "linux" && info.KernelVersion === release() && !rootless
  return [
    form,
    apart,
    instances,
    check(
      "addresses of tasks",
      ours,
      ours
        ? "answer from this machine"
        : `do not answer here: the engine (${nameOf(info, rootless)}) has a network of its own`,
      "Reach tasks on 127.0.0.1 at the ports that networkBindings of DescribeTasks names.",
    ),
    check(
      "load balancers",
      ours,
      ours ? reached.everywhere : reached.byName,
      "Reach them by name; ports below 1024 of 127.0.0.1 are root's on Linux.",
    ),
    check(
      "limits of the whole task",
      info.CgroupDriver === "cgroupfs" && !rootless,
      `the engine keeps its control groups by ${info.CgroupDriver ?? "unknown means"}${rootless ? ", without root" : ""}`,
      'Limits hold for each container until then: set "exec-opts": ["native.cgroupdriver=cgroupfs"] in the engine\'s daemon.json, or run with sudo.',
    ),
    check(
      "helper image",
      canRunOurNode(processor),
      canRunOurNode(processor)
        ? "made from this machine's Node"
        : `pulled, because this machine's Node (${process.platform} ${process.arch}) does not run on the engine (${processor})`,
      "Let the engine pull docker.io/library/node:24-slim once. The image roadstead-example and the demo need a Linux here.",
    ),
    check(
      "bridge",
      bridgeProgram() !== undefined,
      bridgeProgram() ?? "not found",
      "Install iproute2 (apt-get install iproute2). It keeps tasks apart on the link network; without it only Docker's own rule does.",
    ),
  ]
}

const nameOf = ({ OperatingSystem = "unknown" }: EngineInfo, rootless: boolean): string =>
  rootless ? `${OperatingSystem}, rootless` : OperatingSystem
