// Everything on an engine that carries our owner's label, and its removal in the order in which Docker allows it.
// Nothing without the label is ever looked at.
import { type Docker, hasStatus } from "../docker/index.ts"
import { type Clock, delay } from "../kernel/index.ts"
import { ownerLabel } from "../protocol/index.ts"
import { pauseImage } from "./images/pause-image.ts"

interface ListedContainer {
  readonly Id: string
  readonly Image: string
  readonly HostConfig?: { readonly NetworkMode?: string }
}

/** The filter of Docker's list calls for what is ours. */
const ofOwner = (owner: string) => ({ filters: { label: [`${ownerLabel}=${owner}`] } })

/** A thing that is gone already, or being removed by somebody else, is what we wanted. */
const unlessGone = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work
  } catch (error) {
    if (!hasStatus(error, 404) && !hasStatus(error, 409)) throw error
  }
}

const removeContainer = async (docker: Docker, { Id: id, Image }: ListedContainer): Promise<void> => {
  // The image's or task's own stop timeout holds; 304 for one that has stopped is no error. A pause container hears no
  // signal but the kill, so there is nothing to wait for.
  const query = Image === pauseImage ? { t: 0 } : {}
  await unlessGone(docker.request("POST", `/containers/${id}/stop`, { query }))
  await unlessGone(docker.request("DELETE", `/containers/${id}`, { query: { force: true, v: true } }))
  // Somebody else may be removing it; until that is done it keeps its networks and volumes from going.
  await unlessGone(docker.request("POST", `/containers/${id}/wait`, { query: { condition: "removed" } }))
}

const allAtOnce = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  await Promise.all(items.map(work))
}

/** What was removed from an engine. */
export interface Emptied {
  readonly containers: number
  readonly networks: number
  readonly volumes: number
}

/**
 * What an agent asked for before it ended may still come: a container that Docker was starting holds its networks. Looked
 * for again so often, so many milliseconds apart.
 */
const tries = 50
const between = 200

/** Stops and removes the containers, networks and volumes of `owner` on an engine. */
export const emptyEngine = async (docker: Docker, owner: string, clock: Clock): Promise<Emptied> => {
  let containers = 0
  for (let left = tries; ; left -= 1) {
    containers += await removeContainers(docker, owner)
    try {
      return { containers, ...(await removeRest(docker, owner)) }
    } catch (error) {
      // 403: a network has active endpoints.
      if (!hasStatus(error, 403) || left === 0) throw error
      await dropEndpoints(docker, owner)
      await delay(clock, between)
    }
  }
}

/** Answers how many there were. */
const removeContainers = async (docker: Docker, owner: string): Promise<number> => {
  const { body: containers } = await docker.request<ListedContainer[]>("GET", "/containers/json", {
    query: { all: true, ...ofOwner(owner) },
  })
  // Pause containers last: the others live in their network namespaces until they have stopped.
  const shares = (container: ListedContainer) => container.HostConfig?.NetworkMode?.startsWith("container:") ?? false
  await allAtOnce(containers.filter(shares), (container) => removeContainer(docker, container))
  await allAtOnce(
    containers.filter((container) => !shares(container)),
    (container) => removeContainer(docker, container),
  )
  return containers.length
}

/** Networks and volumes, which no container has any more. */
const removeRest = async (docker: Docker, owner: string): Promise<Omit<Emptied, "containers">> => {
  const { body: networks } = await docker.request<{ Id: string }[]>("GET", "/networks", { query: ofOwner(owner) })
  await allAtOnce(networks, ({ Id }) => unlessGone(docker.request("DELETE", `/networks/${Id}`)))
  const { body: volumes } = await docker.request<{ Volumes: { Name: string }[] | null }>("GET", "/volumes", {
    query: ofOwner(owner),
  })
  const names = (volumes.Volumes ?? []).map(({ Name }) => Name)
  await allAtOnce(names, (name) => unlessGone(docker.request("DELETE", `/volumes/${encodeURIComponent(name)}`)))
  return { networks: networks.length, volumes: names.length }
}

/**
 * A container that was removed while Docker was starting it can leave its place in a network behind, without a container
 * that could be looked for: only by name and by force it goes.
 */
const dropEndpoints = async (docker: Docker, owner: string): Promise<void> => {
  const { body: networks } = await docker.request<{ Id: string }[]>("GET", "/networks", { query: ofOwner(owner) })
  const drop = async (id: string) => {
    const { body } = await docker.request<{ Containers?: Record<string, { Name: string }> }>("GET", `/networks/${id}`)
    for (const { Name } of Object.values(body.Containers ?? {})) {
      await docker.request("POST", `/networks/${id}/disconnect`, { body: { Container: Name, Force: true } })
    }
  }
  // Whether it was of use the next look tells.
  await Promise.allSettled(networks.map(({ Id }) => drop(Id)))
}

/** Stops everything that runs on an engine of our own, the pause containers last. Nothing is removed. */
export const stopContainers = async (docker: Docker): Promise<void> => {
  const { body } = await docker.request<ListedContainer[]>("GET", "/containers/json")
  const stop = ({ Id, Image }: ListedContainer) =>
    unlessGone(docker.request("POST", `/containers/${Id}/stop`, { query: Image === pauseImage ? { t: 0 } : {} }))
  await allAtOnce(
    body.filter(({ Image }) => Image !== pauseImage),
    stop,
  )
  await allAtOnce(
    body.filter(({ Image }) => Image === pauseImage),
    stop,
  )
}
