// Volumes of each kind and who mounts them. Sources: test/support/definition-cases.ts.
import { bridge, container, fargate, refusesEach, takesEach } from "../../../../../test/support/definition-cases.ts"
import type { ContainerBody, Definition, VolumeBody } from "../definition.ts"

const role = "arn:aws:iam::123456789012:role/task"
/** A definition with these volumes, all mounted by its only container. */
const volumes = (...list: VolumeBody[]): Definition => ({
  ...bridge(
    container({ mountPoints: list.map(({ name }, i) => ({ sourceVolume: name ?? "", containerPath: `/v${i}` })) }),
  ),
  volumes: list,
})
const of = (kind: Omit<VolumeBody, "name">, over: Partial<Definition> = {}): Definition => ({
  ...volumes({ name: "v", ...kind }),
  ...over,
})
const mounting = (over: ContainerBody, ...rest: ContainerBody[]): Definition => ({
  ...bridge(container(over), ...rest),
  volumes: [{ name: "v" }],
})
const fsx = { fileSystemId: "fs-1", rootDirectory: "share" }
const fsxLogin = { credentialsParameter: "arn:aws:ssm:us-east-1:123456789012:parameter/p", domain: "d" }
const s3files = "arn:aws:s3files:us-east-1:123456789012:file-system/fs-1"

refusesEach([
  ["M", "a volume without a name", volumes({}), "Invalid volume name ''."],
  ["M", "a volume name with a dot", volumes({ name: "a.b" }), "Invalid volume name 'a.b'."],
  [
    "M",
    "a volume name of 256 letters",
    volumes({ name: "a".repeat(256) }),
    `Invalid volume name '${"a".repeat(256)}'.`,
  ],
  ["M", "a volume name twice", volumes({ name: "v" }, { name: "v" }), "Duplicate volume name 'v'."],
  [
    "M",
    "a volume of two kinds",
    of({ host: { sourcePath: "/a" }, efsVolumeConfiguration: { fileSystemId: "fs-1" } }),
    "Only one volume configuration can be specified for volume 'v'.",
  ],
  [
    "M",
    "a Docker volume that is configured at launch",
    of({ dockerVolumeConfiguration: {}, configuredAtLaunch: true }),
    "Only one volume configuration can be specified for volume 'v'.",
  ],
  [
    "P",
    "an unknown volume",
    mounting({ mountPoints: [{ sourceVolume: "w", containerPath: "/w" }] }),
    "Unknown volume 'w'.",
  ],
  [
    "M",
    "a mount without a path",
    mounting({ mountPoints: [{ sourceVolume: "v" }] }),
    "Invalid 'containerPath' setting for container 'app'.",
  ],
  [
    "M",
    "two mounts at one path",
    mounting({
      mountPoints: [
        { sourceVolume: "v", containerPath: "/v" },
        { sourceVolume: "v", containerPath: "/v" },
      ],
    }),
    "Duplicate mount point '/v' for container 'app'.",
  ],
  [
    "P",
    "volumes from a container that is not there",
    mounting({ volumesFrom: [{ sourceContainer: "db" }] }),
    "Invalid 'volumesFrom' setting. Unknown container: 'db'",
  ],
  [
    "M",
    "volumes from itself",
    mounting({ volumesFrom: [{ sourceContainer: "app" }] }),
    "Invalid 'volumesFrom' setting. Container 'app' cannot mount its own.",
  ],
  [
    "M",
    "volumes from each other",
    mounting(
      { volumesFrom: [{ sourceContainer: "db" }] },
      container({ name: "db", volumesFrom: [{ sourceContainer: "app" }] }),
    ),
    "A circular dependency between containers was found.",
  ],
  [
    "M",
    "a Docker volume of an unknown scope",
    of({ dockerVolumeConfiguration: { scope: "host" as "task" } }),
    "Invalid 'scope' setting for volume 'v'.",
  ],
  [
    "M",
    "autoprovision of a task's own volume",
    of({ dockerVolumeConfiguration: { autoprovision: true, scope: "task" } }),
    "The autoprovision setting of volume 'v' requires scope shared.",
  ],
  [
    "M",
    "EFS without a file system",
    of({ efsVolumeConfiguration: {} as never }),
    "EFS volume requires a fileSystemId.",
  ],
  [
    "M",
    "EFS with half an encryption",
    of({ efsVolumeConfiguration: { fileSystemId: "fs-1", transitEncryption: "SOME" as "ENABLED" } }),
    "Invalid 'transitEncryption' setting for volume 'v'.",
  ],
  [
    "M",
    "EFS with half an IAM",
    of({ efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { iam: "SOME" as "ENABLED" } } }),
    "Invalid 'iam' setting for volume 'v'.",
  ],
  [
    "M",
    "EFS with a port that is none",
    of({ efsVolumeConfiguration: { fileSystemId: "fs-1", transitEncryption: "ENABLED", transitEncryptionPort: 0 } }),
    "Invalid 'transitEncryptionPort' setting for volume 'v'.",
  ],
  [
    "M",
    "an EFS access point in clear text",
    of({ efsVolumeConfiguration: { fileSystemId: "fs-1", authorizationConfig: { accessPointId: "fsap-1" } } }),
    "EFS access point authorization requires TransitEncryption to be enabled.",
  ],
  [
    "M",
    "EFS with IAM and no task role",
    of({
      efsVolumeConfiguration: {
        fileSystemId: "fs-1",
        transitEncryption: "ENABLED",
        authorizationConfig: { iam: "ENABLED" },
      },
    }),
    "EFS IAM authorization requires a task role.",
  ],
  [
    "M",
    "S3 Files without an ARN",
    of({ s3filesVolumeConfiguration: { fileSystemArn: "fs-1" } }, { taskRoleArn: role }),
    "Invalid arn syntax",
  ],
  [
    "M",
    "S3 Files without a task role",
    of({ s3filesVolumeConfiguration: { fileSystemArn: s3files } }),
    "S3 Files volumes require a task role.",
  ],
  [
    "M",
    "S3 Files with access point and folder",
    of(
      {
        s3filesVolumeConfiguration: {
          fileSystemArn: s3files,
          accessPointArn: `${s3files}/access-point/a`,
          rootDirectory: "/a",
        },
      },
      { taskRoleArn: role },
    ),
    'When using an S3 Files access point, the root directory must either be set to "/" or be omitted.',
  ],
  [
    "M",
    "FSx without a folder",
    of({ fsxWindowsFileServerVolumeConfiguration: { ...fsx, rootDirectory: "", authorizationConfig: fsxLogin } }),
    "FSx for Windows File Server volume requires a rootDirectory.",
  ],
  [
    "M",
    "FSx without credentials",
    of({ fsxWindowsFileServerVolumeConfiguration: { ...fsx, authorizationConfig: undefined } }),
    "FSx for Windows File Server volume requires credentialsParameter and domain.",
  ],
  [
    "M",
    "FSx on Linux",
    of(
      { fsxWindowsFileServerVolumeConfiguration: { ...fsx, authorizationConfig: fsxLogin } },
      { runtimePlatform: { operatingSystemFamily: "LINUX" } },
    ),
    "FSx for Windows File Server volumes are only supported for Windows containers.",
  ],
  [
    "P",
    "a volume configured at launch that nobody mounts",
    { ...bridge(container()), volumes: [{ name: "v", configuredAtLaunch: true }] },
    "Volumes [v] are not referenced by any of the containers",
  ],
  [
    "M",
    "two volumes configured at launch",
    volumes({ name: "v", configuredAtLaunch: true }, { name: "w", configuredAtLaunch: true }),
    "Only one volume can be configured at launch for each task.",
  ],
])

takesEach([
  ["a volume that nobody mounts", { ...bridge(container()), volumes: [{ name: "v" }] }],
  ["an empty host beside another kind", of({ host: {}, efsVolumeConfiguration: { fileSystemId: "fs-1" } })],
  ["a host path", of({ host: { sourcePath: "/var/data" } })],
  [
    "a shared Docker volume",
    of({ dockerVolumeConfiguration: { scope: "shared", autoprovision: true, driver: "local" } }),
  ],
  [
    "EFS through an access point with IAM",
    of(
      {
        efsVolumeConfiguration: {
          fileSystemId: "fs-1",
          rootDirectory: "/",
          transitEncryption: "ENABLED",
          transitEncryptionPort: 2049,
          authorizationConfig: { accessPointId: "fsap-1", iam: "ENABLED" },
        },
      },
      { taskRoleArn: role },
    ),
  ],
  ["S3 Files", of({ s3filesVolumeConfiguration: { fileSystemArn: s3files } }, { taskRoleArn: role })],
  [
    "an EBS volume on Fargate",
    fargate(
      { volumes: [{ name: "v", configuredAtLaunch: true }] },
      { mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] },
    ),
  ],
  ["volumes from a neighbour", mounting({ volumesFrom: [{ sourceContainer: "db" }] }, container({ name: "db" }))],
])
