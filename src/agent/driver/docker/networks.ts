// Networks for the driver: found by label and connected to. How a port is isolated is in isolate.ts.
import { type Docker, DockerError, hasStatus } from "../../../docker/index.ts"
import type { ContainerDriver, NetworkInfo } from "../../driver.ts"
import { translated } from "./errors.ts"
import { isolatePort } from "./isolate.ts"

interface DockerNetwork {
  readonly Id: string
  readonly Name: string
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null }
}

/** The calls about networks. */
export const networkCalls = (
  docker: Docker,
): Pick<ContainerDriver, "network" | "hasDefaultBridge" | "connect" | "isolate"> => ({
  network: (labels) =>
    translated("other", async () => {
      const filters = { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) }
      const { body } = await docker.request<readonly DockerNetwork[]>("GET", "/networks", { query: { filters } })
      return body[0] && readNetwork(body[0])
    }),
  hasDefaultBridge: () =>
    translated("other", async () => {
      try {
        await docker.request("GET", "/networks/bridge")
        return true
      } catch (error) {
        if (hasStatus(error, 404)) return false
        throw error
      }
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
    return pid !== undefined && mac !== undefined && isolatePort(pid, mac)
  },
})

const readNetwork = ({ Id, Name, IPAM }: DockerNetwork): NetworkInfo => {
  const { Subnet, Gateway } = IPAM?.Config?.[0] ?? {}
  return { id: Id, name: Name, ...(Subnet && { subnet: Subnet }), ...(Gateway && { gateway: Gateway }) }
}
