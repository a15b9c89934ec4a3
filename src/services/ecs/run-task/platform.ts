// Versions of the Fargate platform: which a request means, and what the older one cannot do.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-linux-fargate.html
import { fault } from "../../../kernel/index.ts"
import { containersOf, type Definition, isGiven } from "../definition/definition.ts"
import { parseCpu } from "../definition/task-size.ts"

/** The version without what came with 1.4.0. Its tasks run as those of 1.4.0 do. */
const legacy = "1.3.0"
const platformVersions = new Map([
  ["LATEST", "1.4.0"],
  ["1.4.0", "1.4.0"],
  [legacy, legacy],
])

/** The version of the Fargate platform that a request means. Throws PlatformUnknownException. */
export const platformVersionOf = (asked: string | undefined): string => {
  const version = platformVersions.get(asked || "LATEST")
  // [field] jenkinsci/amazon-ecs-plugin#218, for `1.4`
  if (version === undefined) throw fault("PlatformUnknownException", "The specified platform does not exist.")
  return version
}

/** What platform version 1.4.0 brought, by the platform's change log. */
const isNewer = (definition: Definition): boolean =>
  definition.ephemeralStorage !== undefined ||
  definition.pidMode !== undefined ||
  definition.runtimePlatform?.cpuArchitecture === "ARM64" ||
  (parseCpu(definition.cpu ?? "") ?? 0) > 4096 ||
  (definition.volumes ?? []).some((volume) => volume.efsVolumeConfiguration) ||
  containersOf(definition).some((container) => isGiven(container.linuxParameters?.capabilities?.add))

/**
 * Refuses a definition (with its overrides) that needs more than the platform has.
 * [field] jenkinsci/amazon-ecs-plugin#218, CircleCI-Public/aws-ecs-orb#121
 */
export const checkPlatform = (asked: string | undefined, definition: Definition): void => {
  if (platformVersionOf(asked) !== legacy || !isNewer(definition)) return
  throw fault(
    "PlatformTaskDefinitionIncompatibilityException",
    "One or more of the requested capabilities are not supported.",
  )
}

/** Tasks of the older platform report no ephemeral storage: the member came with 1.4.0. */
export const reportsStorage = (platformVersion: string | undefined): boolean => platformVersion !== legacy
