// Log configurations, secrets and environment files: required options, and the role that must fetch them.
import { clientException } from "../../faults.ts"
import { type Check, containersOf, isGiven } from "../definition.ts"

const drivers: readonly unknown[] = [
  "awslogs",
  "awsfirelens",
  "fluentd",
  "gelf",
  "journald",
  "json-file",
  "splunk",
  "syslog",
]
/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html */
const mostFiles = 10

export const checkLogs: Check = (definition) => {
  for (const container of containersOf(definition)) {
    const log = container.logConfiguration
    if (!log) continue
    if (!drivers.includes(log.logDriver)) {
      throw clientException(`${log.logDriver} is not a valid log driver. Must be one of [${drivers.join(", ")}]`)
    }
    if (log.logDriver === "awslogs") {
      const lacking = ["awslogs-region", "awslogs-group"].filter((option) => !log.options?.[option])
      if (lacking.length > 0) throw clientException(`Log driver awslogs requires options: ${lacking.join(", ")}`)
    }
    if (log.logDriver === "awsfirelens" && !containersOf(definition).some((c) => c.firelensConfiguration)) {
      // text from memory
      throw clientException(
        "When a log driver of awsfirelens is specified, a container with firelensConfiguration is required.",
      )
    }
  }
}

export const checkSecrets: Check = (definition) => {
  for (const container of containersOf(definition)) {
    const secrets = [...(container.secrets ?? []), ...(container.logConfiguration?.secretOptions ?? [])]
    if (secrets.length > 0 && !definition.executionRoleArn) {
      throw clientException(
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
      )
    }
    const named = new Set<string>()
    for (const { name, valueFrom } of container.secrets ?? []) {
      if (!name || !valueFrom) throw clientException("Secret name and valueFrom should not be null or empty.") // from memory
      if (named.has(name)) throw clientException(`Duplicate secret names found: ${name}.`) // from memory
      named.add(name)
    }
    const variable = container.environment?.find((entry) => entry.name !== undefined && named.has(entry.name))
    if (variable) {
      throw clientException(
        `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${variable.name}'.`,
      )
    }
    if (container.environment?.some((entry) => !isGiven(entry.name))) {
      throw clientException("Environment variable name should not be null or empty.") // text from memory
    }
    if ((container.environmentFiles?.length ?? 0) > mostFiles) {
      throw clientException("The maximum number of environment files was exceeded. Specify ten or less and try again.")
    }
    for (const { value, type } of container.environmentFiles ?? []) {
      if (type !== "s3" || !/^arn:aws[a-z-]*:s3:::[^/]+\/.+\.env$/.test(value ?? "")) {
        throw clientException(`Invalid environment file '${value}' for container '${container.name}'.`) // text from memory
      }
    }
  }
}
