// Names of all that carries a label of some data folder on an engine: containers, networks, volumes.
import type { Docker } from "../../src/docker/index.ts"

export const namesOfOurs = async (docker: Docker): Promise<string[]> => {
  const query = { filters: { label: ["io.roadstead.owner"] } }
  const { body: containers } = await docker.request<{ Names: string[] }[]>("GET", "/containers/json", {
    query: { all: true, ...query },
  })
  const { body: networks } = await docker.request<{ Name: string }[]>("GET", "/networks", { query })
  const { body: volumes } = await docker.request<{ Volumes: { Name: string }[] | null }>("GET", "/volumes", { query })
  return [
    ...containers.map(({ Names }) => Names[0] ?? ""),
    ...networks.map(({ Name }) => Name),
    ...(volumes.Volumes ?? []).map(({ Name }) => Name),
  ]
}
