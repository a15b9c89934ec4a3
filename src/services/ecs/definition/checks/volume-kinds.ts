// What a volume of each kind must say: Docker, EFS, FSx for Windows, S3 Files, and those configured at launch (EBS).
// EFS texts [field]: badmintoncryer/cdk-preflight rules/ecs, probed at the real API.
import { clientException } from "../../faults.ts"
import { type Definition, isWhole, isWindows, type VolumeBody } from "../definition.ts"

const switches: readonly unknown[] = [undefined, "ENABLED", "DISABLED"]
const longestDirectory = 4096

const checkDocker = (volume: VolumeBody): void => {
  const docker = volume.dockerVolumeConfiguration
  if (!docker) return
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DockerVolumeConfiguration.html; texts from memory
  if (docker.scope !== undefined && docker.scope !== "task" && docker.scope !== "shared") {
    throw clientException(`Invalid 'scope' setting for volume '${volume.name}'.`)
  }
  if (docker.autoprovision && docker.scope !== "shared") {
    throw clientException(`The autoprovision setting of volume '${volume.name}' requires scope shared.`)
  }
}

const isPort = (port: number | undefined): boolean => port === undefined || isWhole(port, 1, 65_535)

const checkEfs = (volume: VolumeBody, definition: Definition): void => {
  const efs = volume.efsVolumeConfiguration
  if (!efs) return
  const encrypted = efs.transitEncryption === "ENABLED"
  const { accessPointId, iam } = efs.authorizationConfig ?? {}
  if (!efs.fileSystemId) throw clientException("EFS volume requires a fileSystemId.") // text from memory
  if (!switches.includes(efs.transitEncryption)) {
    throw clientException(`Invalid 'transitEncryption' setting for volume '${volume.name}'.`) // text from memory
  }
  if (!switches.includes(iam)) throw clientException(`Invalid 'iam' setting for volume '${volume.name}'.`) // from memory
  if (efs.transitEncryptionPort !== undefined && !encrypted) {
    throw clientException("TransitEncryptionPort requires that TransitEncryption is enabled.")
  }
  if (!isPort(efs.transitEncryptionPort)) {
    throw clientException(`Invalid 'transitEncryptionPort' setting for volume '${volume.name}'.`) // text from memory
  }
  if ((efs.rootDirectory?.length ?? 0) > longestDirectory) {
    throw clientException(`Invalid 'rootDirectory' setting for volume '${volume.name}'.`) // text from memory
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

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/s3files-volumes.html; texts from memory */
const checkS3Files = (volume: VolumeBody, definition: Definition): void => {
  const s3 = volume.s3filesVolumeConfiguration
  if (!s3) return
  if (!/^arn:aws[a-z-]*:s3files:[a-z0-9-]*:\d{12}:file-system\/.+$/.test(s3.fileSystemArn ?? "")) {
    throw clientException("Invalid arn syntax")
  }
  if (!definition.taskRoleArn) throw clientException("S3 Files volumes require a task role.")
  if (!isPort(s3.transitEncryptionPort)) {
    throw clientException(`Invalid 'transitEncryptionPort' setting for volume '${volume.name}'.`)
  }
  if (s3.accessPointArn && s3.rootDirectory && s3.rootDirectory !== "/") {
    throw clientException(
      'When using an S3 Files access point, the root directory must either be set to "/" or be omitted.',
    )
  }
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FSxWindowsFileServerVolumeConfiguration.html; from memory */
const checkFsx = (volume: VolumeBody, definition: Definition): void => {
  const fsx = volume.fsxWindowsFileServerVolumeConfiguration
  if (!fsx) return
  const { credentialsParameter, domain } = fsx.authorizationConfig ?? {}
  for (const [word, value] of Object.entries({ fileSystemId: fsx.fileSystemId, rootDirectory: fsx.rootDirectory })) {
    if (!value) throw clientException(`FSx for Windows File Server volume requires a ${word}.`)
  }
  if (!credentialsParameter || !domain) {
    throw clientException("FSx for Windows File Server volume requires credentialsParameter and domain.")
  }
  if (definition.runtimePlatform && !isWindows(definition)) {
    throw clientException("FSx for Windows File Server volumes are only supported for Windows containers.")
  }
}

const checkOne = (volume: VolumeBody): void => {
  const kinds = [
    volume.host?.sourcePath,
    volume.dockerVolumeConfiguration,
    volume.efsVolumeConfiguration,
    volume.s3filesVolumeConfiguration,
    volume.fsxWindowsFileServerVolumeConfiguration,
    volume.configuredAtLaunch || undefined,
  ].filter((kind) => kind !== undefined)
  if (kinds.length > 1) {
    throw clientException(`Only one volume configuration can be specified for volume '${volume.name}'.`) // from memory
  }
}

/** Whether a volume is of one kind, and says what that kind needs. */
export const checkKind = (volume: VolumeBody, definition: Definition): void => {
  checkOne(volume)
  checkDocker(volume)
  checkEfs(volume, definition)
  checkS3Files(volume, definition)
  checkFsx(volume, definition)
}
