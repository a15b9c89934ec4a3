// Volumes and who mounts them. EFS texts [field]: badmintoncryer/cdk-preflight rules/ecs, probed at the real API.
import { clientException } from "../../faults.ts"
import { type Check, containersOf, type Definition, type VolumeBody } from "../definition.ts"

const nameForm = /^[a-zA-Z0-9\-_]{1,255}$/

const checkEfs = (volume: VolumeBody, definition: Definition): void => {
  const efs = volume.efsVolumeConfiguration
  if (!efs) return
  const encrypted = efs.transitEncryption === "ENABLED"
  const { accessPointId, iam } = efs.authorizationConfig ?? {}
  if (!efs.fileSystemId) throw clientException("EFS volume requires a fileSystemId.") // text from memory
  if (efs.transitEncryptionPort !== undefined && !encrypted) {
    throw clientException("TransitEncryptionPort requires that TransitEncryption is enabled.")
  }
  if (accessPointId && efs.rootDirectory && efs.rootDirectory !== "/") {
    throw clientException('When using an EFS access point, the root directory must either be set to "/" or be omitted.')
  }
  if (accessPointId && !encrypted) {
    throw clientException("EFS access point authorization requires TransitEncryption to be enabled.") // by analogy
  }
  if (iam === "ENABLED" && !encrypted)
    throw clientException("EFS IAM authorization requires TransitEncryption to be enabled.")
  if (iam === "ENABLED" && !definition.taskRoleArn) {
    throw clientException("EFS IAM authorization requires a task role.") // by analogy
  }
}

export const checkVolumes: Check = (definition) => {
  const volumes = new Set<string>()
  for (const volume of definition.volumes ?? []) {
    const { name = "" } = volume
    if (!nameForm.test(name)) throw clientException(`Invalid volume name '${name}'.`) // text from memory
    if (volumes.has(name)) throw clientException(`Duplicate volume name '${name}'.`) // text from memory
    volumes.add(name)
    const kinds = [
      volume.host?.sourcePath,
      volume.dockerVolumeConfiguration,
      volume.efsVolumeConfiguration,
      volume.s3filesVolumeConfiguration,
      volume.fsxWindowsFileServerVolumeConfiguration,
    ].filter((kind) => kind !== undefined)
    if (kinds.length > 1) throw clientException(`Only one volume configuration can be specified for volume '${name}'.`)
    const docker = volume.dockerVolumeConfiguration
    if (docker?.autoprovision && docker.scope !== "shared") {
      throw clientException(`The autoprovision setting of volume '${name}' requires scope shared.`) // text from memory
    }
    checkEfs(volume, definition)
  }
  const names = new Set(containersOf(definition).map((container) => container.name))
  for (const container of containersOf(definition)) {
    for (const { sourceVolume = "", containerPath } of container.mountPoints ?? []) {
      if (!volumes.has(sourceVolume)) throw clientException(`Unknown volume '${sourceVolume}'.`)
      if (!containerPath) {
        throw clientException(`Invalid 'containerPath' setting for container '${container.name}'.`) // text from memory
      }
    }
    for (const { sourceContainer } of container.volumesFrom ?? []) {
      if (!names.has(sourceContainer)) throw clientException(`Unknown container '${sourceContainer}' in volumesFrom.`)
    }
  }
}
