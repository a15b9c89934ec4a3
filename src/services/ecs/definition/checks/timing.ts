// Health checks and time-outs: commands and ranges of seconds. Texts from memory;
// ranges of https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, isWhole } from "../definition.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html, startTimeout and stopTimeout */
const leastTimeout = 2

const range = (
  container: ContainerBody,
  word: string,
  value: number | undefined,
  least: number,
  most: number,
): void => {
  if (value !== undefined && (!Number.isInteger(value) || value < least || value > most)) {
    throw clientException(
      `Invalid '${word}' setting for container '${container.name}'. Must be between ${least} and ${most}.`,
    )
  }
}

export const checkHealthChecks: Check = (definition) => {
  for (const container of containersOf(definition)) {
    const check = container.healthCheck
    if (!check) continue
    const [kind, ...rest] = check.command ?? []
    const complete = kind === "NONE" ? rest.length === 0 : kind === "CMD-SHELL" ? rest.length === 1 : rest.length > 0
    if (!(kind === "NONE" || kind === "CMD" || kind === "CMD-SHELL") || !complete) {
      throw clientException(
        `Invalid 'healthCheck.command' setting for container '${container.name}'. The command must start with CMD, or with CMD-SHELL and one string.`,
      )
    }
    range(container, "healthCheck.interval", check.interval, 5, 300)
    range(container, "healthCheck.timeout", check.timeout, 2, 60)
    range(container, "healthCheck.retries", check.retries, 1, 10)
    range(container, "healthCheck.startPeriod", check.startPeriod, 0, 300)
  }
}

export const checkTimeouts: Check = (definition) => {
  for (const container of containersOf(definition)) {
    for (const word of ["startTimeout", "stopTimeout"] as const) {
      const value = container[word]
      // "The minimum value is 2" is said of startTimeout and stopTimeout alike; Fargate's most is in fargate.ts.
      if (value !== undefined && !isWhole(value, leastTimeout)) {
        throw clientException(`Invalid '${word}' setting for container '${container.name}'.`)
      }
    }
  }
}
