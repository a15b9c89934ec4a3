// Networks for the driver: found by label, connected to, and a task's port on the link bridge isolated from the others.
import { readdir, readFile, writeFile } from "node:fs/promises"
import { type Docker, DockerError } from "../../../docker/index.ts"
import type { ContainerDriver, NetworkInfo } from "../../driver.ts"
import { translated } from "./errors.ts"

interface DockerNetwork {
  readonly Id: string
  readonly Name: string
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null }
}

/** The calls about networks. */
export const networkCalls = (docker: Docker): Pick<ContainerDriver, "network" | "connect" | "isolate"> => ({
  network: (labels) =>
    translated("other", async () => {
      const filters = { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) }
      const { body } = await docker.request<readonly DockerNetwork[]>("GET", "/networks", { query: { filters } })
      return body[0] && readNetwork(body[0])
    }),
  connect: (networkId, containerId) =>
    translated("other", async () => {
      try {
        await docker.request("POST", `/networks/${networkId}/connect`, { body: { Container: containerId } })
      } catch (error) {
        // Docker answers 403 for one that is connected and runs, and connects one that does not run again.
        if (!(error instanceof DockerError && /already exists in network/.test(error.message))) throw error
      }
    }),
  isolate: async (networkId, { pid, macs }) => {
    const mac = macs?.[networkId]
    if (pid === undefined || mac === undefined) return false
    try {
      const peer = await peerOf(pid, mac)
      const port = peer && (await deviceWithIndex(peer))
      if (!port) return false
      await writeFile(`/sys/class/net/${port}/brport/isolated`, "1")
      return true
    } catch (error) {
      // Not root, or the engine runs in a machine of its own: said by the answer, decided by who asked.
      if (isFileError(error)) return false
      throw error
    }
  },
})

const readNetwork = ({ Id, Name, IPAM }: DockerNetwork): NetworkInfo => {
  const { Subnet, Gateway } = IPAM?.Config?.[0] ?? {}
  return { id: Id, name: Name, ...(Subnet && { subnet: Subnet }), ...(Gateway && { gateway: Gateway }) }
}

/** The index of the host's end of the container's interface with this hardware address. */
const peerOf = async (pid: number, mac: string): Promise<string | undefined> => {
  // Docker mounts the sysfs of its own network namespace in every container.
  const devices = `/proc/${pid}/root/sys/class/net`
  for (const device of await readdir(devices)) {
    if ((await readLine(`${devices}/${device}/address`)) === mac) return readLine(`${devices}/${device}/iflink`)
  }
  return undefined
}

const deviceWithIndex = async (index: string): Promise<string | undefined> => {
  const devices = await readdir("/sys/class/net")
  // A device may go away between the two readings: then it was not ours.
  const indexes = await Promise.all(devices.map((one) => readLine(`/sys/class/net/${one}/ifindex`).catch(() => "")))
  return devices[indexes.indexOf(index)]
}

const readLine = async (path: string): Promise<string> => (await readFile(path, "utf8")).trim()

const isFileError = (error: unknown): boolean => error instanceof Error && "syscall" in error
