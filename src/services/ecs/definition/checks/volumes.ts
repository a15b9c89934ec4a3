// The names of volumes, and who mounts them. What each kind of volume must say is in volume-kinds.ts.
// Texts [field] but where marked: badmintoncryer/cdk-preflight rules/ecs, probed at the real API.
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, type Definition } from "../definition.ts"
import { checkKind } from "./volume-kinds.ts"

const nameForm = /^[a-zA-Z0-9\-_]{1,255}$/

const checkNames = (definition: Definition): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const volume of definition.volumes ?? []) {
    const { name = "" } = volume
    if (!nameForm.test(name)) throw clientException(`Invalid volume name '${name}'.`) // text from memory
    if (names.has(name)) throw clientException(`Duplicate volume name '${name}'.`) // text from memory
    names.add(name)
    checkKind(volume, definition)
  }
  return names
}

const checkMounts = (container: ContainerBody, volumes: ReadonlySet<string>): void => {
  const paths = new Set<string>()
  for (const { sourceVolume = "", containerPath } of container.mountPoints ?? []) {
    if (!volumes.has(sourceVolume)) throw clientException(`Unknown volume '${sourceVolume}'.`)
    if (!containerPath) {
      throw clientException(`Invalid 'containerPath' setting for container '${container.name}'.`) // text from memory
    }
    if (paths.has(containerPath)) {
      throw clientException(`Duplicate mount point '${containerPath}' for container '${container.name}'.`) // from memory
    }
    paths.add(containerPath)
  }
}

/** Volumes that RunTask configures: one a task at most (ebs-volumes.md of the developer guide), and somebody mounts it. */
const checkAtLaunch = (definition: Definition): void => {
  const named = (definition.volumes ?? []).filter((volume) => volume.configuredAtLaunch).map((volume) => volume.name)
  if (named.length > 1) throw clientException("Only one volume can be configured at launch for each task.") // from memory
  const mounted = new Set(containersOf(definition).flatMap((c) => (c.mountPoints ?? []).map((m) => m.sourceVolume)))
  const idle = named.filter((name) => !mounted.has(name))
  if (idle.length > 0) {
    throw clientException(`Volumes [${idle.join(", ")}] are not referenced by any of the containers`)
  }
}

export const checkVolumes: Check = (definition) => {
  const volumes = checkNames(definition)
  const containers = new Set(containersOf(definition).map((container) => container.name))
  for (const container of containersOf(definition)) {
    checkMounts(container, volumes)
    for (const { sourceContainer = "" } of container.volumesFrom ?? []) {
      if (!containers.has(sourceContainer)) {
        throw clientException(`Invalid 'volumesFrom' setting. Unknown container: '${sourceContainer}'`)
      }
      if (sourceContainer === container.name) {
        throw clientException(`Invalid 'volumesFrom' setting. Container '${sourceContainer}' cannot mount its own.`) // from memory
      }
    }
  }
  checkAtLaunch(definition)
}
