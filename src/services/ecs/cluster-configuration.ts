// What a cluster may be configured with: settings (containerInsights) and `configuration`. Checks and fills; who keeps
// it is clusters.ts and update-cluster.ts.
import type { ClusterConfiguration, ClusterSetting, ExecuteCommandConfiguration } from "@aws-sdk/client-ecs"
import { settingKinds } from "./account-setting-values.ts"
import { checkOneOf, invalidParameter } from "./faults.ts"
import { present } from "./shape.ts"

/** A cluster setting as rows keep it. */
export interface KeptSetting {
  readonly name: string
  readonly value: string
}

/** The settings that were given, checked. `fallback` stands when containerInsights is not among them. */
export const clusterSettings = (given: readonly ClusterSetting[] | undefined, fallback: string): KeptSetting[] => {
  const allowed = settingKinds.containerInsights?.values ?? []
  for (const { name, value } of given ?? []) {
    if (name !== "containerInsights") throw invalidParameter(`Invalid setting name '${name}'.`) // text from memory
    if (value === undefined || !allowed.includes(value)) {
      throw invalidParameter(`Invalid value '${value}' for setting '${name}'.`) // text from memory
    }
  }
  if ((given?.length ?? 0) > 1) throw invalidParameter("Duplicate setting name 'containerInsights'.") // from memory
  return [{ name: "containerInsights", value: given?.[0]?.value ?? fallback }]
}

const checkExecuteCommand = (given: ExecuteCommandConfiguration): ExecuteCommandConfiguration => {
  const { kmsKeyId, logging, logConfiguration: log } = given
  checkOneOf("logging", logging, ["NONE", "DEFAULT", "OVERRIDE"])
  // Both texts [field]: badmintoncryer/cdk-preflight rules/ecs/pf-ecs-cluster-execute-command-*, 2026-09-08.
  if (log && logging !== "OVERRIDE") {
    throw invalidParameter("You must set logging to 'OVERRIDE' when you supply a log configuration.")
  }
  if (logging === "OVERRIDE" && !log?.cloudWatchLogGroupName && !log?.s3BucketName) {
    throw invalidParameter(
      "A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration.",
    )
  }
  return present({
    kmsKeyId,
    logging,
    // Absent flags come back as false (from memory of the announcement of ECS Exec).
    logConfiguration: log && {
      ...present(log),
      cloudWatchEncryptionEnabled: log.cloudWatchEncryptionEnabled ?? false,
      s3EncryptionEnabled: log.s3EncryptionEnabled ?? false,
    },
  })
}

/** A key's id, its ARN, or an alias. https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id */
const keyForm =
  /^(arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:)?(key\/)?(mrk-)?[0-9a-f-]{32,36}$|^(arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:)?alias\/[\w/-]+$/

const checkKey = (member: string, key: string | undefined): void => {
  if (key === undefined) return
  // "The key must be a single Region key" (API_ManagedStorageConfiguration). Texts from memory.
  if (/(^|\/)mrk-/.test(key)) throw invalidParameter(`${member} must be a single Region key.`)
  if (!keyForm.test(key)) throw invalidParameter(`Invalid ${member} '${key}'.`)
}

/** `configuration` of a request, checked, with the defaults of ECS. */
export const clusterConfiguration = (given: ClusterConfiguration | undefined): ClusterConfiguration | undefined => {
  if (!given) return undefined
  const { executeCommandConfiguration: execute, managedStorageConfiguration: storage } = given
  checkKey("kmsKeyId", storage?.kmsKeyId)
  checkKey("fargateEphemeralStorageKmsKeyId", storage?.fargateEphemeralStorageKmsKeyId)
  return present({
    executeCommandConfiguration: execute && checkExecuteCommand(execute),
    managedStorageConfiguration: storage && present(storage),
  })
}
