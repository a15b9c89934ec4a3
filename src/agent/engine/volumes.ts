// Getting a task's volumes ready: its own are made, shared ones are found or made as the definition says, host paths are
// looked at. What cannot be had stops the task, in the words of ECS's agent: CannotCreateVolumeError.
import { type ContainerDriver, DriverError, type VolumeInfo } from "../driver.ts"
import type { TaskSnapshot } from "../types.ts"
import { hostPathsOf, type VolumeToMake, volumesToMake } from "./mounts.ts"
import { ownLabels, taskLabel } from "./names.ts"
import type { TaskEngineOptions } from "./options.ts"

interface Context {
  readonly driver: ContainerDriver
  readonly options: TaskEngineOptions
}

const cannot = (text: string): Error => new Error(`CannotCreateVolumeError: ${text}`)

/** Makes or finds every volume of the task. */
export const makeVolumes = async (context: Context, task: TaskSnapshot): Promise<void> => {
  const { driver, options } = context
  try {
    await Promise.all([
      ...volumesToMake(task).map((volume) => (volume.shared ? share(context, volume) : own(context, task, volume))),
      ...hostPathsOf(task).map((path) => options.hostRoot !== undefined && driver.hostPath(options.hostRoot, path)),
    ])
  } catch (error) {
    // An engine that does not answer is asked again.
    if (!(error instanceof DriverError) || error.code === "unavailable") throw error
    throw cannot(error.message)
  }
}

const own = ({ driver, options }: Context, task: TaskSnapshot, { name, shared: _, ...volume }: VolumeToMake) =>
  driver.createVolume(name, { ...volume, labels: { ...volume.labels, ...ownLabels(options), [taskLabel]: task.arn } })

/** A shared volume outlives its tasks, so it carries no label of this one. */
const share = async ({ driver, options }: Context, { name, shared, ...volume }: VolumeToMake): Promise<void> => {
  const found = await driver.volume(name)
  if (!shared?.autoprovision) {
    if (!found) throw cannot(`volume ${name} does not exist on this host and autoprovision is false`)
    return
  }
  if (!found) return driver.createVolume(name, { ...volume, labels: { ...volume.labels, ...ownLabels(options) } })
  const difference = differenceOf(found, volume)
  if (difference) throw cannot(`volume ${name} exists on this host with other ${difference}`)
}

/** What of an existing volume is not what the definition says; our own labels do not count. */
const differenceOf = (found: VolumeInfo, asked: Omit<VolumeToMake, "name">): string | undefined => {
  const labels = Object.entries(found.labels).filter(([name]) => !name.startsWith("io.roadstead."))
  if (!isSame(Object.fromEntries(labels), asked.labels)) return "labels"
  if (!isSame(found.driverOpts, asked.driverOpts ?? {})) return "options"
  return found.driver === (asked.driver ?? "local") ? undefined : "driver"
}

const isSame = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean => {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}
