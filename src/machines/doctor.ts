// What `roadstead doctor` looks at: what this machine has and lacks for hosts and networks, each with what mends it.
// Only looks; prints nothing and changes nothing.
import { constants } from "node:fs"
import { access, readFile, statfs } from "node:fs/promises"
import { createServer } from "node:net"
import { link } from "../protocol/index.ts"
import { cgroupTrees, cgroupVersion } from "./cgroups.ts"
import { type Check, check } from "./check.ts"
import { CommandError, run } from "./commands.ts"
import { askEngine } from "./daemon/answer.ts"
import { containerForm, processForm } from "./doctor-form.ts"
import { knownSockets } from "./engine.ts"

export interface DoctorOptions {
  /** The port of the APIs. */
  readonly port: number
  readonly dockerHost?: string | undefined
  readonly runtimeFolder?: string | undefined
  /** Whether the agent is to run in a helper container on the engine. */
  readonly inContainer: boolean
  /** Where `up` will keep its data: the free space there is looked at. */
  readonly dataFolder?: string
}

const isRoot = (): boolean => process.getuid?.() === 0

const node = (): Check => {
  const [major = 0] = process.versions.node.split(".").map(Number)
  return check("Node.js", major >= 24, `version ${process.versions.node}`, "Install Node.js 24 or newer.", true)
}

const engine = async (options: DoctorOptions): Promise<Check & { readonly socket?: string }> => {
  const given = options.dockerHost?.replace(/^unix:\/\//, "")
  const silent: string[] = []
  for (const socket of given ? [given] : knownSockets(options.runtimeFolder)) {
    const answer = await askEngine(socket)
    if (answer.kind === "engine") {
      const detail = `version ${answer.version} (API ${answer.apiVersion}) at ${socket}`
      return { ...check("Docker engine", true, detail, "", true), socket }
    }
    silent.push(`${socket}: ${answer.why === "not-permitted" ? "not permitted" : answer.why}`)
  }
  const installed = isRoot() && (await versionOf("dockerd", ["--version"])) !== undefined
  if (installed && !given)
    return check(
      "Docker engine",
      true,
      "none answers; `up` will start a private one with the dockerd that is installed",
      "",
      true,
    )
  const permission = silent.some((line) => line.endsWith("not permitted"))
  const mend = permission
    ? 'Join the group of the socket (sudo usermod -aG docker "$USER", then log in again) or run with sudo.'
    : "Install Docker (Debian, Ubuntu: sudo apt-get install docker.io), or use --engine simulated."
  return check("Docker engine", false, silent.join("; "), mend, true)
}

/** The first line that a program says of itself; undefined when it is not there. */
const versionOf = async (command: string, args: readonly string[]): Promise<string | undefined> => {
  try {
    return (await run(command, args)).split("\n")[0]?.trim() || "present"
  } catch (error) {
    if (error instanceof CommandError) return undefined
    throw error
  }
}

const program = async (command: string, args: readonly string[], forWhat: string, mend: string): Promise<Check> => {
  const version = await versionOf(command, args)
  return check(command, version !== undefined, version ?? "not found", `${mend} It is needed for ${forWhat}.`)
}

const cgroups = async (): Promise<Check> => {
  const version = cgroupVersion()
  const [tree] = cgroupTrees()
  const writable = tree !== undefined && (await mayUse(tree, constants.W_OK))
  return check(
    "control groups",
    version !== undefined && writable,
    version === undefined ? "none mounted" : `version ${version}, ${writable ? "writable" : "not writable"}`,
    "Run as root with /sys/fs/cgroup mounted for writing. Without it limits hold for each container, not for the whole task.",
  )
}

const mayUse = (path: string, how: number): Promise<boolean> =>
  access(path, how).then(
    () => true,
    () => false,
  )

const forwarding = async (): Promise<Check> => {
  const value = (await readFile("/proc/sys/net/ipv4/ip_forward", "utf8").catch(() => "?")).trim()
  return check(
    "IP forwarding",
    value === "1",
    `net.ipv4.ip_forward is ${value}`,
    "sudo sysctl -w net.ipv4.ip_forward=1 (Docker does this when it starts). Without it containers reach only this machine.",
  )
}

const bridges = async (): Promise<Check> => {
  const loaded = await mayUse("/sys/module/bridge", constants.F_OK)
  // Docker loads the module when it makes its first bridge.
  const loadable = loaded || (await versionOf("modprobe", ["--dry-run", "--quiet", "bridge"])) !== undefined
  return check(
    "bridges",
    loadable,
    loaded ? "in the kernel" : loadable ? "the kernel module can be loaded" : "the kernel has no bridge module",
    "Use a kernel with bridges: every network of containers is one.",
  )
}

const apiPort = async (port: number): Promise<Check> => {
  const reason = await new Promise<string | undefined>((resolve) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(undefined)))
  })
  return check(
    `port ${port}`,
    reason === undefined,
    reason === undefined ? "free" : reason === "EADDRINUSE" ? "taken (perhaps by a Roadstead that runs)" : reason,
    `See who has it (sudo ss -ltnp 'sport = :${port}'), or choose another with --port.`,
    true,
  )
}

interface Device {
  readonly ifname: string
  readonly addr_info: readonly { readonly local: string }[]
}

/** With iproute2 and not os.networkInterfaces(), which leaves out bridges that nothing is connected to. */
const linkAddress = async (): Promise<Check> => {
  const name = `address ${link.address}`
  const mend =
    "Stop what has it. Another Roadstead on this engine is no harm as root: this one then gets an engine of its own; for another user it is one too many."
  try {
    const devices = JSON.parse(await run("ip", ["-j", "-4", "address"])) as Device[]
    const holder = devices.find(({ addr_info }) => addr_info.some(({ local }) => local === link.address))
    // Our own link network's bridge begins like this; a Roadstead that runs or has run here keeps it.
    const ours = holder?.ifname.startsWith("rsl-") ?? false
    const detail = holder ? `on ${holder.ifname}${ours ? ", a Roadstead's link network" : ""}` : "free"
    return check(name, !holder || ours, detail, mend)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    return check(name, false, "cannot be looked up without iproute2", "Install iproute2 (apt-get install iproute2).")
  }
}

/** Images of examples and layers of containers; less than this and the first pull may fill the disk. */
const spaceWanted = 2 * 1024 ** 3

const disk = async (folder: string): Promise<Check> => {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  return check(
    "disk",
    free >= spaceWanted,
    `${(free / 1024 ** 3).toFixed(1)} GiB free at ${folder}`,
    "Free some space (docker system prune), or choose another folder with --data.",
  )
}

/** Looks at everything. Never rejects for something that is missing. */
export const doctorChecks = async (options: DoctorOptions): Promise<Check[]> => {
  const { socket, ...answering } = await engine(options)
  const either = [apiPort(options.port), disk(options.dataFolder ?? process.cwd())]
  // In a helper container the engine's host does the rest, and has what it takes or does not answer.
  const rest = options.inContainer
    ? either
    : [
        program("ip", ["-V"], "machines apart", "Install iproute2 (apt-get install iproute2)."),
        program("nsenter", ["--version"], "machines apart", "Install util-linux (apt-get install util-linux)."),
        program("iptables", ["--version"], "Docker's networks", "Install iptables (apt-get install iptables)."),
        cgroups(),
        forwarding(),
        bridges(),
        linkAddress(),
        ...either,
      ]
  const form = options.inContainer ? await containerForm(socket) : processForm()
  return [node(), answering, ...form, ...(await Promise.all(rest))]
}
