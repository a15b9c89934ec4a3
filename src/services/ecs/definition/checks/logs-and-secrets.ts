// Log configurations, secrets, variables and environment files: required options, and the role that must fetch them.
// FireLens has a file of its own.
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, isGiven } from "../definition.ts"

/** Those of the API, and `none`, which agents offer too (ECS_AVAILABLE_LOGGING_DRIVERS of amazon-ecs-agent's README). */
const drivers: readonly unknown[] = [
  "awslogs",
  "awsfirelens",
  "fluentd",
  "gelf",
  "journald",
  "json-file",
  "none",
  "splunk",
  "syslog",
]
/** What a driver cannot do without. That of awslogs is [field]; the other text by analogy. */
const required: Readonly<Record<string, readonly string[]>> = {
  awslogs: ["awslogs-region", "awslogs-group"],
  splunk: ["splunk-token", "splunk-url"],
}
/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html */
const mostFiles = 10

type Log = NonNullable<ContainerBody["logConfiguration"]>

const checkOptions = ({ logDriver, options = {}, secretOptions = [] }: Log): void => {
  const given = new Set(secretOptions.map((option) => option.name))
  const lacking = (required[logDriver ?? ""] ?? []).filter((option) => !options[option] && !given.has(option))
  if (lacking.length > 0) throw clientException(`Log driver ${logDriver} requires options: ${lacking.join(", ")}`)
  const { mode } = options
  if (mode !== undefined && mode !== "blocking" && mode !== "non-blocking") {
    throw clientException(`Invalid log option 'mode': ${mode}. Must be one of [blocking, non-blocking]`) // from memory
  }
  if (options["awslogs-datetime-format"] && options["awslogs-multiline-pattern"]) {
    // "You cannot configure both the awslogs-datetime-format and awslogs-multiline-pattern options." Text from memory.
    throw clientException(
      "awslogs-datetime-format and awslogs-multiline-pattern cannot be configured at the same time.",
    )
  }
}

export const checkLogs: Check = (definition) => {
  for (const { logConfiguration: log } of containersOf(definition)) {
    if (!log) continue
    if (!drivers.includes(log.logDriver)) {
      throw clientException(`${log.logDriver} is not a valid log driver. Must be one of [${drivers.join(", ")}]`)
    }
    checkOptions(log)
  }
}

const secretArn = /^arn:aws[a-z-]*:(secretsmanager:[^:]+:\d{12}:secret|ssm:[^:]+:\d{12}:parameter\/).+$/
const parameterName = /^[a-zA-Z0-9_.\-/]{1,2048}$/

/** Names of secrets, of one container, none twice. */
const namesOf = (secrets: ContainerBody["secrets"] = []): ReadonlySet<string> => {
  const named = new Set<string>()
  for (const { name, valueFrom } of secrets) {
    if (!name || !valueFrom) throw clientException("Secret name and valueFrom should not be null or empty.") // from memory
    // [field] public plans of Terraform
    if (named.has(name)) {
      throw clientException(`Duplicate secret names found: ${name}. Each secret name must be unique.`)
    }
    named.add(name)
    // An ARN of Secrets Manager or of Parameter Store, or the bare name of a parameter.
    if (valueFrom.startsWith("arn:")) {
      if (!secretArn.test(valueFrom)) throw clientException("Invalid arn syntax") // as environment files get it
    } else if (!parameterName.test(valueFrom)) {
      // The first sentence is [field], what follows it is from memory.
      throw clientException(
        `The Systems Manager parameter name specified for secret ${name} is invalid. The parameter name can be up to 2048 characters and include the following letters and symbols: a-zA-Z0-9_.-,`,
      )
    }
  }
  return named
}

export const checkSecrets: Check = (definition) => {
  for (const container of containersOf(definition)) {
    const ofLog = container.logConfiguration?.secretOptions ?? []
    if ((container.secrets?.length ?? 0) + ofLog.length > 0 && !definition.executionRoleArn) {
      throw clientException(
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
      )
    }
    namesOf(ofLog)
    const named = namesOf(container.secrets)
    const variable = container.environment?.find((entry) => entry.name !== undefined && named.has(entry.name))
    if (variable) {
      throw clientException(
        `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${variable.name}'.`,
      )
    }
  }
}

export const checkEnvironment: Check = (definition) => {
  for (const container of containersOf(definition)) {
    if (container.environment?.some((entry) => !isGiven(entry.name))) {
      throw clientException("Environment variable name should not be null or empty.") // text from memory
    }
    const files = container.environmentFiles ?? []
    if (files.length > mostFiles) {
      throw clientException("The maximum number of environment files was exceeded. Specify ten or less and try again.")
    }
    for (const { value = "", type } of files) {
      // [field] badmintoncryer/cdk-preflight, probed at the real API
      if (!/^arn:aws[a-z-]*:s3:::[^/]+\/.+$/.test(value)) throw clientException("Invalid arn syntax")
      if (type !== "s3" || !value.endsWith(".env")) {
        throw clientException(`Invalid environment file '${value}' for container '${container.name}'.`) // text from memory
      }
    }
  }
}
