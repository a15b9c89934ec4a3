// Mount points of a container as Docker's binds, and the volumes that have to be made for a task. Pure.
import { join, normalize } from "node:path/posix"
import type { AcsContainer, AcsVolume } from "../../protocol/index.ts"
import type { TaskSnapshot } from "../types.ts"

/** Where a host's own paths are for tasks. */
export interface HostPaths {
  /** The folder below which host paths of tasks are; without it a task that names one is refused. */
  readonly hostRoot?: string
  /** What `/var/run/docker.sock` means: the engine's socket. Such a task was let through by its control plane. */
  readonly engineSocket?: string
}

const isEngineSocket = (path: string): boolean => /^\/(var\/)?run\/docker\.sock$/.test(normalize(`/${path}`))

/** The paths of a task's volumes that are below the instance's own root. */
export const hostPathsOf = (task: TaskSnapshot): readonly string[] =>
  (task.definition.volumes ?? []).flatMap(({ type, host }) =>
    type === "host" && host?.sourcePath && !isEngineSocket(host.sourcePath) ? [host.sourcePath] : [],
  )

/** `<volume or path>:<path in the container>[:ro]`. Throws when a volume cannot be mounted on this host. */
export const bindsOf = (task: TaskSnapshot, container: AcsContainer, paths: HostPaths): string[] =>
  (container.mountPoints ?? []).map(({ sourceVolume, containerPath, readOnly }) => {
    const volume = task.definition.volumes?.find((one) => one.name === sourceVolume)
    if (!volume)
      throw new Error(`mount point of container ${container.name} names volume ${sourceVolume}, which does not exist`)
    return `${sourceOf(task, volume, paths)}:${containerPath}${readOnly ? ":ro" : ""}`
  })

const sourceOf = (task: TaskSnapshot, volume: AcsVolume, { hostRoot, engineSocket }: HostPaths): string => {
  const name = task.volumeNames?.[volume.name]
  if (name !== undefined) return name
  const path = volume.host?.sourcePath
  if (volume.type !== "host" || !path)
    throw new Error(`volume ${volume.name} of type ${volume.type} is not supported by this host`)
  if (engineSocket !== undefined && isEngineSocket(path)) return engineSocket
  if (hostRoot === undefined) throw new Error(`volume ${volume.name}: this host gives tasks no access to its own paths`)
  // Dots are taken out before the root is put in front, so that no path leaves it.
  return join(hostRoot, normalize(`/${path}`))
}

/** A volume to make before the task's containers. */
export interface VolumeToMake {
  readonly name: string
  /** Of every task that names it: it outlives this one, and is made only if the definition says so. */
  readonly shared?: { readonly autoprovision: boolean }
  readonly driver?: string
  readonly driverOpts?: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

/** Named volumes of the task. Throws for kinds that are not supported. */
export const volumesToMake = (task: TaskSnapshot): readonly VolumeToMake[] =>
  (task.definition.volumes ?? []).flatMap((volume) => {
    if (volume.type === "efs")
      throw new Error(
        `failed to invoke EFS utils commands to set up EFS volumes: volume ${volume.name} is of type efs, which this host does not support`,
      )
    const name = task.volumeNames?.[volume.name]
    const docker = volume.dockerVolumeConfiguration
    if (name === undefined) return []
    return [
      {
        name,
        ...(docker?.scope === "shared" && { shared: { autoprovision: docker.autoprovision ?? false } }),
        labels: docker?.labels ?? {},
        ...(docker?.driver && { driver: docker.driver }),
        ...(docker?.driverOpts && { driverOpts: docker.driverOpts }),
      },
    ]
  })

/** Volumes that go with the task. */
export const ownVolumes = (task: TaskSnapshot): readonly string[] =>
  (task.definition.volumes ?? []).flatMap((volume) => {
    const name = task.volumeNames?.[volume.name]
    return name === undefined || volume.dockerVolumeConfiguration?.scope === "shared" ? [] : [name]
  })
