// What is checked of an input before anything is looked up, in the words of AWS's framework, and the faults of this service.
import { type Fault, fault } from "../../kernel/index.ts"

export const invalid = (message: string): Fault => fault("ValidationError", message)
export const misconfigured = (message: string): Fault => fault("InvalidConfigurationRequest", message)

/** The fault for a member that breaks a constraint of the model. */
export const broken = (member: string, value: unknown, constraint: string): Fault =>
  invalid(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  )

/** Throws unless the number lies within bounds. */
export const checkRange = (member: string, value: number, least: number, most: number): void => {
  if (value < least) throw broken(member, value, `Member must have value greater than or equal to ${least}`)
  if (value > most) throw broken(member, value, `Member must have value less than or equal to ${most}`)
}

export const checkPort = (member: string, port: number | undefined): number => {
  checkRange(member, port ?? 0, 1, 65_535)
  return port ?? 0
}

/** A new load balancer's name. Text from memory. */
export const checkName = (name: string): string => {
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
    throw invalid(
      "LoadBalancerName must contain only alphanumeric characters or hyphens, have at most 32 of them, and not begin or end with a hyphen",
    )
  }
  return name
}
