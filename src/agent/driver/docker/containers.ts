// Containers over Docker's API: made, started, stopped, looked at, listed. Images, networks and groups are beside it.
import { type Docker, hasStatus } from "../../../docker/index.ts"
import type { ContainerDriver, ContainerSpec, ContainerState } from "../../driver.ts"
import { translated } from "./errors.ts"
import { type ContainerInspect, readState } from "./state.ts"

type Calls = Pick<ContainerDriver, "create" | "start" | "stop" | "kill" | "rename" | "remove" | "inspect" | "list">

/** The calls of a {@link ContainerDriver} that are about containers. */
export const containerCalls = (docker: Docker): Calls => {
  const inspect = async (id: string): Promise<ContainerState | undefined> => {
    try {
      return readState((await docker.request<ContainerInspect>("GET", `/containers/${id}/json`)).body)
    } catch (error) {
      if (hasStatus(error, 404)) return undefined
      throw error
    }
  }
  return {
    create: (spec) =>
      translated("cannot-create", async () => {
        const options = { query: { name: spec.name }, body: createBody(spec) }
        return (await docker.request<{ Id: string }>("POST", "/containers/create", options)).body.Id
      }),
    start: (id) => translated("cannot-start", () => post(docker, `/containers/${id}/start`)),
    stop: (id, seconds) => translated("other", () => post(docker, `/containers/${id}/stop`, { t: seconds })),
    kill: (id) =>
      translated("other", async () => {
        try {
          await post(docker, `/containers/${id}/kill`, { signal: "SIGKILL" })
        } catch (error) {
          // Docker: 409 when it does not run, which is what was wanted.
          if (!hasStatus(error, 409)) throw error
        }
      }),
    rename: (id, name) => translated("other", () => post(docker, `/containers/${id}/rename`, { name })),
    remove: (id) =>
      translated("other", async () => {
        try {
          await docker.request("DELETE", `/containers/${id}`, { query: { v: true, force: true } })
        } catch (error) {
          // 409: somebody else is removing it at this moment.
          if (!hasStatus(error, 404) && !hasStatus(error, 409)) throw error
        }
      }),
    inspect: (id) => translated("other", () => inspect(id)),
    list: (labels) =>
      translated("other", async () => {
        const filters = { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) }
        const options = { query: { all: true, filters } }
        const { body } = await docker.request<readonly { Id: string }[]>("GET", "/containers/json", options)
        const states = await Promise.all(body.map(({ Id }) => inspect(Id)))
        // One that was removed between the two questions is not there any more.
        return states.filter((state) => state !== undefined)
      }),
  }
}

const post = async (docker: Docker, path: string, query = {}): Promise<void> => {
  await docker.request("POST", path, { query })
}

// An API before 1.44 takes one network at creation, which is why the link network is connected by a call of its own.
const createBody = ({ image, config, hostConfig, network }: ContainerSpec) => ({
  ...config,
  Image: image,
  HostConfig: network ? { ...hostConfig, NetworkMode: network.id } : hostConfig,
  ...(network && {
    ...(network.mac && { MacAddress: network.mac }),
    NetworkingConfig: {
      EndpointsConfig: {
        [network.id]: {
          ...(network.ip && { IPAMConfig: { IPv4Address: network.ip } }),
          ...(network.mac && { MacAddress: network.mac }),
        },
      },
    },
  }),
})
