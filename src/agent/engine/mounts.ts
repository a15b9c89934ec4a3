// Mount points of a container as Docker's binds, and the volumes that have to be made for a task. Pure.
import { join, normalize } from "node:path/posix"
import type { AcsContainer, AcsVolume } from "../../protocol/index.ts"
import type { TaskSnapshot } from "../types.ts"

/** `<volume or path>:<path in the container>[:ro]`. Throws when a volume cannot be mounted on this host. */
export const bindsOf = (task: TaskSnapshot, container: AcsContainer, hostRoot: string | undefined): string[] =>
  (container.mountPoints ?? []).map(({ sourceVolume, containerPath, readOnly }) => {
    const volume = task.definition.volumes?.find((one) => one.name === sourceVolume)
    if (!volume)
      throw new Error(`mount point of container ${container.name} names volume ${sourceVolume}, which does not exist`)
    return `${sourceOf(task, volume, hostRoot)}:${containerPath}${readOnly ? ":ro" : ""}`
  })

const sourceOf = (task: TaskSnapshot, volume: AcsVolume, hostRoot: string | undefined): string => {
  const name = task.volumeNames?.[volume.name]
  if (name !== undefined) return name
  const path = volume.host?.sourcePath
  if (volume.type !== "host" || !path)
    throw new Error(`volume ${volume.name} of type ${volume.type} is not supported by this host`)
  if (hostRoot === undefined) throw new Error(`volume ${volume.name}: this host gives tasks no access to its own paths`)
  // Dots are taken out before the root is put in front, so that no path leaves it.
  return join(hostRoot, normalize(`/${path}`))
}

/** A volume to make before the task's containers. */
export interface VolumeToMake {
  readonly name: string
  readonly driver?: string
  readonly driverOpts?: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

/** Named volumes of the task. A shared one is made only if the task definition says so. Throws for kinds that are not supported. */
export const volumesToMake = (task: TaskSnapshot): readonly VolumeToMake[] =>
  (task.definition.volumes ?? []).flatMap((volume) => {
    if (volume.type === "efs")
      throw new Error(
        `failed to invoke EFS utils commands to set up EFS volumes: volume ${volume.name} is of type efs, which this host does not support`,
      )
    const name = task.volumeNames?.[volume.name]
    const docker = volume.dockerVolumeConfiguration
    if (name === undefined || (docker?.scope === "shared" && !docker.autoprovision)) return []
    return [
      {
        name,
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
